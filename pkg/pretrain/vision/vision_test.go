package vision

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets/fetch"
	"adlab/datasets/synth/lessons"
	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/imageio"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain/pictures"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"
	"adlab/pkg/vit"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
)

// noisy are sources with pictures in memory.
func noisy() ([]pictures.Source, []pictures.Picture) {
	sources := []pictures.Source{{Name: "a", Share: 3}, {Name: "b", Share: 1}}
	var loaded []pictures.Picture
	for i := range 40 {
		m := imageio.New(240, 230, 1+2*(i%2))
		for k := range m.Pix {
			m.Pix[k] = uint8(k * (7 + i) / 5)
		}
		p := pictures.Picture{Source: sources[i%2].Name, Digest: string(rune('0'+i/5)) +
			string(rune('0'+i%5)),
			Sizes: []*imageio.Image{imageio.Resize(m, pictures.Window, pictures.Window), m}}
		loaded = append(loaded, p)
	}
	return sources, loaded
}

func TestCropsDependOnSeedAndPlaceAlone(t *testing.T) {
	sources, loaded := noisy()
	batch := func(c *Crops, places ...int) []uint8 {
		return tensors.MustCopyFlatData[uint8](c.Batch(places))
	}
	for _, side := range []int{112, pictures.Window} {
		c, err := NewCrops(sources, loaded, false, side, 1)
		require.NoError(t, err)
		again, err := NewCrops(sources, loaded, false, side, 1)
		require.NoError(t, err)
		bytes := side * side * 3
		both := batch(c, 5, 9)
		require.Len(t, both, 2*bytes)
		require.Equal(t, both[bytes:], batch(again, 9), "whatever was drawn before")
		require.NotEqual(t, both[:bytes], both[bytes:])
		again.Seed = 2
		require.NotEqual(t, both[bytes:], batch(again, 9))
	}
	_, err := NewCrops(sources, nil, false, pictures.Window, 1)
	require.ErrorContains(t, err, "got none")
}

func TestHeldOutPicturesAreNotTrainedOn(t *testing.T) {
	sources, loaded := noisy()
	count := map[string]int{}
	for _, held := range []bool{true, false} {
		c, err := NewCrops(sources, loaded, held, pictures.Window, 1)
		require.NoError(t, err)
		for _, p := range c.picks {
			for _, x := range p.pictures {
				require.Equal(t, held, x.HeldOut())
				count[x.Digest]++
			}
		}
		require.Equal(t, 1.0, c.picks[len(c.picks)-1].until)
	}
	require.Len(t, count, len(loaded), "each on one side")
}

// A piece is laid in eight ways; the pixels are the picture's.
func TestPieceKeepsPixels(t *testing.T) {
	m := imageio.New(pictures.Window, pictures.Window, 3)
	for i := range m.Pix {
		m.Pix[i] = uint8(i)
	}
	c := &Crops{Side: pictures.Window,
		picks: []pick{{1, []pictures.Picture{{Sizes: []*imageio.Image{m}}}}}}
	histogram := func(pix []uint8) (h [256]int) {
		for _, x := range pix {
			h[x]++
		}
		return h
	}
	seen := map[string]bool{}
	for seed := range uint64(60) {
		dst := make([]uint8, pictures.Window*pictures.Window*3)
		c.piece(dst, pictures.Window, pictures.Window, rand.New(rand.NewPCG(seed, 0)))
		require.Equal(t, histogram(m.Pix), histogram(dst))
		seen[string(dst)] = true
	}
	require.Len(t, seen, 8)
	oblong := make([]uint8, 30*7*3) // must not run over either edge
	for seed := range uint64(60) {
		c.piece(oblong, 30, 7, rand.New(rand.NewPCG(seed, 0)))
	}
}

// shallow is a student of few blocks, all of them tapped.
func shallow(taps ...int) vit.Config {
	cfg := Config()
	cfg.Depth, cfg.Taps = len(taps), taps
	return cfg
}

