package learned

import (
	"math"
	"testing"

	"adlab/pkg/layer"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// TestDrawsFollowSeedAndStep: the same for the same seed and step, others for others, and the step
// is counted.
func TestDrawsFollowSeedAndStep(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		steps := func(seed uint64, from float32, count int) (drawn [][]float32) {
			store := model.NewStore()
			state := seeded(seed)
			state[drawsName].Data[0] = from
			require.NoError(t, layer.Put(store, "", state, false))
			exec, err := model.NewExec(b, store, func(_ *model.Scope, x *Node) []*Node {
				d := newDraws(store, x.Graph())
				return []*Node{d.uniform(4), d.normal(2, 3), d.step}
			})
			require.NoError(t, err)
			for i := range count {
				out, err := exec.Call(float32(0))
				require.NoError(t, err)
				require.Equal(t, from+float32(i), tensors.ToScalar[float32](out[2]))
				drawn = append(drawn, append(tensors.MustCopyFlatData[float32](out[0]),
					tensors.MustCopyFlatData[float32](out[1])...))
			}
			return drawn
		}
		one := steps(1, 0, 3)
		require.Equal(t, one, steps(1, 0, 3))
		require.Equal(t, one[2:], steps(1, 2, 1), "from a checkpoint")
		other := steps(2, 0, 1)
		seen := map[float32]bool{}
		for _, values := range append(one, other...) {
			for _, v := range values {
				require.False(t, seen[v], "%v was drawn twice", v)
				seen[v] = true
			}
		}
	})
}

// TestDrawsHaveTheirDistributions: mean and variance of many, and dropout keeps the mean.
func TestDrawsHaveTheirDistributions(t *testing.T) {
	const n = 40_000
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		store := storeOf(t, nil)
		out := call(t, b, store, func(_ *model.Scope, x *Node) []*Node {
			d := newDraws(store, x.Graph())
			return []*Node{d.uniform(n), d.normal(n), d.dropout(x, 0.25)}
		}, tensors.FromScalarAndDimensions(float32(3), n))
		moments := func(x []float32) (mean, variance float64) {
			for _, v := range x {
				mean += float64(v) / n
			}
			for _, v := range x {
				variance += (float64(v) - mean) * (float64(v) - mean) / n
			}
			return mean, variance
		}
		mean, variance := moments(out[0])
		require.InDelta(t, 0.5, mean, 0.01)
		require.InDelta(t, 1.0/12, variance, 0.002)
		mean, variance = moments(out[1])
		require.InDelta(t, 0, mean, 0.02)
		require.InDelta(t, 1, variance, 0.03)
		dropped := 0
		for _, v := range out[2] {
			if v == 0 {
				dropped++
				continue
			}
			require.InDelta(t, 4, v, 1e-6)
		}
		require.InDelta(t, 0.25, float64(dropped)/n, 0.01)
		for _, v := range out[1] {
			require.False(t, math.IsInf(float64(v), 0) || math.IsNaN(float64(v)))
		}
	})
}
