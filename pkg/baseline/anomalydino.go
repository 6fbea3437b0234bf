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

// AnomalyDINO is the few-shot detector of Damm et al. (WACV 2025, arXiv 2405.14529). From the paper
// are: 1 less the cosine of a token to the nearest normal one as its distance; a mask by the first
// principal component of a picture's tokens, outside which normal tokens are not kept and distances
// are 0; references in eight turns of the circle, where there are few; and the mean of the largest
// hundredth of distances as the image score. Adapted are: the encoder, which in the paper is DINOv2
// at 448 or 672 pixels; the tokens, which are those of KNN; the mask, which parts a picture at the
// mean of its component, where the paper's 10 is of DINOv2's scale, and which each picture decides
// to have by where it lies, where the paper decides by the kind of object; the number of normal
// tokens, which has a limit that two cores can bear; and the map, which goes through the
// post-processing of all detectors.
type AnomalyDINO struct {
	Features  *encoder.Cache
	Masked    bool // whether the background is left out
	Rotations int  // copies of each normal picture, itself among them
	Bank      int  // tokens that are kept, drawn with Seed
	Seed      uint64
	scorer    *scorer
}

// NewAnomalyDINO has the mask, no turned pictures, and keeps at most 50,000 tokens.
func NewAnomalyDINO(features *encoder.Cache, seed uint64) *AnomalyDINO {
	return &AnomalyDINO{Features: features, Masked: true, Rotations: 1, Bank: 50_000, Seed: seed}
}

// Name is "anomalydino".
func (a *AnomalyDINO) Name() string { return "anomalydino" }

// Fit keeps the foreground's tokens of normal samples.
func (a *AnomalyDINO) Fit(ctx context.Context, train []datasets.Sample) error {
	f, err := extractTurned(ctx, a.Name(), a.Features, train, a.Rotations)
	if err != nil {
		return err
	}
	defer f.Close()
	backend, grid, rng := a.Features.Backend, a.Features.Encoder.Grid(),
		rand.New(rand.NewPCG(a.Seed, 0xd1))
	places := everyToken(f)
	if a.Masked {
		if places, err = foregroundPlaces(ctx, backend, f, grid, unitTokens); err != nil {
			return err
		}
	}
	drawn := sampleSorted(rng, len(places), min(a.Bank, len(places)))
	for i, at := range drawn {
		drawn[i] = places[at]
	}
	bank, err := takeTokens(ctx, backend, f, drawn, unitTokens)
	if err != nil {
		return err
	}
	a.scorer, err = newScorer(a.Features,
		func(features *Node, learned []*Node) (scores, distances *Node) {
			x := unitTokens(features)
			d := MulScalar(nearest(x, learned[0]), 0.5) // ‖x-m‖²/2 is 1 - cos
			if a.Masked {
				d = Mul(d, foreground(x, grid))
			}
			return oddest(d), d
		}, bank)
	return err
}

// Predict gives each image its map of distances, 0 outside the mask, and the mean of its largest
// hundredth.
func (a *AnomalyDINO) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return a.scorer.predict(ctx, a.Name(), samples)
}

// AnomalyDINOSettings are AnomalyDINO's own.
type AnomalyDINOSettings struct {
	Unmasked  bool // keep and look at the background, too
	Rotations int  // copies of each normal picture; 0 for the paper's 8 of a few shots, else 1
}

// Validate satisfies detector.Settings.
func (s AnomalyDINOSettings) Validate(detector.Common) error { return checkTurns(s.Rotations) }

func newAnomalyDINOMethod(j detector.Job) (detector.Detector, error) {
	d, s := NewAnomalyDINO(j.Features(j.Encoder), j.Seed), j.Settings.(AnomalyDINOSettings)
	d.Masked, d.Rotations = !s.Unmasked, turnsOf(s.Rotations, 8, j.Shots)
	return d, nil
}
