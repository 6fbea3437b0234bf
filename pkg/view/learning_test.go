package view

import (
	"context"
	"iter"
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"
	"adlab/pkg/plot"
	"adlab/pkg/train"

	"github.com/stretchr/testify/require"
)

// counting is a detector that knows how often it was asked.
type counting struct{ asked int }

func (*counting) Name() string                                 { return "counting" }
func (*counting) Fit(context.Context, []datasets.Sample) error { return nil }
func (c *counting) Predict(context.Context, []datasets.Sample) iter.Seq2[detector.Prediction,
	error] {
	return func(yield func(detector.Prediction, error) bool) {
		c.asked++
		yield(detector.Prediction{Score: float64(c.asked),
			Map: make([]float32, detector.MapSide*detector.MapSide)}, nil)
	}
}

// TestLearningLooksAtTheFirstTheLastAndSomeBetween, and draws six of them.
func TestLearningLooksAtTheFirstTheLastAndSomeBetween(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.png")
	require.NoError(t, plot.WritePNG(path, imageio.New(8, 8, 3).Image(), nil))
	l, d := &Learning{Sample: datasets.Sample{Path: path}, Every: 10}, &counting{}
	var at []int
	for k := range 95 {
		fresh, err := l.Look(t.Context(), d, train.Step{Number: k + 1, Of: 95})
		require.NoError(t, err)
		if fresh {
			at = append(at, k+1)
		}
	}
	require.Equal(t, []int{1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95}, at)
	require.Equal(t, len(at), d.asked)
	few, err := (&Learning{Sample: l.Sample}).Draw("", imageio.Transform{Resize: 8, Crop: 8,
		Std: [3]float32{1, 1, 1}}, 100)
	require.NoError(t, err)
	all, err := l.Draw("", imageio.Transform{Resize: 8, Crop: 8, Std: [3]float32{1, 1, 1}}, 100)
	require.NoError(t, err)
	require.InDelta(t, 7*few.Bounds().Dx(), all.Bounds().Dx(), 0.1*float64(all.Bounds().Dx()))
}
