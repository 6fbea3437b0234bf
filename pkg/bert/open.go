package bert

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"

	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	"github.com/gomlx/gomlx/ml/model"
)

// Model is a sentence encoder, loaded and frozen.
type Model struct {
	Config
	*Pieces
	digest string
	store  *model.Store
}

// headWidth is the width of an attention head in the published models, where a file does not say
// how many heads there are.
const headWidth = 32

// Open reads a model in safetensors under Hugging Face's names, and vocab.txt beside it. heads is
// the number of attention heads, 0 for those of 32 channels each, as MiniLM has.
func Open(path string, heads int) (*Model, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pieces, err := ReadPieces(filepath.Join(filepath.Dir(path), "vocab.txt"))
	if err != nil {
		return nil, err
	}
	// what integers a file keeps, and the pooler, are never run
	arrays, err := layer.ReadAll(f.Without(func(name string) bool {
		return strings.HasSuffix(name, "position_ids") || strings.HasPrefix(name, "pooler.")
	}))
	if err != nil {
		return nil, err
	}
	return New(path, arrays, pieces, heads)
}

// New makes a model from tensors; what names them in errors.
func New(what string, arrays map[string]layer.Array, pieces *Pieces, heads int) (*Model, error) {
	shape := func(name string) []int {
		if a, ok := arrays[name]; ok && len(a.Shape) == 2 {
			return a.Shape
		}
		return []int{0, 0}
	}
	words := shape("embeddings.word_embeddings.weight")
	c := Config{Width: words[1], Words: words[0],
		Positions: shape("embeddings.position_embeddings.weight")[0], Heads: heads}
	if heads == 0 {
		c.Heads = max(1, c.Width/headWidth)
	}
	for shape(fmt.Sprintf("encoder.layer.%d.output.dense.weight", c.Depth))[0] > 0 {
		c.Depth++
	}
	if c.Width == 0 {
		return nil, fmt.Errorf("%s: no sentence encoder in it: expected a tensor "+
			"embeddings.word_embeddings.weight", what)
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if err := layer.CheckNames(what, Shapes(c), layer.Shapes(arrays)); err != nil {
		return nil, err
	}
	if pieces.Len() > c.Words {
		return nil, fmt.Errorf("%s: %d rows for the %d pieces of the vocabulary", what, c.Words,
			pieces.Len())
	}
	if err := layer.CheckFinite(what, arrays); err != nil {
		return nil, err
	}
	m := &Model{Config: c, Pieces: pieces, store: model.NewStore()}
	h := sha256.New()
	fmt.Fprintf(h, "bert %+v %s\n", c, pieces.digest)
	if err := layer.WriteContent(h, arrays); err != nil {
		return nil, err
	}
	m.digest = fmt.Sprintf("%x", h.Sum(nil))
	return m, layer.Put(m.store, "", arrays, false)
}

// Store holds the frozen weights.
func (m *Model) Store() *model.Store { return m.store }

// Digest covers weights, shape and vocabulary.
func (m *Model) Digest() string { return m.digest }
