package pair

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/datasets/synth/lessons"
	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/clip"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/pretrain/sentence"
	"adlab/pkg/train"
	"adlab/pkg/vit"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// drawnPool is a pool without a teacher: vectors at random, and each sentence means one state.
func drawnPool() *sentence.Pool {
	r := rand.New(rand.NewPCG(1, 1))
	p := &sentence.Pool{Table: gaussian(1, "table", 0.5, clip.Vocabulary, sentence.TableWidth).Data}
	for i := range sentence.Sets * sentence.SetSize {
		state := i % sentence.SetSize % sentence.States()
		p.Sentences = append(p.Sentences, fmt.Sprintf("a product in state %d", state))
		row := make([]float32, sentence.States())
		row[state] = 1
		p.Meaning = append(p.Meaning, row...)
		for range sentence.Width {
			p.Vectors = append(p.Vectors, float32(r.NormFloat64()/20))
		}
	}
	return p
}

// markedLessons are black pictures with a white square where the flaw is.
func markedLessons(n int) *align.Pictures {
	l := &align.Pictures{}
	const pixels = align.Side * align.Side
	l.Images, l.Masks = make([]uint8, n*pixels*3), make([]uint8, n*pixels)
	for i := range n {
		lesson := &lessons.Lesson{Names: []string{"disc"}, Material: "steel"}
		if i%align.Group > 0 {
			lesson.Type, lesson.Size = "hole", "large"
			for y := 80; y < 120; y++ {
				for x := 60; x < 110; x++ {
					at := i*pixels + y*align.Side + x
					l.Masks[at] = 1
					copy(l.Images[3*at:], []uint8{255, 255, 255})
				}
			}
		}
		l.Told = append(l.Told, lesson)
	}
	return l
}

func TestBatchesTurnPictureAndMaskAlike(t *testing.T) {
	b := newBatches(3, windowSide, markedLessons(12), drawnPool())
	flat := tensors.MustCopyFlatData[float32](b.Batch([]int{0, 5, 1, 7, 2, 9, 4, 3}))
	require.Equal(t, flat,
		tensors.MustCopyFlatData[float32](b.Batch([]int{0, 5, 1, 7, 2, 9, 4, 3})),
		"places name all random numbers")
	size, grid := pictureSize(windowSide), windowSide/patchSide
	width := align.Group*pictureSize(windowSide) + shareOfSet*sentenceSize()
	require.Len(t, flat, 8*width)
	for k := range align.Group {
		p := flat[5*width+k*size:]
		pixels, cover, state := p[:windowSide*windowSide*3],
			p[windowSide*windowSide*3:][:grid*grid], p[windowSide*windowSide*3+grid*grid]
		require.Equal(t, slices.Max(cover) > 0, state == float32(b.state["hole"]))
		for i, c := range cover {
			bright := 0
			for y := range patchSide {
				for x := range patchSide {
					if pixels[3*((i/grid*patchSide+y)*windowSide+i%grid*patchSide+x)] > 128 {
						bright++
					}
				}
			}
			require.InDelta(t, float64(bright)/patchSide/patchSide, float64(c), 1e-5)
		}
		ids := p[size-contextIDs : size]
		require.EqualValues(t, 49406, ids[0])
		require.EqualValues(t, 49407, slices.Max(ids))
	}
}

// TestPhasesMoveWhatIsTheirs does a step of each phase with narrow towers: what the phase trains
// moves, and nothing else.
func TestPhasesMoveWhatIsTheirs(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	narrow := func(side int) clip.Config {
		cfg := configOf(side)
		cfg.Vision, cfg.Text, cfg.Embed, cfg.Taps = clip.Tower{Width: 8, Heads: 2, Layers: 4},
			clip.Tower{Width: 8, Heads: 2, Layers: 1}, 8, []int{1, 2, 3, 4}
		return cfg
	}
	pool := drawnPool()
	before := startArrays(narrow(wholeSide), pool, 1)
	for _, phase := range Default().phases() {
		store, err := newStore(before, phase.trains)
		require.NoError(t, err)
		stepper, err := train.NewStepper(b.Backend, store,
			objective{narrow(phase.side), phase.weights, false, align.Twins()}.loss,
			train.NewAdam(0.9, 0.98), 1)
		require.NoError(t, err)
		data := newBatches(1, phase.side, markedLessons(32), pool)
		batch := []*tensors.Tensor{data.Batch([]int{0, 1, 2, 3, 4, 5, 6, 7})}
		_, norm, _, err := stepper.Step(batch, 1e-2, 1)
		require.NoError(t, err)
		require.Greater(t, norm, 0.0)
		after, err := layer.Get(store, "")
		require.NoError(t, err)
		for name := range before {
			// heads are each of one phase
			if moved := !slices.Equal(before[name].Data, after[name].Data); isTower(name) {
				require.Equal(t, phase.trains(name), moved, "%s in %s", name, phase.name)
			}
		}
		stepper.Close()
	}
}

