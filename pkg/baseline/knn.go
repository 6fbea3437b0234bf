// Package baseline holds the systems that INP-Former and MultiADS are set beside, on the same
// encoders, the same detector interface and the same post-processing of maps.
package baseline

import (
	"context"
	"iter"
	"math/rand/v2"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"

	. "github.com/gomlx/gomlx/core/graph"
)

// KNN scores a patch token by its distance to the nearest of a bank of normal tokens, and an image
// by the mean of its four largest distances. Tokens are the encoder's group means side by side,
// layer-normalised, so that a distance is that of a cosine.
type KNN struct {
	Features *encoder.Cache
	Bank     int // tokens that are kept, drawn with Seed
	Seed     uint64
	scorer   *scorer
}

// NewKNN keeps a bank of 10,000 tokens.
func NewKNN(features *encoder.Cache, seed uint64) *KNN {
	return &KNN{Features: features, Bank: 10_000, Seed: seed}
}

// Name is "knn".
func (k *KNN) Name() string { return "knn" }

// Fit draws the bank from the tokens of normal samples.
func (k *KNN) Fit(ctx context.Context, train []datasets.Sample) error {
	f, err := extract(ctx, k.Name(), k.Features, train)
	if err != nil {
		return err
	}
	defer f.Close()
	bank, err := drawTokens(ctx, k.Features.Backend, f, k.Bank, rand.New(rand.NewPCG(k.Seed, 0x3a)),
		unitTokens)
	if err != nil {
		return err
	}
	k.scorer, err = newScorer(k.Features,
		func(features *Node, learned []*Node) (scores, distances *Node) {
			d := MulScalar(nearest(unitTokens(features), learned[0]), 0.5) // ‖x-m‖²/2 is 1 - cos
			return meanOfLargest(d, 4), d
		}, bank)
	return err
}

// Predict gives each image its map of distances. The score is the mean of the four largest, not
// TopMean of the map.
func (k *KNN) Predict(ctx context.Context, samples []datasets.Sample) iter.Seq2[detector.Prediction,
	error] {
	return k.scorer.predict(ctx, k.Name(), samples)
}

// unitTokens are the tokens of features [B, groups, N, C] at zero mean and unit length: [B, N,
// groups·C].
func unitTokens(features *Node) *Node {
	x := tokens(features)
	x = Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	return Div(x, MaxScalar(L2Norm(x, -1), 1e-8))
}

// meanOfLargest is the mean of the count largest values of the last axis, or of all where there are
// fewer: [B, N] to [B].
func meanOfLargest(x *Node, count int) *Node {
	values, _ := TopK(x, min(count, x.Shape().Dimensions[1]), -1)
	return ReduceMean(values, -1)
}
