package bridge

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/bert"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// write writes two small towers and a bridge, all without meaning, and gives their files.
func write(t *testing.T) (bridge, vision, text string) {
	dir := t.TempDir()
	vision, text = filepath.Join(dir, "vision.safetensors"), filepath.Join(dir, "text.safetensors")
	r := rand.New(rand.NewPCG(1, 1))
	fill := func(_ string, _ []int, data []float32) {
		layer.Fill(data, func() float64 { return r.NormFloat64() / 4 })
	}
	require.NoError(t, tensorfile.Write(vision, layer.Tensors(vit.Random(vit.Config{Width: 64,
		Heads: 1, Depth: 2, Patch: 4, StoredGrid: 3, Grid: 3}, 1)), nil))
	require.NoError(t, tensorfile.Write(text, layer.Tensors(layer.Draw(bert.Shapes(bert.Config{
		Width: 32, Depth: 1, Words: 8, Positions: 40}), fill)), nil))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "vocab.txt"),
		[]byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nhole\n##s\n"), 0o600))
	v, err := vit.Open(vision, vit.Options{Resize: 12, Crop: 12, Taps: []int{0, 1}})
	require.NoError(t, err)
	w, err := bert.Open(text, 0)
	require.NoError(t, err)
	bridge = filepath.Join(dir, "bridge.safetensors")
	require.NoError(t, tensorfile.Write(bridge, layer.Tensors(layer.Draw(Shapes(Config{
		Vision: v.Config, Text: w.Config, Hidden: 6, Embed: 5}), fill)), Metadata(v, w)))
	return bridge, vision, text
}

// open opens them.
func open(t *testing.T, bridge, vision, text string) (*Model, error) {
	f, err := tensorfile.Open(bridge)
	require.NoError(t, err)
	defer f.Close()
	return Open(f, vision, text, 0, 0)
}

// TestABridgeIsAPair: what MultiADS asks of a pair has the shapes that it expects, one picture of
// one grey has no patch that differs, and the space's first token is the image's embedding.
func TestABridgeIsAPair(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	bridge, vision, text := write(t)
	m, err := open(t, bridge, vision, text)
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, m.Blocks())
	require.Equal(t, []int{64, 5, 3}, []int{m.Width(), m.Embed(), m.Grid()})
	require.Len(t, m.Adapters(), 4)
	run := func(forward func(scope *model.Scope, x *graph.Node) []*graph.Node) *tensors.Tensor {
		pixels := make([]float32, 12*12*3)
		for i := range pixels {
			pixels[i] = 0.5
		}
		pixels[0] = 3
		out, err := model.CallOnce(b.Backend, m.Store(),
			func(scope *model.Scope, x *graph.Node) *graph.Node {
				return graph.Stack(forward(scope, x), 1)
			}, tensors.FromFlatDataAndDimensions(pixels, 1, 12, 12, 3))
		require.NoError(t, err)
		return out
	}
	taps := tensors.MustCopyFlatData[float32](run(func(scope *model.Scope,
		x *graph.Node) []*graph.Node {
		return Taps(layer.At(scope, visionScope), m.Config, x)
	}))
	for tap := range 2 { // the mean of the patches is taken out
		sum := 0.0
		for token := 1; token < 10; token++ {
			sum += float64(taps[(tap*10+token)*64])
		}
		require.InDelta(t, 0, sum, 1e-4)
	}
	levels := run(m.Tower().Forward)
	require.Equal(t, []int{1, 2, 10, 64}, levels.Shape().Dimensions)
	flat := tensors.MustCopyFlatData[float32](levels)
	require.NotEqual(t, taps, flat, "the trunk adds")
	require.Equal(t, taps[:64], flat[:64], "to the last class token alone")
	space := run(m.Space().Forward)
	require.Equal(t, []int{1, 1, 10, 5}, space.Shape().Dimensions)
	class := flat[10*64 : 11*64]
	image, err := model.CallOnce(b.Backend, m.Store(), m.Image,
		tensors.FromFlatDataAndDimensions(class, 1, 64))
	require.NoError(t, err)
	require.InDeltaSlice(t, tensors.MustCopyFlatData[float32](image),
		tensors.MustCopyFlatData[float32](space)[:5], 1e-4)
}

// TestTexts: what is beyond the end changes nothing, the order does, and words that no piece is for
// are told.
func TestTexts(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	bridge, vision, text := write(t)
	m, err := open(t, bridge, vision, text)
	require.NoError(t, err)
	embed := func(said string) []float32 {
		ids, err := m.Read(said)
		require.NoError(t, err)
		require.Len(t, ids, context)
		out, err := model.CallOnce(b.Backend, m.Store(), m.Text,
			tensors.FromFlatDataAndDimensions(ids, 1, len(ids)))
		require.NoError(t, err)
		return tensors.MustCopyFlatData[float32](out)
	}
	require.NotEqual(t, embed("a hole"), embed("hole a"))
	require.Equal(t, embed("a hole"), embed("A  HOLE"))
	require.Equal(t, []string{"scratch"}, m.Unknown("a scratch, holes")[:1])
	require.False(t, m.Cut("a hole"))
	require.True(t, m.Cut(strings.Repeat("hole ", context)))
}

// TestAnotherSize is the same towers on more or fewer patches.
func TestAnotherSize(t *testing.T) {
	bridge, vision, text := write(t)
	f, err := tensorfile.Open(bridge)
	require.NoError(t, err)
	defer f.Close()
	m, err := Open(f, vision, text, 20, 16)
	require.NoError(t, err)
	require.Equal(t, 4, m.Grid())
	require.Equal(t, []int{20, 16}, []int{m.Transform().Resize, m.Transform().Crop})
	own, err := Open(f, vision, text, 0, 0)
	require.NoError(t, err)
	require.NotEqual(t, own.Digest(), m.Digest())
}

func TestOtherTowersAreRefused(t *testing.T) {
	bridge, vision, text := write(t)
	arrays := vit.Random(vit.Config{Width: 64, Heads: 1, Depth: 2, Patch: 4, StoredGrid: 3,
		Grid: 3}, 2)
	require.NoError(t, tensorfile.Write(vision, layer.Tensors(arrays), nil))
	_, err := open(t, bridge, vision, text)
	require.ErrorContains(t, err, "was trained for other towers than")
	_, err = open(t, vision, vision, text)
	require.ErrorContains(t, err, "no bridge in it")
}

// TestTheShippedBridge is of the published towers' sizes, and says which towers it was trained for.
func TestTheShippedBridge(t *testing.T) {
	shapes, err := Entries[0].Manifest()
	require.NoError(t, err)
	require.Equal(t, []int{384, 384}, shapes["bridge.fc.3.weight"])
	require.Equal(t, []int{1, 1370, 384}, shapes["vision.pos_embed"])
	require.Equal(t, []int{30522, 384}, shapes["text.embeddings.word_embeddings.weight"])
	f, err := tensorfile.Parse(Name, trained)
	require.NoError(t, err)
	arrays, err := layer.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, layer.CheckNames(Name, Shapes(Config{Vision: vit.Config{Width: 384,
		Taps: []int{2, 5, 8, 11}}, Text: bert.Config{Width: 384}, Hidden: 512,
		Embed: 384}),
		layer.Shapes(arrays)))
	require.Len(t, f.Metadata()[visionDigest], 64)
	_, err = Entries[0].Open(encoder.Request{Dir: t.TempDir()})
	require.ErrorContains(t, err, "dinov2-small.safetensors")
}
