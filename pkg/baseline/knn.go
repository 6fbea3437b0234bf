// Package baseline holds the systems that INP-Former is set beside, on the same encoders, the same detector interface and the
// same post-processing of maps.
package baseline

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// KNN scores a patch token by its distance to the nearest of a bank of normal tokens, and an image by the mean of its
// four largest distances. Tokens are the encoder's group means side by side, layer-normalised, so that a distance is that
// of a cosine.
type KNN struct {
	Features *encoder.Extractor
	Bank     int // tokens that are kept, drawn with Seed
	Seed     uint64
	bank     *tensors.Tensor // [Bank, channels]
	exec     *Exec
}

// NewKNN keeps a bank of 10,000 tokens.
func NewKNN(features *encoder.Extractor, seed uint64) *KNN {
	return &KNN{Features: features, Bank: 10_000, Seed: seed}
}

// Name is "knn".
func (k *KNN) Name() string { return "knn" }

// Fit draws the bank from the tokens of normal samples.
func (k *KNN) Fit(ctx context.Context, train []datasets.Sample) error {
	if len(train) == 0 {
		return fmt.Errorf("knn: expected normal images to learn from, got none")
	}
	f, err := k.Features.Extract(ctx, train)
	if err != nil {
		return err
	}
	defer f.Close()
	rng := rand.New(rand.NewPCG(k.Seed, 0x3a))
	total := f.Len * f.Tokens
	size := min(k.Bank, total)
	channels := f.Groups * f.Width
	bank := make([]float32, 0, size*channels)
	image, of := -1, []float32(nil)
	for _, token := range sampleSorted(rng, total, size) {
		if token/f.Tokens != image {
			image = token / f.Tokens
			of = f.At(image)
		}
		for g := range f.Groups {
			from := (g*f.Tokens + token%f.Tokens) * f.Width
			bank = append(bank, of[from:from+f.Width]...)
		}
	}
	normalised, err := CallOnce(k.Features.Backend, normalise, tensors.FromFlatDataAndDimensions(bank, size, channels))
	if err != nil {
		return err
	}
	k.bank, k.exec = normalised, nil
	return nil
}

// sampleSorted draws size of the numbers below n without repetition, in ascending order (Knuth's selection sampling).
func sampleSorted(rng *rand.Rand, n, size int) []int {
	out := make([]int, 0, size)
	for i := 0; i < n && len(out) < size; i++ {
		if rng.IntN(n-i) < size-len(out) {
			out = append(out, i)
		}
	}
	return out
}

// normalise takes tokens [n, channels] to zero mean and unit length.
func normalise(x *Node) *Node {
	x = Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	return Div(x, MaxScalar(L2Norm(x, -1), 1e-8))
}

// Predict gives each image its map of distances. The score is the mean of the four largest, not TopMean of the map.
func (k *KNN) Predict(ctx context.Context, samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	grid, crop := k.Features.Encoder.Grid(), k.Features.Encoder.Transform().Crop
	return detector.PredictFeatures(ctx, k.Features, samples, func(batch *tensors.Tensor) (scores, maps *tensors.Tensor, err error) {
		if k.bank == nil {
			return nil, nil, fmt.Errorf("knn: Fit comes before Predict")
		}
		if k.exec == nil {
			if k.exec, err = NewExec(k.Features.Backend, func(batch, bank *Node) (*Node, *Node) {
				d := nearest(batch, bank) // [B, N]
				return meanOfLargest(d, 4), detector.PostProcess(d, grid, crop)
			}); err != nil {
				return nil, nil, err
			}
		}
		return k.exec.Call2(batch, k.bank)
	})
}

// nearest is 1 minus the largest cosine to the bank [M, G·C], for features [B, G, N, C]: [B, N].
func nearest(batch, bank *Node) *Node {
	b, g, n, c := batch.Shape().Dimensions[0], batch.Shape().Dimensions[1], batch.Shape().Dimensions[2], batch.Shape().Dimensions[3]
	tokens := normalise(Reshape(TransposeAllAxes(batch, 0, 2, 1, 3), b*n, g*c))
	cosines := Dot(tokens, bank).General([]int{1}, nil, []int{1}, nil) // [B·N, M]
	return Reshape(OneMinus(ReduceMax(cosines, -1)), b, n)
}

// meanOfLargest is the mean of the count largest values of the last axis, or of all where there are fewer: [B, N] to [B].
func meanOfLargest(x *Node, count int) *Node {
	values, _ := TopK(x, min(count, x.Shape().Dimensions[1]), -1)
	return ReduceMean(values, -1)
}
