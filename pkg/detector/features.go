package detector

import (
	"context"
	"iter"

	"adlab/datasets"
	"adlab/pkg/encoder"

	"github.com/gomlx/gomlx/core/tensors"
)

// PredictFeatures runs a detector's graph over the samples' features in batches: score takes
// [batch, groups, N, C] and gives image scores [batch], or nil for TopMean of the maps, and maps
// [batch, MapSide, MapSide]. The last batch is filled up with its last image, so that one shape is
// compiled.
func PredictFeatures(ctx context.Context, x *encoder.Cache, samples []datasets.Sample,
	score func(*tensors.Tensor) (scores, maps *tensors.Tensor, err error)) iter.Seq2[Prediction,
	error] {
	return func(yield func(Prediction, error) bool) {
		size := min(encoder.Together(x.Backend), len(samples))
		for features, err := range x.Parts(ctx, samples) {
			if err != nil {
				yield(Prediction{}, err)
				return
			}
			if !predictPart(ctx, features, size, score, yield) {
				return
			}
		}
	}
}

// predictPart scores a part of the samples; false where no more are wanted. A part has a multiple
// of the batch's size, but for the last.
func predictPart(ctx context.Context, f *encoder.Features, size int,
	score func(*tensors.Tensor) (scores, maps *tensors.Tensor, err error),
	yield func(Prediction, error) bool) bool {
	for at := 0; at < f.Len; at += size {
		if err := context.Cause(ctx); err != nil {
			yield(Prediction{}, err)
			return false
		}
		places := make([]int, size)
		for i := range places {
			places[i] = min(at+i, f.Len-1)
		}
		scores, maps, err := score(f.Batch(places))
		if err != nil {
			yield(Prediction{}, err)
			return false
		}
		for i := range min(size, f.Len-at) {
			if !yield(predictionAt(scores, maps, i), nil) {
				return false
			}
		}
	}
	return true
}

// predictionAt copies the i-th image's score and map out of a batch.
func predictionAt(scores, maps *tensors.Tensor, i int) Prediction {
	const n = MapSide * MapSide
	p := Prediction{Map: make([]float32, n)}
	maps.MustConstFlatData(func(flat any) { copy(p.Map, flat.([]float32)[i*n:(i+1)*n]) })
	if scores == nil {
		p.Score = TopMean(p.Map)
		return p
	}
	scores.MustConstFlatData(func(flat any) { p.Score = float64(flat.([]float32)[i]) })
	return p
}
