package bridge

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/bert"
	towers "adlab/pkg/bridge"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"
	"adlab/pkg/vit"

	"github.com/stretchr/testify/require"
)

// training is one on towers without meaning.
func training(t *testing.T, dir string) Training {
	b, err := backend.Open("")
	require.NoError(t, err)
	vision, text := filepath.Join(dir, "vision.safetensors"), filepath.Join(dir, "t.safetensors")
	require.NoError(t, tensorfile.Write(vision, layer.Tensors(vit.Random(vit.Config{Width: 64,
		Heads: 1, Depth: 12, Patch: 56, StoredGrid: 4, Grid: 4}, 1)), nil))
	r := rand.New(rand.NewPCG(1, 1))
	require.NoError(t, tensorfile.Write(text, layer.Tensors(layer.Draw(bert.Shapes(bert.Config{
		Width: 32, Depth: 1, Words: 12, Positions: 40}), func(_ string, _ []int, data []float32) {
		layer.Fill(data, func() float64 { return r.NormFloat64() / 4 })
	})), nil))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "vocab.txt"), []byte("[PAD]\n[UNK]\n[CLS]\n"+
		"[SEP]\na\nhole\nwith\ngood\ndent\nscratch\nstain\ncrack\n"), 0o600))
	return Training{Backend: b.Backend, Cache: dir, Vision: vision, Text: text, Steps: 6,
		Pictures: 8, Rate: 1e-2, Seed: 1,
		Bar: func(string) func(int, int, string) { return func(int, int, string) {} }}
}

// TestSameSeedSameBits: trained at once, and interrupted and gone on with; the file opens as a pair
// for its own towers.
func TestSameSeedSameBits(t *testing.T) {
	whole := training(t, t.TempDir())
	out := filepath.Join(whole.Cache, "out.safetensors")
	card, err := whole.Run(t.Context(), out, "test")
	require.NoError(t, err)
	require.Equal(t, 6, card.Steps)
	require.Less(t, card.Losses["000006"], card.Losses["000001"], "it learns")

	parted := training(t, t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	parted.Bar = func(name string) func(int, int, string) {
		return func(done, _ int, _ string) {
			if name == "training" && done == 3 {
				stop()
			}
		}
	}
	again := filepath.Join(parted.Cache, "out.safetensors")
	_, err = parted.Run(ctx, again, "test")
	require.ErrorIs(t, err, train.ErrInterrupted)
	require.NoFileExists(t, again)
	_, err = parted.Run(t.Context(), again, "test")
	require.NoError(t, err)
	a, err := os.ReadFile(out)
	require.NoError(t, err)
	b, err := os.ReadFile(again)
	require.NoError(t, err)
	require.Equal(t, a, b)

	f, err := tensorfile.Open(out)
	require.NoError(t, err)
	defer f.Close()
	m, err := towers.Open(f, whole.Vision, whole.Text, 0, 0)
	require.NoError(t, err)
	require.Equal(t, []int{3, 6, 9, 12}, m.Blocks())
	require.FileExists(t, strings.TrimSuffix(out, ".safetensors")+".json")
}

// The card that ships is the page of its run, and of the weights that ship.
func TestTheShippedCardIsItsRunsPage(t *testing.T) {
	base := filepath.Join("..", "..", "bridge", "weights", towers.Name+".")
	b, err := os.ReadFile(base + "json")
	require.NoError(t, err)
	var card Card
	require.NoError(t, json.Unmarshal(b, &card))
	page, err := os.ReadFile(base + "md")
	require.NoError(t, err)
	require.Equal(t, string(page), pretrain.Page(&card, cardPage))
	f, err := tensorfile.Open(base + "safetensors")
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, card.Digest, f.Digest())
}

// TestCovers: the part of each patch that the flaw covers, and where it lies.
func TestCovers(t *testing.T) {
	mask := make([]uint8, align.Side*align.Side)
	for y := range 56 {
		for x := range 28 {
			mask[y*align.Side+x] = 1
		}
	}
	cover, x, y, found := covers(mask, 4)
	require.True(t, found)
	require.InDelta(t, 0.5, cover[0], 1e-5)
	require.InDelta(t, 13.5/align.Side, x, 1e-9)
	require.InDelta(t, 27.5/align.Side, y, 1e-9)
	_, _, _, found = covers(make([]uint8, len(mask)), 4)
	require.False(t, found)
}

func TestSettingsThatCannotBe(t *testing.T) {
	p := Default()
	p.Rate = 0
	require.ErrorContains(t, p.Validate(), "a positive rate")
}

// TestChoose: the most covered patches first, then drawn ones, none twice.
func TestChoose(t *testing.T) {
	covered := make([]float32, 256)
	covered[7], covered[200] = 0.2, 0.9
	some := choose(rand.New(rand.NewPCG(1, 1)), covered)
	require.Len(t, some, patches)
	require.Equal(t, []int{200, 7}, some[:2])
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(some))), patches)
	for i := range covered {
		covered[i] = 1
	}
	require.Len(t, choose(rand.New(rand.NewPCG(1, 1)), covered), patches)
	require.Len(t, choose(rand.New(rand.NewPCG(1, 1)), covered[:4]), 4)
}
