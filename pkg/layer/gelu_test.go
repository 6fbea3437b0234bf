package layer

import (
	"math"
	"testing"

	"adlab/pkg/backend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/stretchr/testify/require"
)

// TestGELUAndItsGradient: x·Φ(x), and Φ(x) + x·φ(x), as float64 has them, far out too.
func TestGELUAndItsGradient(t *testing.T) {
	var xs, want, slope []float32
	for i := -1200; i <= 1200; i++ {
		x := float64(i) / 100
		cdf := 0.5 * math.Erfc(-x/math.Sqrt2)
		xs, want = append(xs, float32(x)), append(want, float32(x*cdf))
		slope = append(slope, float32(cdf+x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)))
	}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnceN(b.Backend, func(x *Node) []*Node {
			y := GELU(x)
			return append(Gradient(ReduceAllSum(y), x), y)
		}, xs)
		require.NoError(t, err)
		require.InDeltaSlice(t, want, out[1].Value(), 1e-6, name)
		require.InDeltaSlice(t, slope, out[0].Value(), 1e-5, name)
	}
}