// small is a distillation that takes a second, and pictures for it.
func small(t *testing.T, weights Loss) (distillation, *Crops) {
	sources, loaded := noisy()
	crops, err := NewCrops(sources, loaded, false, 32, 1)
	require.NoError(t, err)
	d, err := newDistillation(shallow(0, 1, 2, 3), 32, weights)
	require.NoError(t, err)
	return d, crops
}

func TestTheLossReachesEveryParameter(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	for name, weights := range map[string]Loss{"as shipped": DefaultLoss(),
		"single": {Single: 1}} {
		d, crops := small(t, weights)
		student, err := Init(d.student, crops, 1000, 1)
		require.NoError(t, err)
		store, err := d.store(student)
		require.NoError(t, err)
		before, err := layer.Get(store, "")
		require.NoError(t, err)
		stepper, err := train.NewStepper(b.Backend, store, d.loss, train.NewAdam(0.9, 0.99), 1)
		require.NoError(t, err)
		loss, norm, parts, err := stepper.Step([]*tensors.Tensor{crops.Batch([]int{1, 2})}, 1e-2, 1)
		require.NoError(t, err)
		stepper.Close()
		require.Positive(t, loss, name)
		require.Positive(t, norm, name)
		require.Len(t, parts, 4)
		for _, p := range parts {
			require.LessOrEqual(t, math.Abs(p), 1.0)
		}
		after, err := layer.Get(store, "")
		require.NoError(t, err)
		for parameter, a := range before {
			switch {
			case len(parameter) > 8 && parameter[:8] == teacherScope+".":
				require.Equal(t, a, after[parameter], "the teacher is frozen")
			default:
				require.NotEqual(t, a, after[parameter], "%s: %s gets a gradient", name, parameter)
			}
		}
	}
}

func TestInitVisionWhitensPatches(t *testing.T) {
	d, crops := small(t, DefaultLoss())
	student, err := Init(d.student, crops, 1000, 1)
	require.NoError(t, err)
	require.NoError(t, layer.CheckNames("student", vit.Shapes(d.student), layer.Shapes(student)))
	again, err := Init(d.student, crops, 1000, 1)
	require.NoError(t, err)
	require.Equal(t, student, again, "same seed, same bits")
	w, size := student["patch_embed.proj.weight"].Data, 3*16*16
	for _, pair := range [][2]int{{0, 1}, {3, 10}} {
		dot := 0.0
		for j := range size {
			dot += float64(w[pair[0]*size+j]) * float64(w[pair[1]*size+j])
		}
		require.InDelta(t, 0, dot, 1e-4, "components are orthogonal")
	}
	qkv := student["blocks.2.attn.qkv.weight"].Data
	n := d.student.Width * d.student.Width
	require.Equal(t, qkv[:n], qkv[n:2*n], "queries are keys")
	require.NotEqual(t, qkv[:n], qkv[2*n:])
}

// paint writes a picture of one colour and a black pixel.
func paint(t *testing.T, path string, w, h int, c uint8) {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix[1:] {
		m.Pix[1+i] = c
	}
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
}

