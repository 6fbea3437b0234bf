package baseline

import (
	"context"
	"iter"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/setting"

	. "github.com/gomlx/gomlx/core/graph"
)

// RAD is retrieval in place of training, of "Is Training Necessary for Anomaly Detection?" (arXiv
// 2601.22763, ICML 2026). From the paper are: the k most similar normal pictures by a description
// of the whole; each token's highest cosine to those of their tokens that lie within r steps of its
// place, level by level; 1 less the mean of these over the levels as the map; and the mean of its
// largest hundredth as the image score. Adapted are: the encoder, which in the paper is DINOv3-B/16
// at 448 pixels; the levels, which are the group means of the encoder that all detectors stand on,
// with one radius where the paper has one a level (1, 2, 0, 1); the description, which is the mean
// token where the paper takes the class token, for features have none; and the map, which goes
// through the post-processing of all detectors.
//
// It keeps every token of the normal pictures, 4·pictures·tokens·channels bytes, and refuses more
// than Most.
type RAD struct {
	Features           *encoder.Cache
	Neighbours, Radius int // k pictures; r steps
	Most               int // bytes
	scorer             *scorer
}

// NewRAD looks at 150 pictures, as the paper does on MVTec-AD, within one step.
func NewRAD(features *encoder.Cache) *RAD {
	return &RAD{Features: features, Neighbours: 150, Radius: 1, Most: mostGallery}
}

// Name is "rad".
func (r *RAD) Name() string { return "rad" }

// Fit keeps the tokens of normal samples.
func (r *RAD) Fit(ctx context.Context, train []datasets.Sample) error {
	unit := func(features *Node) *Node { return tokens(unitLength(features)) }
	describe := func(x *Node) *Node { return unitLength(meanToken(x)) }
	all, pictures, err := newGallery(ctx, r.Name(), r.Features, train, r.Most, unit, describe)
	if err != nil {
		return err
	}
	grid, levels := r.Features.Encoder.Grid(), len(r.Features.GroupsInUse())
	r.scorer, err = newScorer(r.Features,
		func(features *Node, learned []*Node) (scores, distances *Node) {
			x := unit(features)
			_, found := retrieve(describe(x), learned[1], byPicture(learned[0], grid*grid),
				r.Neighbours)
			// rounding may bring a cosine above 1
			d := MaxScalar(OneMinus(highestAround(x, found, grid, levels, r.Radius)), 0)
			return oddest(d), d
		}, all, pictures)
	return err
}

// Predict gives each image its map of 1 less the cosine, and the mean of its largest hundredth.
func (r *RAD) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return r.scorer.predict(ctx, r.Name(), samples)
}

// RADSettings are RAD's own.
type RADSettings struct {
	Neighbours int // pictures, k; the paper's 150
	Radius     int // steps from a token's place, r; 1
}

// mostRadius is how far RAD looks at most: a window of 17 × 17 places.
const mostRadius = 8

// Validate satisfies detector.Settings.
func (s RADSettings) Validate(detector.Common) error {
	if s.Radius < 0 || s.Radius > mostRadius {
		return setting.Errorf("Radius", "expected 0 to %d steps from a token's place, got %d",
			mostRadius, s.Radius)
	}
	return checkNeighbours(s.Neighbours)
}

func newRADMethod(j detector.Job) (detector.Detector, error) {
	d, s := NewRAD(j.Features(j.Encoder)), j.Settings.(RADSettings)
	d.Neighbours, d.Radius = s.Neighbours, s.Radius
	return d, nil
}
