// Package baseline holds the systems that INP-Former and MultiADS are set beside, on the same
// encoders, the same detector interface and the same post-processing of maps.
package baseline

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// KNN scores a patch token by its distance to the nearest of a bank of normal tokens, and an image
// by the mean of its four largest distances. Tokens are the encoder's group means side by side,
// layer-normalised, so that a distance is that of a cosine.
type KNN struct {
	Features *encoder.Cache
	Bank     int // tokens that are kept, drawn with Seed
	Seed     uint64
	scorer   *scorer
	store    *model.Store // the bank, for a file
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
	return k.remember(layer.Array{Shape: bank.Shape().Dimensions,
		Data: tensors.MustCopyFlatData[float32](bank)})
}

// bankName is the bank's tensor in a file: [tokens, groups·C].
const bankName = "bank"

// Store holds the bank; it is empty before Fit.
func (k *KNN) Store() *model.Store {
	if k.store == nil {
		return model.NewStore()
	}
	return k.store
}

// Recall is Fit by a file's tensors.
func (k *KNN) Recall(arrays map[string]layer.Array) error {
	bank := arrays[bankName]
	width := len(k.Features.GroupsInUse()) * k.Features.Encoder.Width()
	if len(arrays) != 1 || len(bank.Shape) != 2 || bank.Shape[0] < 1 || bank.Shape[1] != width {
		return fmt.Errorf("knn: expected one tensor %q of shape [tokens %d], got %d of them and "+
			"that of shape %v", bankName, width, len(arrays), bank.Shape)
	}
	return k.remember(bank)
}

// remember makes a bank [M, C'] what pictures are compared with.
func (k *KNN) remember(bank layer.Array) (err error) {
	k.store = model.NewStore()
	if err := layer.Put(k.store, "", map[string]layer.Array{bankName: bank}, false); err != nil {
		return err
	}
	k.scorer, err = newScorer(k.Features,
		func(features *Node, learned []*Node) (scores, distances *Node) {
			d := MulScalar(nearest(unitTokens(features), learned[0]), 0.5) // ‖x-m‖²/2 is 1 - cos
			return meanOfLargest(d, 4), d
		}, tensors.FromFlatDataAndDimensions(bank.Data, bank.Shape...))
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
