package multiads

import (
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/datasets/synth"
	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is half of the work
	"adlab/pkg/clip"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"
	"adlab/pkg/layer"
	"adlab/pkg/train"

	"github.com/stretchr/testify/require"
)

var _ detector.Detector = (*Detector)(nil)

// small is a pair of small random towers at 64 pixels.
func small(t *testing.T) clip.TapEncoder {
	cfg := clip.Config{Vision: clip.Tower{Width: 24, Heads: 2, Layers: 4},
		Text: clip.Tower{Width: 16, Heads: 2, Layers: 2}, Embed: 12, Patch: 16, StoredGrid: 4,
		Grid: 4, Words: clip.Vocabulary, Taps: []int{1, 2, 3, 4}}
	m, err := clip.Random(cfg, 1)
	require.NoError(t, err)
	return clip.TapEncoder{Model: m}
}

// TestFromSourceToTarget trains on one generated benchmark and looks at another, zero-shot and
// few-shot.
func TestFromSourceToTarget(t *testing.T) {
	dir := t.TempDir()
	open := func(name string, categories int) (*datasets.Set, *kba.Base, datasets.Vocabulary) {
		for _, b := range synth.Benchmarks() {
			if b.Name == name {
				b.Categories = b.Categories[:categories]
				root := filepath.Join(dir, name)
				require.NoError(t, synth.Write(t.Context(), b, "smoke", 1, root, 0, nil))
				set, err := datasets.Open(b.Layout, root, datasets.Options{})
				require.NoError(t, err)
				base, err := kba.Open(name)
				require.NoError(t, err)
				v, err := datasets.VocabularyOf(name)
				require.NoError(t, err)
				return set, base, v
			}
		}
		t.Fatal(name)
		return nil, nil, datasets.Vocabulary{}
	}
	source, base, vocabulary := open("mpdd", 2)
	target, targetBase, _ := open("mad-sim", 1)
	require.NoError(t, datasets.ZeroShot(source, target))
	sentences, err := kba.OpenSentences()
	require.NoError(t, err)
	sentences.Templates = sentences.Templates[:3]
	for _, name := range backend.Available() {
		t.Run(name, func(t *testing.T) {
			b, err := backend.Open(name)
			require.NoError(t, err)
			m := small(t)
			c := Config{Model: m, Base: targetBase, Sentences: sentences, Seed: 1,
				Cache: t.TempDir(), Typed: true}
			d, err := New(b.Backend, c)
			require.NoError(t, err)
			before, err := layer.Get(d.Store(), "fc.")
			require.NoError(t, err)
			var losses []float64
			var samples []datasets.Sample
			for _, c := range source.Categories {
				samples = append(samples, c.Test...)
			}
			o := train.Options{Steps: 8, Batch: 3, Seed: 1, Schedule: train.WarmCosine{Base: 2e-2,
				Final: 2e-2, Total: 8}, Optimizer: train.NewAdam(0.5, 0.999), ClipNorm: 1e9,
				Report: func(s train.Step) { losses = append(losses, s.Loss) }}
			require.NoError(t,
				d.TrainAdapters(t.Context(), []Source{{samples, base, vocabulary.Type}}, Sum, o))
			require.Less(t, losses[7], losses[0]/2, "it learns: %v", losses)
			after, err := layer.Get(d.Store(), "fc.")
			require.NoError(t, err)
			require.Len(t, after, 8, "four adapters with weight and bias, and nothing else")
			require.NotEqual(t, before["0.weight"].Data, after["0.weight"].Data)

			category := target.Categories[0]
			predict := func(d *Detector) (out []detector.Prediction) {
				for p, err := range d.Predict(t.Context(), category.Test) {
					require.NoError(t, err)
					out = append(out, p)
				}
				require.Len(t, out, len(category.Test))
				return out
			}
			// trained is a detector of other settings with the same adapters
			trained := func(c Config) *Detector {
				other, err := d.With(c)
				require.NoError(t, err)
				require.NoError(t, other.Fit(t.Context(), category.Train))
				return other
			}
			require.NoError(t, d.Fit(t.Context(), category.Train))
			zero := predict(d)
			for _, p := range zero {
				require.Len(t, p.Map, detector.MapSide*detector.MapSide)
				require.Len(t, p.Types, 3)
				for i := range p.Map {
					sum := p.Types["Stains"][i] + p.Types["Missing"][i] + p.Types["Burrs"][i]
					require.InDelta(t, p.Map[i], sum, 1e-3,
						"the anomaly map is the sum of the types'")
				}
				require.NotEmpty(t, Words(Shown(Strength(p.Types, 4))))
			}
			c.Shots = 2
			fewShot := trained(c)
			few := predict(fewShot)
			require.Greater(t, few[0].Map[1000], zero[0].Map[1000],
				"the distance to the references is added")
			memory, err := d.References(t.Context(), category.Train[:2])
			require.NoError(t, err)
			d.SetMemory(category.Name, memory)
			require.Equal(t, few, predict(d), "what Fit keeps is what References makes")
			fewShot.SetMemory(category.Name, nil)
			require.Equal(t, zero, predict(fewShot))

			c.Base = c.Base.Extend(&kba.Base{Types: []kba.Type{{Name: "Stains",
				Prompts: append([]string{"[cls] with ink on it"},
					targetBase.Types[0].Prompts...)}}})
			encoded := d.Encoder().Encoded
			_, err = d.Text(t.Context(), category.Name, c.Base)
			require.NoError(t, err)
			require.Equal(t, encoded+len(sentences.Templates), d.Encoder().Encoded,
				"one new prompt is all that is encoded")
			c.Filter = map[string][]string{category.Name: {"Missing"}}
			require.Len(t, predict(trained(c))[0].Types, 1, "MultiADS-F")
		})
	}
}

