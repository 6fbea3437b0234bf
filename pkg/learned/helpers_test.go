package learned

import (
	"math"
	"math/rand/v2"
	"testing"

	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/layer"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// eachBackend runs a test on every backend.
func eachBackend(t *testing.T, test func(t *testing.T, b compute.Backend)) {
	for _, name := range backend.Available() {
		t.Run(name, func(t *testing.T) {
			b, err := backend.Open(name)
			require.NoError(t, err)
			test(t, b.Backend)
		})
	}
}

// normals are standard normal numbers.
func normals(seed uint64, n int) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]float32, n)
	layer.Fill(out, rng.NormFloat64)
	return out
}

// tensor is a tensor of normals.
func tensor(seed uint64, dims ...int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(normals(seed, layer.Size(dims)), dims...)
}

// storeOf holds arrays as weights, and what draws follow from.
func storeOf(t *testing.T, arrays map[string]layer.Array) *model.Store {
	store := model.NewStore()
	require.NoError(t, layer.Put(store, "", arrays, true))
	require.NoError(t, layer.Put(store, "", seeded(1), false))
	return store
}

// call runs a graph once with a store.
func call(t *testing.T, b compute.Backend, store *model.Store, graph func(scope *model.Scope,
	x *Node) []*Node, x *tensors.Tensor) (out [][]float32) {
	results, err := model.CallOnceN(b, store, graph, x)
	require.NoError(t, err)
	for _, r := range results {
		out = append(out, tensors.MustCopyFlatData[float32](r))
	}
	return out
}

// differences are the derivatives of f at x by finite differences.
func differences(f func(x []float64) float64, x []float64) []float64 {
	const h = 1e-5
	out := make([]float64, len(x))
	for i, was := range x {
		x[i] = was + h
		above := f(x)
		x[i] = was - h
		out[i] = (above - f(x)) / (2 * h)
		x[i] = was
	}
	return out
}

// wide are float64s of float32s.
func wide(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// cosine of two vectors.
func cosine(a, b []float64) float64 {
	ab, aa, bb := 0.0, 0.0, 0.0
	for i := range a {
		ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

// near requires values to be as near as float32 makes them.
func near(t *testing.T, want []float64, got []float32, tolerance float64, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i := range want {
		require.InDelta(t, want[i], got[i], tolerance, "%s, element %d", what, i)
	}
}
