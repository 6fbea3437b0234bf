package pretrain

import (
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"adlab/datasets/synth/lessons"
	"adlab/pkg/backend"
	"adlab/pkg/clip"
	"adlab/pkg/layer"
	"adlab/pkg/train"
	"adlab/pkg/vit"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// drawnPool is a pool without a teacher: sentences of the grammar, vectors at random.
func drawnPool() *sentencePool {
	g, r := captions(), rand.New(rand.NewPCG(1, 1))
	all := composeSets(g, 1, phrasesOf(g))
	p := &sentencePool{table: gaussian(1, "table", 0.5, clip.Vocabulary, poolWidth).Data}
	for _, m := range all {
		p.sentences = append(p.sentences, m.sentence)
		row := make([]float32, states())
		row[m.state] = 1
		p.meaning = append(p.meaning, row...)
		for range SentenceWidth {
			p.vectors = append(p.vectors, float32(r.NormFloat64()/20))
		}
	}
	return p
}

// markedLessons are black pictures with a white square where the flaw is.
func markedLessons(n int) *drawn {
	l := &drawn{}
	const pixels = lessonSide * lessonSide
	l.images, l.masks = make([]uint8, n*pixels*3), make([]uint8, n*pixels)
	for i := range n {
		lesson := &lessons.Lesson{Names: []string{"disc"}, Material: "steel"}
		if i%lessonGroup > 0 {
			lesson.Type, lesson.Size = "hole", "large"
			for y := 80; y < 120; y++ {
				for x := 60; x < 110; x++ {
					at := i*pixels + y*lessonSide + x
					l.masks[at] = 1
					copy(l.images[3*at:], []uint8{255, 255, 255})
				}
			}
		}
		l.told = append(l.told, lesson)
	}
	return l
}

func TestBatchesTurnPictureAndMaskAlike(t *testing.T) {
	b := newPairBatches(3, pairWindow, markedLessons(12), drawnPool())
	flat := tensors.MustCopyFlatData[float32](b.Batch([]int{0, 5, 1, 7, 2, 9, 4, 3}))
	require.Equal(t, flat,
		tensors.MustCopyFlatData[float32](b.Batch([]int{0, 5, 1, 7, 2, 9, 4, 3})),
		"places name all random numbers")
	size, grid := pictureSize(pairWindow), pairWindow/pairPatch
	width := lessonGroup*pictureSize(pairWindow) + shareOfSet*sentenceSize()
	require.Len(t, flat, 8*width)
	for k := range lessonGroup {
		p := flat[5*width+k*size:]
		pixels, cover, state := p[:pairWindow*pairWindow*3],
			p[pairWindow*pairWindow*3:][:grid*grid], p[pairWindow*pairWindow*3+grid*grid]
		require.Equal(t, slices.Max(cover) > 0, state == float32(b.state["hole"]))
		for i, c := range cover {
			bright := 0
			for y := range pairPatch {
				for x := range pairPatch {
					if pixels[3*((i/grid*pairPatch+y)*pairWindow+i%grid*pairPatch+x)] > 128 {
						bright++
					}
				}
			}
			require.InDelta(t, float64(bright)/pairPatch/pairPatch, float64(c), 1e-5)
		}
		ids := p[size-pairContext : size]
		require.EqualValues(t, 49406, ids[0])
		require.EqualValues(t, 49407, slices.Max(ids))
	}
}

func TestSetsBeginWithEveryStateOfOneNoun(t *testing.T) {
	g := captions()
	all := composeSets(g, 1, phrasesOf(g))
	require.Len(t, all, poolSets*setSize)
	for s := range poolSets {
		for k := range states() {
			require.Equal(t, k, all[s*setSize+k].state)
			require.Negative(t, all[s*setSize+k].phrase)
		}
	}
}

func TestTableKeepsWhatIsNearNear(t *testing.T) {
	pieces, vectors := []string{"a", "b", "c", ""}, make([]float32, 4*SentenceWidth)
	for i := range SentenceWidth { // a and b alike, c apart
		vectors[i], vectors[SentenceWidth+i], vectors[2*SentenceWidth+i] = 1, 1, float32(i%2)*2-1
	}
	vectors[0] = 1.1
	table, err := tableOf(pieces, vectors, []bool{true, true, false, false}, 2, 1)
	require.NoError(t, err)
	apart := func(i, k int) float64 {
		d := []float32{table[2*i] - table[2*k], table[2*i+1] - table[2*k+1]}
		return product(d, d)
	}
	require.Less(t, 100*apart(0, 1), apart(0, 2))
}

func TestTwinsSumToOne(t *testing.T) {
	for _, row := range twins() {
		sum := float32(0)
		for _, x := range row {
			sum += x
		}
		require.EqualValues(t, 1, sum)
	}
}

func TestDenseLossWantsTheFlawWhereItIs(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	value := func(logits [][][]float32) float32 {
		out := MustExecOnce(b.Backend, func(logits, cover, named *Node) *Node {
			return denseLoss(logits, cover, named)
		},
			logits, [][]float32{{0, 1}}, [][]float32{{0, 0, 1}})
		return tensors.ToScalar[float32](out)
	}
	right := value([][][]float32{{{9, 0, 0}, {0, 0, 9}}})
	require.Less(t, right, float32(0.01))
	require.Greater(t, value([][][]float32{{{9, 0, 0}, {0, 9, 0}}}), float32(4), "another type")
	require.Greater(t, value([][][]float32{{{0, 0, 9}, {9, 0, 0}}}), float32(8), "another place")
}

// TestPhasesMoveWhatIsTheirs does a step of each phase with narrow towers: what the phase trains
// moves, and nothing else.
func TestPhasesMoveWhatIsTheirs(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	narrow := func(side int) clip.Config {
		cfg := pairConfig(side)
		cfg.Vision, cfg.Text, cfg.Embed, cfg.Taps = clip.Tower{Width: 8, Heads: 2, Layers: 4},
			clip.Tower{Width: 8, Heads: 2, Layers: 1}, 8, []int{1, 2, 3, 4}
		return cfg
	}
	pool := drawnPool()
	before := startPair(narrow(pairSide), pool, 1)
	for _, phase := range DefaultPair().phases() {
		store, err := pairStore(before, phase.trains)
		require.NoError(t, err)
		stepper, err := train.NewStepper(b.Backend, store,
			pairLoss{narrow(phase.side), phase.weights, false, twins()}.loss,
			train.NewAdam(0.9, 0.98), 1)
		require.NoError(t, err)
		data := newPairBatches(1, phase.side, markedLessons(32), pool)
		_, norm, _, err := stepper.Step(data.Batch([]int{0, 1, 2, 3, 4, 5, 6, 7}), 1e-2, 1)
		require.NoError(t, err)
		require.Greater(t, norm, 0.0)
		after, err := layer.Get(store, "")
		require.NoError(t, err)
		for name := range before {
			// heads are each of one phase
			if moved := !slices.Equal(before[name].Data, after[name].Data); isPair(name) {
				require.Equal(t, phase.trains(name), moved, "%s in %s", name, phase.name)
			}
		}
		stepper.Close()
	}
}

func TestTheWrittenPairOpens(t *testing.T) {
	cfg := pairConfig(pairSide)
	arrays := startPair(cfg, drawnPool(), 1)
	file := filepath.Join(t.TempDir(), "pair.safetensors")
	p := DefaultPair()
	curves := []*curve{{path: filepath.Join(t.TempDir(), "a")},
		{path: filepath.Join(t.TempDir(), "b")}}
	require.NoError(t, curves[0].open())
	for k := range p.phases()[0].steps {
		curves[0].add(k+1, 2)
	}
	require.NoError(t, curves[0].close())
	card, err := p.write(arrays, cfg, file, "start", 7, curves, "test")
	require.NoError(t, err)
	require.LessOrEqual(t, card.Bytes, 9_400_000)
	require.Len(t, card.Phases[0].Losses, 10)
	require.Empty(t, card.Phases[1].Losses)
	m, err := clip.Open(file, clip.Options{})
	require.NoError(t, err)
	require.Equal(t, cfg, m.Config)
	require.FileExists(t, filepath.Join(filepath.Dir(file), "pair.json"))
	require.Contains(t, card.Markdown(), card.Digest)
}

func TestPairRefuses(t *testing.T) {
	for _, spoil := range []func(*Pair){func(p *Pair) {
		p.Steps = 1
	}, func(p *Pair) {
		p.Pictures = 4
	}, func(p *Pair) { p.Sketches = -1 }, func(p *Pair) { p.Rate = 0 }} {
		p := DefaultPair()
		spoil(&p)
		_, err := p.Run(t.Context(), "x", false, "")
		require.ErrorContains(t, err, "pretrain clip: expected")
	}
}

func TestAnImageShowsWhatStandsOutInIt(t *testing.T) {
	normal, hole, crack := []float32{1, 0, 0}, []float32{0, 1, 0}, []float32{0, 0, 1}
	x := seen{image: normal}
	for i := range 20 {
		// all like a crack, so none is; three like a hole
		x.patches = append(x.patches, [][]float32{crack, hole}[min(i/17, 1)])
	}
	require.Greater(t, x.shows(hole, normal), x.shows(crack, normal))
	with := x
	with.image = crack
	require.Greater(t, with.shows(crack, normal), x.shows(crack, normal))
}

// TestTheTowerStartsAsTheTransformer holds the taps of the vision tower before training against the
// transformer's own blocks, both without their register tokens' say: near, for the norm before the
// blocks and the registers are all that differs.
func TestTheTowerStartsAsTheTransformer(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	cfg, l := pairConfig(pairWindow), markedLessons(8)
	arrays, _, err := readStart("", cfg, l, 1)
	require.NoError(t, err)
	all := startPair(cfg, drawnPool(), 1)
	maps.Copy(all, arrays)
	store, err := pairStore(all, func(string) bool { return false })
	require.NoError(t, err)
	shipped, err := vit.Tiny(vit.Options{})
	require.NoError(t, err)
	official := shipped.Config
	official.Grid, official.Taps = cfg.Grid, []int{3}
	pixels := make([]float32, pairWindow*pairWindow*3)
	for i := range pixels {
		pixels[i] = float32(128 + 60*math.Sin(float64(i)/700) + 40*math.Sin(float64(i)/31))
	}
	image := tensors.FromFlatDataAndDimensions(pixels, 1, pairWindow, pairWindow, 3)
	run := func(store *model.Store, graph func(scope *model.Scope, x *Node) *Node) []float32 {
		exec, err := model.NewExec(b.Backend, store, graph)
		require.NoError(t, err)
		out, err := exec.Call1(image)
		require.NoError(t, err)
		return tensors.MustCopyFlatData[float32](out)
	}
	got := run(store, func(scope *model.Scope, x *Node) *Node {
		return clip.Patches(clip.Taps(scope, cfg, normalised(x, clip.Mean, clip.Std))[3])
	})
	want := run(shipped.Store(), func(scope *model.Scope, x *Node) *Node {
		return vit.Patches(official,
			vit.Forward(scope, official, normalised(x, vit.Mean, vit.Std))[0])
	})
	require.Greater(t, product(unitVector(got), unitVector(want)), 0.8)
}
