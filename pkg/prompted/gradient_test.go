package prompted

import (
	"math"
	"math/rand/v2"
	"testing"

	"adlab/pkg/layer"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// checkGradients sets the gradient of every tensor in the store, moved a little from where it
// begins, beside differences of the loss of a batch: along itself, and in a direction that is
// drawn.
func checkGradients(t *testing.T, b compute.Backend, store *model.Store,
	loss func(scope *model.Scope, batch []*Node) *Node, batch []*tensors.Tensor, what string) {
	rng := rand.New(rand.NewPCG(3, 4))
	begun, err := layer.Get(store, "")
	require.NoError(t, err)
	var names []string
	for v := range store.IterVariables() {
		name := layer.Name(v.Path())
		names = append(names, name)
		for i := range begun[name].Data { // zeros are flat
			begun[name].Data[i] += float32(0.1 * rng.NormFloat64())
		}
	}
	require.NotEmpty(t, names)
	require.NoError(t, layer.Put(store, "", begun, true))
	exec, err := model.NewExec(b, store, func(scope *model.Scope, x []*Node) []*Node {
		value := loss(scope, x)
		var learned []*Node
		for v := range store.IterVariables() {
			learned = append(learned, v.NodeValue(value.Graph()))
		}
		return append([]*Node{value}, Gradient(value, learned...)...)
	})
	require.NoError(t, err)
	call := func() (value float64, grads [][]float32) {
		var args []any
		for _, x := range batch {
			args = append(args, x)
		}
		out, err := exec.Call(args...)
		require.NoError(t, err)
		for _, o := range out[1:] {
			grads = append(grads, tensors.MustCopyFlatData[float32](o))
		}
		return float64(tensors.MustCopyFlatData[float32](out[0])[0]), grads
	}
	_, grads := call()
	for k, name := range names {
		var along, drawn []float64
		for _, g := range grads[k] {
			along, drawn = append(along, float64(g)), append(drawn, rng.NormFloat64())
		}
		length := math.Sqrt(dot(along, along))
		require.Greater(t, length, 1e-4, "%s: %s", what, name)
		h := min(1e-3, 1e-3/length)
		for _, direction := range [][]float64{unit(along), unit(drawn)} {
			at := func(by float64) float64 {
				a := begun[name]
				moved := layer.Array{Shape: a.Shape, Data: make([]float32, len(a.Data))}
				for i, x := range a.Data {
					moved.Data[i] = x + float32(by*direction[i])
				}
				require.NoError(t, layer.Put(store, "", map[string]layer.Array{name: moved}, true))
				value, _ := call()
				require.NoError(t, layer.Put(store, "", map[string]layer.Array{name: a}, true))
				return value
			}
			require.InDelta(t, dot(along, direction), (at(h)-at(-h))/(2*h), 0.03*length+2e-3,
				"%s: %s", what, name)
		}
	}
}
