package layer

import (
	"testing"

	"adlab/pkg/backend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

func TestScopePathIsTheCheckpointName(t *testing.T) {
	require.Equal(t, "/decoder/3/attn/kv/weight", Path("decoder.3.attn.kv.weight"))
	require.Equal(t, "decoder.3.attn.kv.weight", Name(Path("decoder.3.attn.kv.weight")))
	store := model.NewStore()
	in := map[string]Array{"a.weight": {[]int{2}, []float32{1, 2}}}
	require.NoError(t, Put(store, "x.", in, true))
	out, err := Get(store, "x.")
	require.NoError(t, err)
	require.Equal(t, in, out)
	require.ErrorContains(t,
		Put(store, "x.", map[string]Array{"a.weight": {[]int{1}, []float32{1}}}, true),
		`tensor "x.a.weight": expected shape [2], got [1]`)
}

func TestCheckNamesListsBothSides(t *testing.T) {
	err := CheckNames("f", map[string][]int{"a": {1}, "b": {2}},
		map[string][]int{"b": {3}, "c": {1}})
	require.EqualError(t, err, "f: 1 wrong shape: b expected [2] got [3]; 1 missing: a; 1 "+
		"unexpected: c")
	require.NoError(t, CheckNames("f", map[string][]int{"a": {1}}, map[string][]int{"a": {1}}))
}

func TestZeroVectorsGiveNumbers(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnceN(b.Backend, func(x *Node) []*Node {
			return []*Node{Cosine(x, x, -1), Normalize(x, 1e-12)}
		}, [][]float32{{0, 0}, {3, 4}})
		require.NoError(t, err)
		require.InDeltaSlice(t, []float32{0, 1}, out[0].Value(), 1e-6)
		require.Equal(t, []float32{0, 0}, out[1].Value().([][]float32)[0])
	}
}
