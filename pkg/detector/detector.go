// Package detector says what an anomaly detector is to the rest of adlab, so that every table,
// figure and live cell works with each of them, and holds the post-processing of maps that all of
// them share, so that they stand on one footing.
package detector

import (
	"context"
	"errors"
	"iter"

	"adlab/datasets"
)

// Detector learns what is normal from normal images and then scores others.
type Detector interface {
	// Name is short and stable, such as "inp-former".
	Name() string
	// Fit learns from normal samples. It can be cancelled through ctx; where a detector keeps
	// checkpoints, the same call afterwards goes on from there to the same bits.
	Fit(ctx context.Context, train []datasets.Sample) error
	// Predict scores the samples in their order, one Prediction each; it stops at the first error.
	Predict(ctx context.Context, samples []datasets.Sample) iter.Seq2[Prediction, error]
}

// ErrTooFew is under a detector's error about fewer samples than it can learn from.
var ErrTooFew = errors.New("too few images")

// Prediction is what a detector says of one image.
type Prediction struct {
	// image score: higher is more anomalous; comparable within one fitted detector only
	Score float64
	Map   []float32 // anomaly map, MapSide·MapSide values, row-major; nil for detectors without one
	// Types are maps of the same size by defect type, where the detector tells types apart and was
	// asked for them; else nil.
	Types map[string][]float32
}
