package experiment

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/datasets"
	"adlab/datasets/synth"
	"adlab/pkg/backend"
	"adlab/pkg/backend/compiled"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/progress"
	"adlab/pkg/setting"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// sentences is the name of a file with fewer sentences than the shipped ones.
const sentences = "sentences.yaml"

// TestMain generates two small benchmarks, each with one category, and the file of sentences.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "experiment")
	if err != nil {
		panic(err)
	}
	os.Setenv("ADLAB_DATA", dir)
	for _, b := range synth.Benchmarks() {
		if b.Name != "mvtec" && b.Name != "visa" {
			continue
		}
		b.Categories = b.Categories[:1]
		if err := synth.Write(context.Background(), b, "smoke", 1,
			filepath.Join(dir, "synth-smoke", b.Name), 0, nil); err != nil {
			panic(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, sentences), []byte("source: test\n"+
		"normal: [\"[cls]\", \"intact [cls]\"]\ntemplates: [\"a photo of [state].\"]\n"),
		0o666); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// eachBackend runs a test in an environment on every backend, with a cache of its own.
func eachBackend(t *testing.T, test func(t *testing.T, v *Env)) {
	for _, name := range backend.Available() {
		t.Run(name, func(t *testing.T) {
			v, err := Open(name, t.TempDir(), progress.New(nil))
			require.NoError(t, err)
			test(t, v)
		})
	}
}

// smokeOf is an experiment of a method on the small benchmarks, in a few steps.
func smokeOf(t *testing.T, v *Env, m detector.Method) Experiment {
	e := Default("visa").By(m.Name)
	e.Profile, e.Crop, e.Steps, e.Batch = "smoke", 64, 3, 2
	e.Limit = datasets.Options{TrainLimit: 4, TestLimit: 2}
	var err error
	e.Data, err = v.Generated(t.Context(), "visa", "smoke")
	require.NoError(t, err)
	if m.Sees == detector.Pair {
		e.Crop = 0
	}
	if m.Sources {
		source, err := v.Generated(t.Context(), "mvtec", "smoke")
		require.NoError(t, err)
		e, err = e.Set("Sources", "mvtec="+source)
		require.NoError(t, err)
	}
	if m.Settings != nil && setting.Has(m.Settings, "Sentences") {
		e, err = e.Set("Sentences", filepath.Join(os.Getenv("ADLAB_DATA"), sentences))
		require.NoError(t, err)
	}
	if shallow, err := e.Set("Blocks", "2"); err == nil { // compiling takes longest
		e = shallow
	}
	require.NoError(t, e.Validate(), m.Name)
	return e
}

// TestEveryMethod takes each entry of the table through an evaluation, and those that train through
// a model file: every parameter moves, nothing is NaN, and the file scores as what was written.
func TestEveryMethod(t *testing.T) {
	eachBackend(t, func(t *testing.T, v *Env) {
		for _, m := range Methods() {
			t.Run(m.Name, func(t *testing.T) {
				require.NotEmpty(t, m.About)
				e := smokeOf(t, v, m)
				report, err := v.Evaluate(t.Context(), e, func(s Scored) {
					require.False(t, math.IsNaN(s.Score) || math.IsInf(s.Score, 0), s.ID)
					require.Len(t, s.Map, detector.MapSide*detector.MapSide)
					require.False(t, slices.ContainsFunc(s.Map, func(x float32) bool {
						return x != x
					}), s.ID)
				})
				require.NoError(t, err)
				require.NotNil(t, report.Mean.ImageAUROC)
				require.NotNil(t, report.Mean.AUPRO)
				if m.Trains {
					keeps(t, v, e)
				}
			})
		}
	})
}

// keeps trains a model, and compares it with what its file gives back.
func keeps(t *testing.T, v *Env, e Experiment) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	trained, err := v.Train(t.Context(), e, path)
	require.NoError(t, err)
	read, err := v.OpenModel(path, "")
	require.NoError(t, err)
	require.Equal(t, e, read.Experiment)
	enc, err := v.NewEncoder(e)
	require.NoError(t, err)
	untrained, err := v.untrained(e, enc)
	require.NoError(t, err)
	before, err := layer.Get(untrained.(detector.Trainable).Store(), "")
	require.NoError(t, err)
	after, err := layer.Get(trained.Detector.Store(), "")
	require.NoError(t, err)
	again, err := layer.Get(read.Detector.Store(), "")
	require.NoError(t, err)
	for name, x := range before {
		require.NotEqual(t, x.Data, after[name].Data, "%s got no gradient", name)
		require.Equal(t, after[name].Data, again[name].Data, name)
	}
	set, err := e.Open()
	require.NoError(t, err)
	var images []string
	for _, s := range set.Categories[0].Test {
		images = append(images, s.Path)
	}
	asked := Asked{Images: images, Category: set.Categories[0].Name}
	want, err := (&Model{Experiment: e, Encoder: enc, Detector: alone(t, v, e, enc,
		trained.Detector)}).Predict(t.Context(), asked)
	require.NoError(t, err)
	got, err := read.Predict(t.Context(), asked)
	require.NoError(t, err)
	require.Equal(t, want, got)

	// what was compiled serves any number of pictures, and each answer is the picture's own
	count := func() int64 { return compiled.Compiled.Load() + compiled.Loaded.Load() }
	made := count()
	asked.Images = images[1:2]
	one, err := read.Predict(t.Context(), asked)
	require.NoError(t, err)
	require.Equal(t, want[1:2], one)
	asked.Images = append(slices.Clone(images), images...)
	_, err = read.Predict(t.Context(), asked)
	require.NoError(t, err)
	require.Equal(t, made, count(), "graphs were compiled for another number of pictures")
}

