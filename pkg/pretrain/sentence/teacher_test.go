package sentence

import (
	"encoding/binary"
	"maps"
	"math"
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
	"google.golang.org/protobuf/encoding/protowire"
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

func message(parts ...any) (b []byte) {
	for i := 0; i < len(parts); i += 2 {
		n := protowire.Number(parts[i].(int))
		switch v := parts[i+1].(type) {
		case int:
			b = protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), uint64(v))
		case string:
			b = protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), v)
		case []byte:
			b = protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), v)
		}
	}
	return b
}

func TestONNXTensorsHaveTheirPartsNames(t *testing.T) {
	var raw []byte
	for _, x := range []float32{1, 2, 3, 4, 5, 6} {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	file := message(7, message(
		1, message(1, "x", 1, "onnx::MatMul_7", 3, "/model/m.0/layer.0/query/MatMul", 4, "MatMul"),
		5, message(1, 2, 1, 3, 2, 1, 8, "onnx::MatMul_7", 9, raw),
		5, message(1, 6, 2, 1, 8, "m.0.layer.0.query.bias", 9, raw),
		5, message(1, 3, 2, 7, 8, "whole numbers", 9, raw),
	))
	got, err := onnxTensors("f", file, "m.0.")
	require.NoError(t, err)
	require.Equal(t, map[string]layer.Array{
		"layer.0.query.weight": {Shape: []int{3, 2}, Data: []float32{1, 4, 2, 5, 3, 6}},
		"layer.0.query.bias":   {Shape: []int{6}, Data: []float32{1, 2, 3, 4, 5, 6}},
	}, got)
	_, err = onnxTensors("f", []byte{0xff}, "")
	require.ErrorContains(t, err, "no ONNX file")
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
