package baseline

import (
	"context"
	"fmt"
	"iter"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/setting"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// SubspaceAD is the detector of arXiv 2602.23013 (CVPR 2026). From the paper are: the principal
// components of all tokens of the normal pictures that keep 99 % of their variance, in float64; the
// squared length of what they leave of a token as its score; and thirty turns of each picture,
// where there are few. Adapted are: the encoder, which in the paper is DINOv2 ViT-g with registers
// at 672 pixels; the levels, which are the group means of the encoder that all detectors stand on,
// side by side, where the paper takes the mean of seven late blocks; the turns, which are evenly
// spaced where the paper draws them; the image score, which is the mean of the largest hundredth of
// tokens; and the map, which goes through the post-processing of all detectors.
type SubspaceAD struct {
	Features  *encoder.Cache
	Variance  float64 // share of it that is kept, between 0 and 1
	Rotations int     // copies of each normal picture, itself among them
	scorer    *scorer
}

// NewSubspaceAD keeps 99 % of the variance and turns no picture.
func NewSubspaceAD(features *encoder.Cache) *SubspaceAD {
	return &SubspaceAD{Features: features, Variance: 0.99, Rotations: 1}
}

// Name is "subspacead".
func (s *SubspaceAD) Name() string { return "subspacead" }

// mostWidth is how wide tokens are at most: time grows with the third power, and a covariance of
// that width has 128 MB.
const mostWidth = 4096

// Fit finds the components from normal samples.
func (s *SubspaceAD) Fit(ctx context.Context, train []datasets.Sample) error {
	width := len(s.Features.GroupsInUse()) * s.Features.Encoder.Width()
	if width > mostWidth {
		return fmt.Errorf("%s: expected tokens of at most %d numbers, for it keeps their "+
			"covariance, got %d of encoder %s; use one with narrower tokens", s.Name(), mostWidth,
			width, s.Features.Encoder.Name())
	}
	f, err := extractTurned(ctx, s.Name(), s.Features, train, s.Rotations)
	if err != nil {
		return err
	}
	defer f.Close()
	mean, covariance, err := moments(ctx, s.Features.Backend, f)
	if err != nil {
		return err
	}
	basis, err := principal(covariance, s.Variance)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name(), err)
	}
	_, k := basis.Dims()
	s.scorer, err = newScorer(s.Features,
		func(features *Node, learned []*Node) (scores, distances *Node) {
			d := residuals(tokens(features), learned[0], learned[1])
			return oddest(d), d
		}, float32s(mean, width), float32s(basis.RawMatrix().Data, width, k))
	return err
}

// Predict gives each image its map of squared residuals, and the mean of its largest hundredth.
func (s *SubspaceAD) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return s.scorer.predict(ctx, s.Name(), samples)
}

// residuals are the squared lengths of what of tokens [B, N, D] less their mean [D] is outside the
// orthonormal basis [D, k]: [B, N].
func residuals(x, mean, basis *Node) *Node {
	x = Sub(x, ExpandAxes(mean, 0, 1))
	within := Einsum("bnk,dk->bnd", Einsum("bnd,dk->bnk", x, basis), basis)
	return ReduceSum(Square(Sub(x, within)), -1)
}

// float32s is a tensor of numbers.
func float32s(values []float64, shape ...int) *tensors.Tensor {
	out := make([]float32, len(values))
	for i, v := range values {
		out[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(out, shape...)
}

// SubspaceADSettings are SubspaceAD's own.
type SubspaceADSettings struct {
	Variance  float64 // share that is kept; the paper's 0.99
	Rotations int     // copies of each normal picture; 0 for the paper's 30 of a few shots, else 1
}

// Validate satisfies detector.Settings.
func (s SubspaceADSettings) Validate(detector.Common) error {
	if !(s.Variance > 0 && s.Variance < 1) {
		return setting.Errorf("Variance", "expected a share between 0 and 1, got %g", s.Variance)
	}
	return checkTurns(s.Rotations)
}

func newSubspaceADMethod(j detector.Job) (detector.Detector, error) {
	d, s := NewSubspaceAD(j.Features(j.Encoder)), j.Settings.(SubspaceADSettings)
	d.Variance, d.Rotations = s.Variance, turnsOf(s.Rotations, 30, j.Shots)
	return d, nil
}