func TestTheWrittenPairOpens(t *testing.T) {
	cfg := configOf(wholeSide)
	arrays := startArrays(cfg, drawnPool(), 1)
	file := filepath.Join(t.TempDir(), "pair.safetensors")
	p := Default()
	curves := []*pretrain.Curve{{Path: filepath.Join(t.TempDir(), "a")},
		{Path: filepath.Join(t.TempDir(), "b")}}
	require.NoError(t, curves[0].Open())
	for k := range p.phases()[0].steps {
		curves[0].Add(k+1, 2)
	}
	require.NoError(t, curves[0].Close())
	card, err := p.write(arrays, cfg, file, "start", 7, curves, "test")
	require.NoError(t, err)
	require.LessOrEqual(t, card.Bytes, 9_400_000)
	require.Len(t, card.Phases[0].Losses, 10)
	require.Empty(t, card.Phases[1].Losses)
	m, err := clip.Open(file, clip.Options{})
	require.NoError(t, err)
	require.Equal(t, cfg, m.Config)
	require.FileExists(t, filepath.Join(filepath.Dir(file), "pair.json"))
	require.Contains(t, pretrain.Page(card, cardPage), card.Digest)
}

// The card that ships is the page of its run.
func TestTheShippedCardIsItsRunsPage(t *testing.T) {
	base := filepath.Join("..", "..", "clip", "weights", "small.")
	b, err := os.ReadFile(base + "json")
	require.NoError(t, err)
	var card Card
	require.NoError(t, json.Unmarshal(b, &card))
	page, err := os.ReadFile(base + "md")
	require.NoError(t, err)
	require.Equal(t, string(page), pretrain.Page(&card, cardPage))
}

func TestPairRefuses(t *testing.T) {
	for _, spoil := range []func(*Training){func(p *Training) {
		p.Steps = 1
	}, func(p *Training) {
		p.Pictures = 4
	}, func(p *Training) { p.Sketches = -1 }, func(p *Training) { p.Rate = 0 }} {
		p := Default()
		spoil(&p)
		_, err := p.Run(t.Context(), "x", false, "")
		require.ErrorContains(t, err, "pretrain clip: expected")
	}
}

// TestTheTowerStartsAsTheTransformer holds the taps of the vision tower before training against the
// transformer's own blocks, both without their register tokens' say: near, for the norm before the
// blocks and the registers are all that differs.
func TestTheTowerStartsAsTheTransformer(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	cfg, l := configOf(windowSide), markedLessons(8)
	arrays, _, err := readStart("", cfg, l, 1)
	require.NoError(t, err)
	all := startArrays(cfg, drawnPool(), 1)
	maps.Copy(all, arrays)
	store, err := newStore(all, func(string) bool { return false })
	require.NoError(t, err)
	shipped, err := vit.Tiny(vit.Options{})
	require.NoError(t, err)
	official := shipped.Config
	official.Grid, official.Taps = cfg.Grid, []int{3}
	pixels := make([]float32, windowSide*windowSide*3)
	for i := range pixels {
		pixels[i] = float32(128 + 60*math.Sin(float64(i)/700) + 40*math.Sin(float64(i)/31))
	}
	image := tensors.FromFlatDataAndDimensions(pixels, 1, windowSide, windowSide, 3)
	run := func(store *model.Store, graph func(scope *model.Scope, x *Node) *Node) []float32 {
		exec, err := model.NewExec(b.Backend, store, graph)
		require.NoError(t, err)
		out, err := exec.Call1(image)
		require.NoError(t, err)
		return tensors.MustCopyFlatData[float32](out)
	}
	got := run(store, func(scope *model.Scope, x *Node) *Node {
		return clip.Patches(clip.Taps(scope, cfg, pretrain.Normalised(x, clip.Mean, clip.Std))[3])
	})
	want := run(shipped.Store(), func(scope *model.Scope, x *Node) *Node {
		return vit.Patches(official,
			vit.Forward(scope, official, pretrain.Normalised(x, vit.Mean, vit.Std))[0])
	})
	lengths := math.Sqrt(pretrain.Product(got, got) * pretrain.Product(want, want))
	require.Greater(t, pretrain.Product(got, want)/lengths, 0.8)
}
