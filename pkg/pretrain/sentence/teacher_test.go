package sentence

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

func TestWordPieces(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vocab.json")
	require.NoError(t, os.WriteFile(file, []byte(`["[PAD]","▁scr","atch","▁a","▁,","▁cafe"]`),
		0o666))
	w, err := readPieces(file)
	require.NoError(t, err)
	require.Equal(t, []int32{firstPiece, 3, 1, 2, 4, 5, unknownPiece, lastPiece, 0},
		w.ids("A scratch, CAFÉ xyz", 9))
	require.Equal(t, []int32{firstPiece, 3, lastPiece}, w.ids("a a a a a", 3),
		"cut, the end mark kept")
	require.Equal(t, []int32{firstPiece, lastPiece}, w.ids("", 2))
}

func TestPaddingChangesNoSentence(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	arrays := map[string]layer.Array{}
	shapes, r := teacherShapes(120), rand.New(rand.NewPCG(1, 1))
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		a, size := layer.Array{Shape: shapes[name]}, 1
		for _, d := range a.Shape {
			size *= d
		}
		for range size {
			a.Data = append(a.Data, float32(r.NormFloat64()/2))
		}
		arrays[name] = a
	}
	store := model.NewStore()
	require.NoError(t, layer.Put(store, "", arrays, false))
	vector := func(ids ...int32) []float32 {
		exec, err := model.NewExec(b.Backend, store,
			func(scope *model.Scope, ids *graph.Node) *graph.Node {
				return teacherVectors(scope, 120, ids)
			})
		require.NoError(t, err)
		out, err := exec.Call1(tensors.FromFlatDataAndDimensions(ids, 1, len(ids)))
		require.NoError(t, err)
		return tensors.MustCopyFlatData[float32](out)
	}
	short := vector(101, 7, 9, 102)
	require.InDeltaSlice(t, short, vector(101, 7, 9, 102, 0, 0, 0), 1e-5)
	require.InDelta(t, 1, pretrain.Product(short, short), 1e-5)
	require.Less(t, pretrain.Product(short, vector(101, 9, 7, 102)), 0.9999, "the order counts")
}
