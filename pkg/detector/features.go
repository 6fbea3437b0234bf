package detector

import (
	"context"
	"iter"

	"adlab/datasets"
	"adlab/pkg/encoder"

	"github.com/gomlx/gomlx/core/tensors"
)

// batchSize is the number of images that are scored together.
const batchSize = 16

// PredictFeatures runs a map graph over the samples' features in batches: score takes [batch, groups, N, C] and gives
// [batch, MapSide, MapSide]. The image score is TopMean of its map. The last batch is filled up with its last image, so
// that one shape is compiled.
func PredictFeatures(ctx context.Context, x *encoder.Extractor, samples []datasets.Sample, score func(*tensors.Tensor) (*tensors.Tensor, error)) iter.Seq2[Prediction, error] {
	return func(yield func(Prediction, error) bool) {
		features, err := x.Extract(ctx, samples)
		if err != nil {
			yield(Prediction{}, err)
			return
		}
		defer features.Close()
		size := min(batchSize, len(samples))
		for at := 0; at < len(samples); at += size {
			if err := context.Cause(ctx); err != nil {
				yield(Prediction{}, err)
				return
			}
			places := make([]int, size)
			for i := range places {
				places[i] = min(at+i, len(samples)-1)
			}
			out, err := score(features.Batch(places))
			if err != nil {
				yield(Prediction{}, err)
				return
			}
			maps := tensors.MustCopyFlatData[float32](out)
			out.FinalizeAll()
			for i := range min(size, len(samples)-at) {
				m := maps[i*MapSide*MapSide : (i+1)*MapSide*MapSide : (i+1)*MapSide*MapSide]
				if !yield(Prediction{Score: TopMean(m), Map: m}, nil) {
					return
				}
			}
		}
	}
}