// TestSourcesOfDifferentTypes trains on two data sets whose numbers of types differ: neither may
// feel the other's columns.
func TestSourcesOfDifferentTypes(t *testing.T) {
	dir := t.TempDir()
	sentences, err := kba.OpenSentences()
	require.NoError(t, err)
	one := func(raw string) (string, bool) { return raw, true }
	narrow := Source{[]datasets.Sample{plain(t, dir, "a", "hole", 40, 64, 64),
		plain(t, dir, "b", datasets.Good, 90, 64, 64)},
		&kba.Base{Types: []kba.Type{{Name: "hole", Prompts: []string{"[cls] with a hole"}}}}, one}
	wide := Source{nil,
		&kba.Base{Types: append(narrow.Base.Types,
			kba.Type{Name: "dent", Prompts: []string{"dented [cls]"}},
			kba.Type{Name: "rust", Prompts: []string{"rusty [cls]"}})}, one}
	s := plain(t, dir, "c", "rust", 140, 64, 64)
	s.Category = "pipe"
	wide.Samples = []datasets.Sample{s}
	b, err := backend.Open("go")
	require.NoError(t, err)
	first := func(sources []Source, batch int) (loss float64) {
		d, err := New(b.Backend, Config{Model: small(t), Base: narrow.Base, Sentences: sentences,
			Seed: 1, Cache: t.TempDir()})
		require.NoError(t, err)
		o := train.Options{Steps: 1, Batch: batch, Seed: 1, Schedule: train.WarmCosine{Base: 1e-3,
			Final: 1e-3, Total: 1}, Optimizer: train.NewAdam(0.5, 0.999), ClipNorm: 1e9,
			Report: func(s train.Step) { loss = s.Loss }}
		require.NoError(t, d.TrainAdapters(t.Context(), sources, Sum, o))
		return loss
	}
	apart := (2*first([]Source{narrow}, 2) + first([]Source{wide}, 1)) / 3
	// The focal loss's smoothing alone knows the number of columns.
	require.InDelta(t, apart, first([]Source{narrow, wide}, 3), 2e-2, "the mean over the images")
}

