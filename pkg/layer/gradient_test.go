package layer

import (
	"math"
	"testing"

	"adlab/pkg/backend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
)

// TestZeroVectorsHaveFiniteGradients: a dead token (all attention cut off by ReLU) is a zero
// vector, and one of them must not spoil the gradients of all.
func TestZeroVectorsHaveFiniteGradients(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		for label, f := range map[string]func(x *Node) *Node{
			"Normalize": func(x *Node) *Node { return Normalize(x, 1e-12) },
			"Cosine":    func(x *Node) *Node { return Cosine(x, OnesLike(x), -1) },
		} {
			grad, err := CallOnce(b.Backend, func(x *Node) *Node {
				return Gradient(ReduceAllSum(f(x)), x)[0]
			}, [][]float32{{0, 0}, {3, 4}})
			require.NoError(t, err)
			for _, v := range tensors.MustCopyFlatData[float32](grad) {
				require.False(t, math.IsNaN(float64(v)) || math.IsInf(float64(v), 0),
					"%s on %s: %v", label, name, grad)
			}
		}
	}
}

// TestReLUGradient has PyTorch's: nothing passes at exactly zero.
func TestReLUGradient(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		grad, err := CallOnce(b.Backend, func(x *Node) *Node {
			return Gradient(ReduceAllSum(ReLU(x)), x)[0]
		}, []float32{-1, 0, 2})
		require.NoError(t, err)
		require.Equal(t, []float32{0, 0, 1}, tensors.MustCopyFlatData[float32](grad), name)
	}
}
