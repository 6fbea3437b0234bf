package exhibit

import (
	"context"
	"time"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
)

// imageSeconds is how long an image takes to encode.
func (r *Runner) imageSeconds(enc encoder.Encoder) (seconds float64, err error) {
	const images = 4
	x := r.Env.Features(enc)
	side := enc.Transform().Crop
	pixels := make([]float32, images*side*side*3)
	for range 2 { // the first compiles
		start := time.Now()
		if _, err := x.Run(pixels, images); err != nil {
			return 0, err
		}
		seconds = time.Since(start).Seconds() / images
	}
	return seconds, nil
}

// testSeconds is how long an image of a probe takes that is encoded: its map, and its part in the
// metrics.
func testSeconds(ctx context.Context, d detector.Detector, set *datasets.Set, enc encoder.Encoder,
	convention experiment.Convention) (seconds float64, err error) {
	for range 2 { // the first encodes and compiles
		start := time.Now()
		if _, _, err := experiment.Measure(ctx, d, set, enc.Transform(), convention,
			nil); err != nil {
			return 0, err
		}
		seconds = time.Since(start).Seconds() / float64(len(set.Categories[0].Test))
	}
	return seconds, nil
}
