package convnet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"adlab/pkg/layer"

	"github.com/stretchr/testify/require"
)

// TestFoldIsConvolutionAndNorm multiplies patches with folded weights, and with the checkpoint's
// followed by the norm.
func TestFoldIsConvolutionAndNorm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	arrays := layer.Draw(Shapes(Blocks-1), func(name string, _ []int, data []float32) {
		layer.Fill(data, func() float64 { return 0.1 + rng.Float64() })
	})
	arrays["stats.2.mean"] = layer.Array{Shape: []int{1}, Data: []float32{7}}
	folded := Fold(arrays)
	require.Equal(t, arrays["stats.2.mean"], folded["stats.2.mean"])
	require.Len(t, folded, 1+2*len(norms()))
	for name, norm := range norms() {
		w, f := arrays[name+".weight"], folded[name+".weight"]
		out, in, taps := w.Shape[0], w.Shape[1], w.Shape[2]*w.Shape[3]
		require.Equal(t, []int{taps * in, out}, f.Shape, name)
		x := make([]float64, taps*in) // a patch, channels last
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		for o := range out {
			want, got := 0.0, float64(folded[name+".bias"].Data[o])
			for k := range taps {
				for i := range in {
					want += x[k*in+i] * float64(w.Data[(o*in+i)*taps+k])
					got += x[k*in+i] * float64(f.Data[(k*in+i)*out+o])
				}
			}
			p := func(name string) float64 { return float64(arrays[norm+"."+name].Data[o]) }
			want = p("weight")*(want-p("running_mean"))/math.Sqrt(p("running_var")+1e-3) + p("bias")
			require.InDelta(t, want, got, 1e-4*(1+math.Abs(want)), fmt.Sprint(name, o))
		}
	}
}