// A run in two stages over a folder of pictures: interrupted and resumed to the same bits, exported
// before its end, read by the loader of DINOv2.
func TestVisionRun(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	home := t.TempDir()
	drawn := pictures.Source{Name: "lessons", Lessons: 1, Sides: []int{256}, Share: 1,
		Origin:  "made here",
		Licence: "none"}
	require.NoError(t, os.MkdirAll(filepath.Join(home, "pretrain", "lessons"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(home, "pretrain", "lessons", fetch.Manifest),
		fmt.Appendf(nil, "1 made here, generation %d\nlicence: none\n", lessons.Generation),
		0o666))
	for i := range 80 {
		paint(t, filepath.Join(home, "pretrain", "lessons", fmt.Sprint(i)+".png"), 230+i, 240,
			uint8(3*i))
	}
	run := func(ctx context.Context, cache, out string, asItStands bool,
		cancelAfter int) (*Card, error) {
		v := Default()
		v.Backend, v.Home, v.Cache, v.Say = b.Backend, home, cache, t.Logf
		v.sources, v.student, v.measured, v.patches = []pictures.Source{drawn}, shallow(0, 1), 32,
			1000
		v.Stages = []Stage{{Side: 32, Steps: 3, Batch: 2, Rate: 1e-3},
			{Side: 64, Steps: 2, Batch: 2, Rate: 1e-3}}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		v.Bar = func(name string) func(done, total int, unit string) {
			return func(done, total int, unit string) {
				if name == "distilling" {
					if cancelAfter--; cancelAfter == 0 {
						cancel()
					}
				}
			}
		}
		return v.Run(ctx, out, asItStands, "test")
	}
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.safetensors")
	card, err := run(t.Context(), filepath.Join(dir, "one"), whole, false, -1)
	require.NoError(t, err)
	require.Equal(t, 5, card.Steps)
	require.Len(t, card.Curve, 5)
	require.Len(t, card.Agreement, 4)

	cache, resumed := filepath.Join(dir, "two"), filepath.Join(dir, "resumed.safetensors")
	_, err = run(t.Context(), cache, resumed, false, 2)
	require.True(t, errors.Is(err, train.ErrInterrupted), "%v", err)
	require.NoFileExists(t, resumed)
	early, err := run(t.Context(), cache, filepath.Join(dir, "early.safetensors"), true, -1)
	require.NoError(t, err)
	require.Equal(t, 2, early.Steps)
	again, err := run(t.Context(), cache, resumed, false, -1)
	require.NoError(t, err)
	require.Equal(t, card.Weights, again.Weights, "the same bits")
	require.NotEqual(t, card.Weights, early.Weights)
	one, err := os.ReadFile(whole)
	require.NoError(t, err)
	two, err := os.ReadFile(resumed)
	require.NoError(t, err)
	require.Equal(t, one, two)
	page, err := os.ReadFile(filepath.Join(dir, "whole.md"))
	require.NoError(t, err)
	require.Contains(t, string(page), card.Weights)

	e, err := vit.Open(whole, vit.Options{})
	require.NoError(t, err)
	require.Equal(t, []int{0, 1}, e.Config.Taps, "taps from the file")
	require.Equal(t, pictures.Window, e.Transform().Crop)
	require.Equal(t, Config().Width/64, e.Config.Heads)
	f, err := tensorfile.Open(whole)
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, tensorfile.DTypeF16, f.DType("cls_token"))

	_, err = run(t.Context(), filepath.Join(dir, "three"), whole, true, -1)
	require.ErrorContains(t, err, "no checkpoint of this run")
}

func TestVisionRefuses(t *testing.T) {
	v := Default()
	v.Without = []string{"nothing"}
	require.ErrorContains(t, v.Validate(), "Without: expected some of elpv")
	v = Default()
	v.Stages[0].Side = 50
	require.ErrorContains(t, v.Validate(), "side of 32 to 224")
	v = Default()
	total := 0
	for _, s := range v.Stages {
		total += s.Steps
	}
	require.NoError(t, v.Scale(total/10))
	require.Equal(t, total/10, v.Stages[0].Steps+v.Stages[1].Steps)
	require.ErrorContains(t, v.Scale(1), "Steps: expected at least 2")
}

// The weights that ship are what their card says, and within the size that the repository allows.
func TestShippedVision(t *testing.T) {
	const most = 6.6e6
	path := filepath.Join("..", "..", "vit", "weights", vit.TinyName+".safetensors")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.LessOrEqual(t, float64(info.Size()), most)
	e, err := vit.Tiny(vit.Options{})
	require.NoError(t, err)
	cfg := Config()
	require.Equal(t, cfg, e.Config)
	f, err := tensorfile.Open(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, f.CheckFinite())
	halves := map[string]tensorfile.Tensor{}
	for _, name := range f.Names() {
		if halves[name], err = f.Tensor(name); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "vit", "weights", vit.TinyName+".md"))
	require.NoError(t, err)
	require.Contains(t, string(page), weightsDigest(halves))
}
