package bert

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/layer"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// vocabulary is a small one.
var vocabulary = []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "scr", "##atch", "a", ",", "cafe",
	"한", "文", "€"}

func TestPieces(t *testing.T) {
	p, err := NewPieces(vocabulary)
	require.NoError(t, err)
	const unknown, first, last = 1, 2, 3
	for text, want := range map[string][]int32{
		"A scratch, CAFÉ xyz": {first, 6, 4, 5, 7, 8, unknown, last, 0},
		"":                    {first, last, 0, 0},
		"a\u00a0\u200ba\x00":  {first, 6, 6, last}, // blanks part, what has no width does not
		"文文a":                 {first, 10, 10, 6, last},
		"€a":                  {first, unknown, last}, // a currency's sign is part of a word
	} {
		require.Equal(t, want, p.IDs(text, len(want)), text)
	}
	require.Equal(t, []int32{first, 6, last}, p.IDs("a a a a a", 3), "cut, the end mark kept")
	require.Equal(t, 7, p.Length("a scratch, café"))
}

func TestVocabulariesThatCannotBe(t *testing.T) {
	_, err := NewPieces([]string{"[PAD]", "[CLS]", "[SEP]"})
	require.EqualError(t, err, "expected a vocabulary with the mark [UNK]")
	_, err = NewPieces([]string{"[UNK]", "[CLS]", "[SEP]", "[PAD]"})
	require.EqualError(t, err, "expected a vocabulary whose first piece is [PAD]")
	file := filepath.Join(t.TempDir(), "vocab.txt")
	require.NoError(t, os.WriteFile(file, []byte("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\na\r\n"),
		0o600))
	p, err := ReadPieces(file)
	require.NoError(t, err)
	require.Equal(t, 5, p.Len())
	require.Equal(t, []int32{2, 4, 3}, p.IDs("a", 3))
}

// random is a model without meaning.
func random(t *testing.T, change func(map[string]layer.Array)) (*Model, error) {
	r := rand.New(rand.NewPCG(1, 1))
	arrays := layer.Draw(Shapes(Config{Width: 64, Depth: 2, Words: 20, Positions: 16}),
		func(_ string, _ []int, data []float32) {
			layer.Fill(data, func() float64 { return r.NormFloat64() / 2 })
		})
	if change != nil {
		change(arrays)
	}
	p, err := NewPieces(vocabulary)
	require.NoError(t, err)
	return New("m.safetensors", arrays, p, 0)
}

func TestPaddingChangesNoSentence(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	m, err := random(t, nil)
	require.NoError(t, err)
	require.Equal(t, Config{Width: 64, Heads: 2, Depth: 2, Words: 20, Positions: 16}, m.Config)
	vector := func(ids ...int32) []float32 {
		out, err := model.CallOnce(b.Backend, m.Store(),
			func(scope *model.Scope, ids *graph.Node) *graph.Node {
				return Embed(scope, m.Config, ids)
			}, tensors.FromFlatDataAndDimensions(ids, 1, len(ids)))
		require.NoError(t, err)
		return tensors.MustCopyFlatData[float32](out)
	}
	product := func(a, b []float32) (sum float64) {
		for i := range a {
			sum += float64(a[i]) * float64(b[i])
		}
		return sum
	}
	short := vector(2, 7, 9, 3)
	require.InDeltaSlice(t, short, vector(2, 7, 9, 3, 0, 0, 0), 1e-5)
	require.InDelta(t, 1, product(short, short), 1e-5)
	require.Less(t, product(short, vector(2, 9, 7, 3)), 0.9999, "the order counts")
}

// TestVectorsInBatches: the last batch is filled up, and that shows in no vector.
func TestVectorsInBatches(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	m, err := random(t, nil)
	require.NoError(t, err)
	var told []int
	all, err := m.Vectors(t.Context(), b.Backend, []string{"a", "scratch", "cafe, a"}, 8, 2,
		func(done, total int) { told = append(told, done, total) })
	require.NoError(t, err)
	require.Equal(t, []int{2, 3, 3, 3}, told)
	require.Len(t, all, 3*m.Width)
	last, err := m.Vectors(t.Context(), b.Backend, []string{"cafe, a"}, 8, 2, nil)
	require.NoError(t, err)
	require.InDeltaSlice(t, last, all[2*m.Width:], 1e-6)
	require.NotEqual(t, all[:m.Width], all[m.Width:2*m.Width])
}

func TestFilesThatAreNoModel(t *testing.T) {
	for name, change := range map[string]func(map[string]layer.Array){
		"m.safetensors: no sentence encoder in it: expected a tensor " +
			"embeddings.word_embeddings.weight": func(a map[string]layer.Array) { clear(a) },
		"encoder.layer.1.output.dense.bias": func(a map[string]layer.Array) {
			delete(a, "encoder.layer.1.output.dense.bias")
		},
	} {
		_, err := random(t, change)
		require.ErrorContains(t, err, name)
	}
}
