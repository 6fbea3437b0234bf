package detector

import (
	"testing"

	"adlab/pkg/backend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// TestAxesHaveMapsOfTheirOwn enlarges two rows to three and three columns to five, by hand.
func TestAxesHaveMapsOfTheirOwn(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnce(b.Backend, func(a *Node) *Node {
			return SeparableAxes(a, []*mat.Dense{Aligned(2, 3)}, []*mat.Dense{Aligned(3, 5)})
		}, [][][]float32{{{0, 2, 4}, {8, 10, 20}}})
		require.NoError(t, err)
		require.Equal(t, []int{1, 3, 5}, out.Shape().Dimensions)
		require.Equal(t, []float32{
			0, 1, 2, 3, 4,
			4, 5, 6, 9, 12,
			8, 9, 10, 15, 20}, tensors.MustCopyFlatData[float32](out))
	}
}
