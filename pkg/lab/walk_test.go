package lab

import (
	"image"
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/testworld"
	"adlab/pkg/experiment"
	"adlab/pkg/progress"
	"adlab/pkg/view"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { testworld.Main(m) }

// smoke is a lab over the tests' store.
func smoke(t *testing.T) *Lab {
	v, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	p, err := experiment.ProfileOf("smoke")
	require.NoError(t, err)
	return &Lab{v, exhibit.NewRunner(v, p)}
}

// uniform tells a picture of one colour.
func uniform(m image.Image) bool {
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if m.At(x, y) != m.At(b.Min.X, b.Min.Y) {
				return false
			}
		}
	}
	return true
}

func TestWalk(t *testing.T) {
	l := smoke(t)
	w, err := l.INPFormer("cable", 1)
	require.NoError(t, err)
	for name, step := range map[string]view.Step{
		"image": w.Image(), "tokens": w.Tokens(), "likeness": w.Likeness(),
		"attention": w.Attention(), "coherence": w.Coherence(),
		"reconstruction": w.Reconstruction(), "anomaly": w.Anomaly(), "maps": w.Maps(1, 6),
		"verdict": w.Verdict(), "zero-shot": w.ZeroShot(),
	} {
		picture, err := step(t.Context())
		require.NoError(t, err, name)
		require.False(t, uniform(picture), name)
	}
	levels, err := w.Levels()(t.Context())
	require.NoError(t, err)
	require.Contains(t, levels, "shallow = mean of the levels [0 ")

	// The stages are those of the detector that the tables measure.
	d, err := w.Head(t.Context(), 6)
	require.NoError(t, err)
	stages, err := view.NewTrace(t.Context(), d, w.Sample)
	require.NoError(t, err)
	predicted, err := view.Predictions(t.Context(), d, []datasets.Sample{w.Sample})
	require.NoError(t, err)
	require.InDelta(t, predicted[0].Score, detector.TopMean(stages.Map), 1e-4)
	mean := 0.0
	for _, v := range stages.Distance {
		mean += float64(v) / float64(len(stages.Distance))
	}
	require.InDelta(t, stages.Loss, mean, 1e-4)

	_, err = l.INPFormer("nothing", 0)
	require.ErrorContains(t, err, `no category "nothing"`)
	_, err = l.INPFormer("cable", 999)
	require.ErrorContains(t, err, "no anomalous image 999 of cable: expected one from 0 to ")
}
