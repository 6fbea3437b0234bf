package prompted

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/bert"
	"adlab/pkg/bridge"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// sentencePair is a small pair whose text tower is BERT's, without meaning.
func sentencePair(t *testing.T) encoder.Pair {
	dir, rng := t.TempDir(), rand.New(rand.NewPCG(1, 1))
	vision, text := filepath.Join(dir, "vision.safetensors"), filepath.Join(dir, "text.safetensors")
	fill := func(_ string, _ []int, data []float32) {
		layer.Fill(data, func() float64 { return rng.NormFloat64() / 4 })
	}
	require.NoError(t, tensorfile.Write(vision, layer.Tensors(vit.Random(vit.Config{Width: 64,
		Heads: 1, Depth: 2, Patch: 4, StoredGrid: 3, Grid: 3}, 1)), nil))
	require.NoError(t, tensorfile.Write(text, layer.Tensors(layer.Draw(bert.Shapes(bert.Config{
		Width: 32, Depth: 1, Words: 8, Positions: 40}), fill)), nil))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "vocab.txt"),
		[]byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\ncup\nnormal\n"), 0o600))
	v, err := vit.Open(vision, vit.Options{Resize: 12, Crop: 12, Taps: []int{0, 1}})
	require.NoError(t, err)
	w, err := bert.Open(text, 0)
	require.NoError(t, err)
	m, err := bridge.New(v, w, layer.Draw(bridge.Shapes(bridge.Config{Vision: v.Config,
		Text: w.Config, Hidden: 6, Embed: 5}), fill))
	require.NoError(t, err)
	return m
}

// TestLearnedVectorsStandWhereWordsStood: a phrase whose learned vectors are those of words reads
// as the words do, before and behind others, for all images or for each; and the tower is as it
// was.
func TestLearnedVectorsStandWhereWordsStood(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		for name, pair := range map[string]encoder.Pair{"clip": smallPair(t),
			"bert": sentencePair(t)} {
			r, err := newReader(pair)
			require.NoError(t, err)
			embed := func(text string) []float32 {
				ids, err := pair.Read(text)
				require.NoError(t, err)
				out, err := model.CallOnce(b, pair.Store(), pair.Text,
					tensors.FromFlatDataAndDimensions(ids, 1, len(ids)))
				require.NoError(t, err)
				var v []float64
				for _, x := range tensors.MustCopyFlatData[float32](out) {
					v = append(v, float64(x))
				}
				var short []float32
				for _, x := range unit(v) {
					short = append(short, float32(x))
				}
				return short
			}
			table, err := r.table.Value()
			require.NoError(t, err)
			words := tensors.MustCopyFlatData[float32](table)
			row := func(text string) []float32 {
				ids, err := pair.Read(text)
				require.NoError(t, err)
				return words[int(ids[1])*r.width() : int(ids[1]+1)*r.width()]
			}
			first, err := r.sheet([]phrase{{before: []int32{0}, text: "cup"},
				{text: "a normal", after: []int32{1}}})
			require.NoError(t, err)
			learned := append(append([]float32{}, row("normal")...), row("cup")...)
			out, err := model.CallOnceN(b, model.NewStore(), func(_ *model.Scope,
				x []*Node) []*Node {
				sheet, v := x[0], x[1] // [1, 2, T], [2, C]
				each := Stack([]*Node{MulScalar(v, 0.3), v}, 0)
				return []*Node{r.Embed(sheet, v),
					r.Embed(Concatenate([]*Node{sheet, sheet}, 0), each)}
			}, first, tensors.FromFlatDataAndDimensions(learned, 2, r.width()))
			require.NoError(t, err)
			want := [][]float32{embed("normal cup"), embed("a normal cup")}
			require.NotEqual(t, want[0], want[1])
			all, each := tensors.MustCopyFlatData[float32](out[0]),
				tensors.MustCopyFlatData[float32](out[1])
			d := pair.Embed()
			for s := range want {
				for c := range d {
					require.InDelta(t, want[s][c], all[c*2+s], 1e-5, "%s, phrase %d", name, s)
					require.InDelta(t, want[s][c], each[(d+c)*2+s], 1e-5, "%s, phrase %d", name, s)
				}
			}
			require.NotEqual(t, each[:2*d], each[2*d:], "each image's vectors are its own")
			after, err := r.table.Value()
			require.NoError(t, err)
			require.Equal(t, words, tensors.MustCopyFlatData[float32](after))
			require.Equal(t, want[0], embed("normal cup"))
		}
	})
}

func TestSheetsAreCutAtWhatTheTowerReads(t *testing.T) {
	r, err := newReader(sentencePair(t))
	require.NoError(t, err)
	long := phrase{before: vectors(0, 3), text: "cup a cup a cup a cup a cup a cup a cup a cup a " +
		"cup a cup a cup a cup a cup a cup a cup", after: vectors(3, 1)}
	ids, err := r.ids(long)
	require.NoError(t, err)
	require.Len(t, ids, 32)
	require.Equal(t, []int32{2, -1, -2, -3, 5}, ids[:5])
	require.Equal(t, []int32{-4, 3}, ids[30:])
	sheet, err := r.sheet([]phrase{{text: "cup"}}, []phrase{long})
	require.NoError(t, err)
	require.Equal(t, []int{2, 1, 32}, sheet.Shape().Dimensions)
	short, err := r.sheet([]phrase{{text: "cup"}})
	require.NoError(t, err)
	require.Equal(t, []int32{2, 5, 3, 0, 0, 0, 0, 0}, tensors.MustCopyFlatData[int32](short))
	_, err = r.ids(phrase{before: vectors(0, 30), text: "cup"})
	require.ErrorContains(t, err, "Context: the text tower reads 32 pieces")
}
