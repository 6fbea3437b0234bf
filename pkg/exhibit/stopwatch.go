package exhibit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/layer"
	"adlab/pkg/train"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// stepSeconds measures how long a training step of INP-Former on so many images takes here, on
// random features that are moved to the backend, as a batch is, at each step. The detector's
// parameters change: it is of no further use.
func stepSeconds(d *inpformer.Detector, batch int) (seconds float64, err error) {
	sizes := encoder.Sizes(d.Features.GroupsInUse())
	stepper, err := train.NewStepper(d.Features.Backend, d.Store(),
		func(scope *model.Scope, batch []*graph.Node) (*graph.Node, []*graph.Node) {
			total, _, _ := inpformer.Forward(scope, d.Config, encoder.Ungroup(batch[0]),
				sizes).Loss(d.Config)
			return total, nil
		}, train.NewStableAdamW(), 0.1)
	if err != nil {
		return 0, err
	}
	defer stepper.Close()
	tokens := d.Config.Grid * d.Config.Grid
	data := make([]float32, batch*len(sizes)*tokens*d.Config.Width)
	rng := rand.New(rand.NewPCG(1, 1))
	layer.Fill(data, rng.NormFloat64)
	for t := range 3 { // the first compiles
		start := time.Now()
		features := tensors.FromFlatDataAndDimensions(data, batch, len(sizes), tokens,
			d.Config.Width)
		if _, _, _, err := stepper.Step([]*tensors.Tensor{features}, 1e-4, t+1); err != nil {
			return 0, err
		}
		seconds = time.Since(start).Seconds()
	}
	return seconds, nil
}

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