func TestTrainAdaptersRefuses(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	base, err := kba.Open("mpdd")
	require.NoError(t, err)
	sentences, err := kba.OpenSentences()
	require.NoError(t, err)
	d, err := New(b.Backend, Config{Model: small(t), Base: base, Sentences: sentences, Seed: 1,
		Cache: t.TempDir()})
	require.NoError(t, err)
	run := func(o Objective, s datasets.Sample) error {
		return d.TrainAdapters(t.Context(),
			[]Source{{[]datasets.Sample{s}, base, func(raw string) (string, bool) {
				return raw, true
			}}}, o, train.Options{})
	}
	require.ErrorContains(t, run("hope", datasets.Sample{}),
		`expected sum, mean or focal_only, got "hope"`)
	require.ErrorContains(t, run(Sum, datasets.Sample{ID: "x", Label: 1, DefectType: "hole"}),
		"x: expected a mask")
	require.ErrorContains(t, run(Sum, datasets.Sample{ID: "x", Label: 1, DefectType: "sneeze",
		Mask: "m.png"}), `got "sneeze"`)
}

func TestImageScores(t *testing.T) {
	largest, text := [][3]float64{{4, 3, 2}, {2, 2, 2}, {3, 3, 3}}, []float64{1, 0, 0.5}
	for rule, want := range map[ScoreRule][]float64{ScoreMax: {1, 0, 0.5}, ScoreTop3: {1, 0, 1},
		ScoreBlend: {1, 0, 0.5}} {
		got, err := ImageScores(rule, largest, text)
		require.NoError(t, err)
		require.Equal(t, want, got, rule)
	}
	only, err := ImageScores(ScoreText, largest, []float64{0.2, 0.9, 0.4})
	require.NoError(t, err)
	require.Equal(t, []float64{0.2, 0.9, 0.4}, only, "no map has a part in it")
	same, err := ImageScores(ScoreMax, [][3]float64{{1, 1, 1}, {1, 1, 1}}, []float64{0, 0})
	require.NoError(t, err)
	require.Equal(t, []float64{0, 0}, same)
	_, err = ImageScores(ScoreMax, largest, nil)
	require.Error(t, err)
	require.Equal(t, [3]float64{9, 7, 5}, Largest([]float32{1, 5, 9, 7, -3}))
}

func TestAloneScores(t *testing.T) {
	got, err := AloneScores(4)(ScoreBlend, [][3]float64{{4, 1, 1}, {2, 2, 2}, {7, 1, 1}},
		[]float64{1, 0, 0.5})
	require.NoError(t, err)
	require.Equal(t, []float64{1, 0.25, 0.75}, got, "no image's score depends on another's")
}

func TestAnswer(t *testing.T) {
	types := map[string][]float32{"hole": {0, 3}, "dent": {1, 2}, "rust": {1, 1}, "burr": {3, 0}}
	require.Equal(t, "burr 0.75, hole 0.75, dent 0.50", Words(Shown(Strength(types, 4))))
	require.Equal(t, "burr 0.38", Words(Shown(Strength(types, 8))),
		"the strongest alone, where none is strong")
	require.Equal(t, "good (strongest burr 0.38)", Says(Shown(Strength(types, 8))))
	require.Equal(t, "burr 0.75, hole 0.75, dent 0.50", Says(Shown(Strength(types, 4))))
	require.Equal(t, "good", Says(nil))
}

func TestTruth(t *testing.T) {
	s := plain(t, t.TempDir(), "a", "hole", 40, 8, 8)
	transform := imageio.Transform{Resize: 4, Crop: 4, Std: [3]float32{1, 1, 1}}
	of := func(names ...string) uint8 {
		base := &kba.Base{}
		for _, n := range names {
			base.Types = append(base.Types, kba.Type{Name: n})
		}
		m, err := Truth(s, base, func(raw string) (string, bool) { return raw, true }, transform)
		require.NoError(t, err)
		require.Len(t, m, detector.MapSide*detector.MapSide)
		return m[12345]
	}
	require.Equal(t, uint8(2), of("dent", "hole"))
	require.Equal(t, uint8(0), of("dent"), "not on the product's list")
}
