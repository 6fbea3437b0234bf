package learned

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// TestTruncatedLoss against plain arithmetic, its gradient against finite differences: nothing is
// asked of tokens that are told for sure.
func TestTruncatedLoss(t *testing.T) {
	normal, anomalous := normals(1, 24), normals(2, 24)
	normal[3], anomalous[5] = 7, -7
	value := func(x []float64) float64 {
		sum := 0.0
		for i := range 24 {
			sum += math.Max(0, 0.5-x[i])/24 + math.Max(0, 0.5+x[24+i])/24
		}
		return sum
	}
	x := append(wide(normal), wide(anomalous)...)
	want := differences(value, x)
	require.Zero(t, want[3])
	require.Zero(t, want[24+5])
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		out, err := CallOnceN(b, func(normal, anomalous *Node) []*Node {
			loss := truncated(normal, anomalous)
			return append(Gradient(loss, normal, anomalous), loss)
		}, tensors.FromFlatDataAndDimensions(normal, 4, 6),
			tensors.FromFlatDataAndDimensions(anomalous, 4, 6))
		require.NoError(t, err)
		require.InDelta(t, value(x), tensors.ToScalar[float32](out[2]), 1e-6)
		near(t, want, append(tensors.MustCopyFlatData[float32](out[0]),
			tensors.MustCopyFlatData[float32](out[1])...), 1e-6, "gradient")
	})
}

// TestAveraged against a direct loop over the neighbours that are there.
func TestAveraged(t *testing.T) {
	for _, side := range []int{1, 2, 5} {
		const images, c = 2, 3
		x := normals(5, images*side*side*c)
		want := make([]float64, len(x))
		at := func(i, row, column, k int) int { return ((i*side+row)*side+column)*c + k }
		for i := range images {
			for row := range side {
				for column := range side {
					for k := range c {
						sum, count := 0.0, 0.0
						for r := max(0, row-1); r <= min(side-1, row+1); r++ {
							for s := max(0, column-1); s <= min(side-1, column+1); s++ {
								sum, count = sum+float64(x[at(i, r, s, k)]), count+1
							}
						}
						want[at(i, row, column, k)] = sum / count
					}
				}
			}
		}
		eachBackend(t, func(t *testing.T, b compute.Backend) {
			got, err := CallOnce(b, averaged, tensors.FromFlatDataAndDimensions(x, images,
				side*side, c))
			require.NoError(t, err)
			near(t, want, tensors.MustCopyFlatData[float32](got), 1e-6, "average")
		})
	}
}

// TestTheAdaptorCannotShrinkTheNoise: with adapted tokens a thousand times as large the
// discriminator, whose norm undoes that, meets the same loss.
func TestTheAdaptorCannotShrinkTheNoise(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		n := simplenet{shape{groups: 1, grid: 3, width: 8}, 0.5}
		arrays := n.weights().draw(2)
		loss := func() float32 {
			store := storeOf(t, arrays)
			return call(t, b, store, func(scope *model.Scope, x *Node) []*Node {
				return []*Node{n.loss(scope, []*Node{x}, newDraws(store, x.Graph()))}
			}, tensor(1, 2, 9, 8))[0][0]
		}
		before := loss()
		for i := range arrays["adaptor.weight"].Data {
			arrays["adaptor.weight"].Data[i] *= 1000
		}
		require.InDelta(t, before, loss(), 1e-3)
	})
}
