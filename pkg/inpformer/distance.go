package inpformer

import (
	"context"
	"iter"

	"adlab/datasets"
	"adlab/pkg/detector"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// ByDistance is the zero-shot detector of a trained INP-Former: its map is the distance of each
// token to the nearest of the test image's own prototypes, and the decoder is not used. Its Fit
// does nothing: it scores images of sets that d has not learned from. SPEC 9.
type ByDistance struct {
	Trained *Detector
	exec    *model.Exec
}

// Name is "inp-former-distance".
func (z *ByDistance) Name() string { return "inp-former-distance" }

// Fit learns nothing.
func (z *ByDistance) Fit(context.Context, []datasets.Sample) error { return nil }

// Predict scores the samples by their distance maps.
func (z *ByDistance) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	d := z.Trained
	return detector.PredictFeatures(ctx, d.Features, samples,
		func(batch *tensors.Tensor) (scores, maps *tensors.Tensor, err error) {
			if z.exec == nil {
				z.exec, err = model.NewExec(d.Features.Backend, d.store,
					func(scope *model.Scope, batch *Node) *Node {
						return d.forward(scope, batch).DistanceMap(d.Config,
							d.Features.Encoder.Transform().Crop)
					})
				if err != nil {
					return nil, nil, err
				}
			}
			maps, err = z.exec.Call1(batch)
			return nil, maps, err
		})
}
