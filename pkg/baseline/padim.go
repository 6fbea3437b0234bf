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
	"gonum.org/v1/gonum/mat"
)

// PaDiM is the patch distribution model of Defard et al. (ICPR 2021). From the paper are: a
// Gaussian of each patch position over a random choice of channels of the levels side by side, its
// covariance regularised by 0.01, the Mahalanobis distance as a patch's score, and the largest of
// them as the image's. Adapted are: the levels, which are the group means of the encoder that all
// detectors stand on (set Features.Groups for others), and the map, which goes through the
// post-processing of all detectors.
type PaDiM struct {
	Features *encoder.Cache
	Channels int     // channels that are kept, drawn with Seed; all where there are fewer
	Epsilon  float64 // added to the variance of each channel
	Seed     uint64
	scorer   *scorer
}

// NewPaDiM keeps 100 channels, as the paper does of ResNet-18.
func NewPaDiM(features *encoder.Cache, seed uint64) *PaDiM {
	return &PaDiM{Features: features, Channels: 100, Epsilon: 0.01, Seed: seed}
}

// Name is "padim".
func (p *PaDiM) Name() string { return "padim" }

// Fit estimates the Gaussians from normal samples. One sample is enough: there is no covariance
// then but Epsilon.
func (p *PaDiM) Fit(ctx context.Context, train []datasets.Sample) error {
	f, err := extract(ctx, p.Name(), p.Features, train)
	if err != nil {
		return err
	}
	defer f.Close()
	channels := f.Groups * f.Width
	kept := sampleSorted(rand.New(rand.NewPCG(p.Seed, 0xad)), channels, min(p.Channels, channels))
	means, whitening, err := gaussians(ctx, f, kept, p.Epsilon)
	if err != nil {
		return err
	}
	p.scorer, err = newScorer(p.Features,
		func(features *Node, learned []*Node) (scores, distances *Node) {
			// [d, B, N]
			x := Gather(TransposeAllAxes(tokens(features), 2, 0, 1),
				ExpandAxes(Const(features.Graph(), kept), -1))
			d := mahalanobis(TransposeAllAxes(x, 1, 2, 0), learned[0], learned[1])
			return ReduceMax(d, -1), d
		}, means, whitening)
	return err
}

// Predict gives each image its map of Mahalanobis distances and the largest as its score.
func (p *PaDiM) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return p.scorer.predict(ctx, p.Name(), samples)
}

// mahalanobis is the length of whitened differences: x [B, N, d], means [N, d] and whitening [N, d,
// d] to [B, N].
func mahalanobis(x, means, whitening *Node) *Node {
	z := Einsum("npq,bnq->bnp", whitening, Sub(x, ExpandAxes(means, 0)))
	return Squeeze(L2Norm(z, -1), -1)
}

// gaussians estimates the mean [N, d] of every position over the kept channels, and the inverse of
// the lower Cholesky factor of its covariance [N, d, d]. The covariance is unbiased; epsilon is
// added to its diagonal. Two passes keep it exact where channels are far from zero.
func gaussians(ctx context.Context, f *encoder.Features, kept []int, epsilon float64) (means,
	whitening *tensors.Tensor, err error) {
	d := len(kept)
	mean := mat.NewDense(f.Tokens, d, nil)
	covariances := make([]*mat.SymDense, f.Tokens)
	for n := range covariances {
		covariances[n] = mat.NewSymDense(d, nil)
	}
	each := func(see func(n int, x []float64)) error { // every token over the kept channels
		x := make([]float64, d)
		for i := range f.Len {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			image := f.At(i)
			for n := range f.Tokens {
				for k, c := range kept {
					x[k] = float64(image[(c/f.Width*f.Tokens+n)*f.Width+c%f.Width])
				}
				see(n, x)
			}
		}
		return nil
	}
	if err := each(func(n int, x []float64) {
		for k, m := range mean.RawRowView(n) {
			mean.Set(n, k, m+x[k]/float64(f.Len))
		}
	}); err != nil {
		return nil, nil, err
	}
	if err := each(func(n int, x []float64) {
		for k, m := range mean.RawRowView(n) {
			x[k] -= m
		}
		covariances[n].SymRankOne(covariances[n], 1/float64(max(1, f.Len-1)), mat.NewVecDense(d, x))
	}); err != nil {
		return nil, nil, err
	}
	var centers, factors []float32
	for n, covariance := range covariances {
		for k := range d {
			covariance.SetSym(k, k, covariance.At(k, k)+epsilon)
		}
		var cholesky mat.Cholesky
		if !cholesky.Factorize(covariance) {
			return nil, nil, fmt.Errorf("padim: expected a positive definite covariance at patch "+
				"%d of %d; use a larger Epsilon than %g", n, f.Tokens, epsilon)
		}
		var lower, inverse mat.TriDense
		cholesky.LTo(&lower)
		if err := inverse.InverseTri(&lower); err != nil {
			return nil, nil, fmt.Errorf("padim: covariance at patch %d of %d: %w; use a larger "+
				"Epsilon than %g", n, f.Tokens, err, epsilon)
		}
		for i := range d {
			centers = append(centers, float32(mean.At(n, i)))
			for j := range d {
				factors = append(factors, float32(inverse.At(i, j)))
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(centers, f.Tokens, d),
		tensors.FromFlatDataAndDimensions(factors, f.Tokens, d, d), nil
}
