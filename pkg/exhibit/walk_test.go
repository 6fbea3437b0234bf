package exhibit

import (
	"context"
	"image"
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"

	"github.com/stretchr/testify/require"
)

func TestWalk(t *testing.T) {
	r := smoke(t)
	w, err := r.Walk(t.Context(), "cable", 1)
	require.NoError(t, err)
	for name, step := range map[string]func() (image.Image, error){
		"image": w.Image, "tokens": w.Tokens, "likeness": w.Likeness, "attention": w.Attention,
		"coherence": w.Coherence, "reconstruction": w.Reconstruction,
		"maps": func() (image.Image, error) {
			return w.Maps(1, 6)
		}, "verdict": w.Verdict, "zero-shot": w.ZeroShot,
	} {
		picture, err := step()
		require.NoError(t, err, name)
		require.False(t, uniform(picture), name)
	}
	levels, err := w.Levels()
	require.NoError(t, err)
	require.Contains(t, levels, "shallow = mean of the levels [0 ")

	// The stages are those of the detector that the tables measure.
	d, _, err := w.head(6)
	require.NoError(t, err)
	stages, err := trace(context.Background(), d, w.Sample)
	require.NoError(t, err)
	predicted, err := predict(t.Context(), d, []datasets.Sample{w.Sample})
	require.NoError(t, err)
	require.InDelta(t, predicted[0].Score, detector.TopMean(stages.anomaly), 1e-4)
	mean := 0.0
	for _, v := range stages.distances {
		mean += float64(v) / float64(len(stages.distances))
	}
	require.InDelta(t, stages.coherence, mean, 1e-4)

	_, err = r.Walk(t.Context(), "nothing", 0)
	require.ErrorContains(t, err, `no category "nothing"`)
	_, err = r.Walk(t.Context(), "cable", 999)
	require.ErrorContains(t, err, "no anomalous image 999 of cable: expected one from 0 to ")
}

func TestLikeness(t *testing.T) {
	require.Equal(t, []float32{1, 0, -1}, cosines([]float32{2, 0, 0, 3, -1, 0}, 0, 2))
	worst, best := farApart([]bool{true, true, false, false},
		[][]float32{{1, 3, 5, 0}, {1, 1, 1, 1}})
	require.Equal(t, []int{1, 3}, []int{worst, best})
	worst, best = farApart([]bool{false, false}, [][]float32{{1, 3}})
	require.Equal(t, []int{1, 0}, []int{worst, best}, "no token lies mostly in the defect")
}
