package exhibit

import (
	"context"
	"fmt"
	"time"

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

// testSeconds is how long an image takes that is encoded: its map, and its part in the metrics.
func (r *Runner) testSeconds(ctx context.Context, d detector.Detector, key string,
	enc encoder.Encoder, convention experiment.Convention) (seconds float64, err error) {
	set, err := r.Set(ctx, key)
	if err != nil {
		return 0, err
	}
	some := probe(set)
	if len(some.Categories[0].Test) == 0 {
		return 0, fmt.Errorf("%s: no test image in %s", set.Name, some.Categories[0].Name)
	}
	for range 2 { // the first encodes and compiles
		start := time.Now()
		if _, _, err := experiment.Measure(ctx, d, some, enc.Transform(), convention,
			nil); err != nil {
			return 0, err
		}
		seconds = time.Since(start).Seconds() / float64(len(some.Categories[0].Test))
	}
	return seconds, nil
}