// alone is a trained detector as it is asked about single pictures.
func alone(t *testing.T, v *Env, e Experiment, enc encoder.Encoder,
	trained detector.Trainable) detector.Trainable {
	d, err := v.untrained(e, enc)
	require.NoError(t, err)
	arrays, err := layer.Get(trained.Store(), "")
	require.NoError(t, err)
	out := d.(detector.Trainable)
	require.NoError(t, layer.Put(out.Store(), "", arrays, true))
	return out
}

// TestEveryEncoder opens each entry of the table that has its weights here, and takes two pictures
// through it.
func TestEveryEncoder(t *testing.T) {
	eachBackend(t, func(t *testing.T, v *Env) {
		for _, x := range encoders {
			require.NotEmpty(t, x.From, x.Name)
			require.NotEmpty(t, x.Licence, x.Name)
			if x.Open == nil || x.Fetched != nil {
				continue
			}
			e, err := x.Open(encoder.Request{Backend: v.Backend.Backend, Image: 64, Seed: 1})
			require.NoError(t, err, x.Name)
			require.NotEmpty(t, e.Digest(), x.Name)
			side := e.Transform().Crop
			pixels := make([]float32, 2*side*side*3)
			for i := range pixels {
				pixels[i] = float32(i%13) / 13
			}
			out, err := model.CallOnceN(v.Backend.Backend, e.Store(), e.Forward,
				tensors.FromFlatDataAndDimensions(pixels, 2, side, side, 3))
			require.NoError(t, err, x.Name)
			levels := 0
			for _, g := range e.Groups() {
				levels += len(g)
			}
			require.Len(t, out, levels, x.Name)
			for _, level := range out {
				require.Equal(t, []int{2, e.Grid() * e.Grid(), e.Width()},
					level.Shape().Dimensions, x.Name)
				for _, value := range tensors.MustCopyFlatData[float32](level) {
					require.False(t, math.IsNaN(float64(value)) || math.IsInf(float64(value), 0),
						x.Name)
				}
			}
		}
	})
}
