package sentence

import (
	"context"
	"fmt"
	"math"
	"strings"

	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
)

// Width is the number of channels of the sentence teacher's vectors.
const Width = 384

const (
	teacherLayers, teacherHeads = 3, 12
	teacherBatch                = 256
)

// Teacher is paraphrase-MiniLM-L3-v2, a sentence encoder that knows synonyms. It teaches
// the text tower and is never needed to run it.
type Teacher struct {
	pieces wordPieces
	exec   *model.Exec
}

// openTeacher reads the ONNX file and the vocabulary that FetchTeacher brings.
func openTeacher(backend compute.Backend, onnx, vocabulary string) (*Teacher,
	error) {
	pieces, err := readPieces(vocabulary)
	if err != nil {
		return nil, err
	}
	arrays, err := teacherArrays(onnx)
	if err != nil {
		return nil, err
	}
	if err := layer.CheckNames(onnx, teacherShapes(len(pieces)),
		layer.Shapes(arrays)); err != nil {
		return nil, err
	}
	store := model.NewStore()
	if err := layer.Put(store, "", arrays, false); err != nil {
		return nil, err
	}
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, ids *Node) *Node {
		return teacherVectors(scope, len(pieces), ids)
	})
	return &Teacher{pieces, exec}, err
}

// teacherArrays are the encoder's tensors, without what the file keeps of the graph's own numbers.
func teacherArrays(onnx string) (map[string]layer.Array, error) {
	const root = "model.0.auto_model."
	all, err := tensorfile.ReadONNX(onnx)
	if err != nil {
		return nil, err
	}
	arrays := map[string]layer.Array{}
	for name, t := range all {
		short, below := strings.CutPrefix(name, root)
		if !below || t.DType != tensorfile.DTypeF32 {
			continue
		}
		data, err := t.Float32s()
		if err != nil {
			return nil, fmt.Errorf("%s: tensor %q: %w", onnx, name, err)
		}
		arrays[short] = layer.Array{Shape: t.Shape, Data: data}
	}
	return arrays, nil
}

// teacherShapes lists the encoder's tensors.
func teacherShapes(words int) map[string][]int {
	const w = Width
	shapes := map[string][]int{
		"embeddings.word_embeddings.weight":       {words, w},
		"embeddings.position_embeddings.weight":   {512, w},
		"embeddings.token_type_embeddings.weight": {2, w},
	}
	pair := func(name string, dims ...int) {
		shapes[name+".weight"], shapes[name+".bias"] = dims, dims[:1]
	}
	pair("embeddings.LayerNorm", w)
	for i := range teacherLayers {
		at := fmt.Sprintf("encoder.layer.%d.", i)
		for _, name := range []string{"attention.self.query", "attention.self.key",
			"attention.self.value", "attention.output.dense"} {
			pair(at+name, w, w)
		}
		pair(at+"intermediate.dense", 4*w, w)
		pair(at+"output.dense", w, 4*w)
		pair(at+"attention.output.LayerNorm", w)
		pair(at+"output.LayerNorm", w)
	}
	return shapes
}

// teacherVectors is BERT with the mean of its last states: ids [B, T] int32, 0 where there is no
// piece, to [B, 384] of unit length.
func teacherVectors(scope *model.Scope, words int, ids *Node) *Node {
	const epsilon = 1e-12
	g, t := ids.Graph(), ids.Shape().Dimensions[1]
	here := ConvertDType(NotEqual(ids, ZerosLike(ids)), dtypes.Float32) // [B, T]
	e := scope.At("embeddings")
	table := func(name string, rows int) *Node {
		return layer.Param(e.At("%s", name), g, "weight", rows, Width)
	}
	x := Gather(table("word_embeddings", words), ExpandAxes(ids, -1)) // [B, T, C]
	x = Add(x, ExpandAxes(Slice(table("position_embeddings", 512), AxisRange(0, t)), 0))
	x = Add(x, ExpandAxes(Slice(table("token_type_embeddings", 2), AxisRange(0, 1)), 0))
	x = layer.LayerNorm(e.At("LayerNorm"), x, epsilon)
	hide := MulScalar(Reshape(OneMinus(here), -1, 1, 1, t), -1e9)
	for i := range teacherLayers {
		s := layer.At(scope, fmt.Sprintf("encoder.layer.%d", i))
		head := func(name string) *Node {
			return layer.Heads(layer.Linear(layer.At(s, "attention.self."+name), x, Width),
				teacherHeads)
		}
		scores := DivScalar(Einsum("bhqd,bhkd->bhqk", head("query"), head("key")),
			math.Sqrt(Width/teacherHeads))
		y := layer.MergeHeads(Einsum("bhqk,bhkd->bhqd", Softmax(Add(scores, hide), -1),
			head("value")))
		x = layer.LayerNorm(layer.At(s, "attention.output.LayerNorm"),
			Add(x, layer.Linear(layer.At(s, "attention.output.dense"), y, Width)), epsilon)
		y = activation.Gelu(layer.Linear(layer.At(s, "intermediate.dense"), x, 4*Width))
		x = layer.LayerNorm(layer.At(s, "output.LayerNorm"),
			Add(x, layer.Linear(layer.At(s, "output.dense"), y, Width)), epsilon)
	}
	return layer.Normalize(Einsum("btc,bt->bc", x, here), 1e-9) // the mean's direction
}

// embed gives the sentences' vectors, [n · 384] of unit length each, cut after pieces pieces.
func (s *Teacher) embed(ctx context.Context, sentences []string, pieces int,
	tell func(done, total int)) ([]float32, error) {
	out := make([]float32, 0, len(sentences)*Width)
	for at := 0; at < len(sentences); at += teacherBatch {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		n := min(teacherBatch, len(sentences)-at)
		ids := make([]int32, 0, teacherBatch*pieces)
		for i := range teacherBatch { // one shape; rows beyond n are the last sentence again
			ids = append(ids, s.pieces.ids(sentences[at+min(i, n-1)], pieces)...)
		}
		result, err := s.exec.Call1(tensors.FromFlatDataAndDimensions(ids, teacherBatch, pieces))
		if err != nil {
			return nil, err
		}
		out = append(out, tensors.MustCopyFlatData[float32](result)[:n*Width]...)
		result.FinalizeAll()
		if tell != nil {
			tell(at+n, len(sentences))
		}
	}
	return out, nil
}
