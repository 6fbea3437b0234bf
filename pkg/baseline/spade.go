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

// SPADE is the detector of Cohen and Hoshen, "Sub-Image Anomaly Detection with Deep Pyramid
// Correspondences" (arXiv 2005.02357). From the paper are: the K nearest normal pictures by a
// description of the whole, the mean of their squared distances as the image score (equation 2),
// and the squared distance of each place to the nearest of all places of these K pictures as the
// map (equation 3, κ = 1). Adapted are: the levels, which are the group means of the encoder that
// all detectors stand on where the paper's are three stages of a Wide-ResNet-50; the description,
// which is the mean of these tokens where the paper pools the last stage; and the map, which goes
// through the post-processing of all detectors.
//
// It keeps every token of the normal pictures, 4·pictures·tokens·channels bytes, and refuses more
// than Most.
type SPADE struct {
	Features   *encoder.Cache
	Neighbours int // K
	Most       int // bytes
	scorer     *scorer
}

// NewSPADE looks at the 50 nearest pictures, as the paper does.
func NewSPADE(features *encoder.Cache) *SPADE {
	return &SPADE{Features: features, Neighbours: 50, Most: mostGallery}
}

// Name is "spade".
func (s *SPADE) Name() string { return "spade" }

// Fit keeps the tokens of normal samples.
func (s *SPADE) Fit(ctx context.Context, train []datasets.Sample) error {
	all, pictures, err := newGallery(ctx, s.Name(), s.Features, train, s.Most, tokens,
		meanToken)
	if err != nil {
		return err
	}
	s.scorer, err = newScorer(s.Features,
		func(features *Node, learned []*Node) (scores, distances *Node) {
			x := tokens(features)
			near, found := retrieve(meanToken(x), learned[1],
				byPicture(learned[0], x.Shape().Dimensions[1]), s.Neighbours)
			return ReduceMean(near, -1), correspondences(x, found)
		}, all, pictures)
	return err
}

// Predict gives each image its map of squared distances and the mean one to its nearest pictures.
func (s *SPADE) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return s.scorer.predict(ctx, s.Name(), samples)
}

// meanToken is the mean of a picture's tokens: [B, N, C] to [B, C].
func meanToken(x *Node) *Node { return ReduceMean(x, 1) }

// correspondences are the squared distances of tokens [B, N, C] to the nearest of all tokens of the
// pictures [B, K, N, C] that were found for each: [B, N].
func correspondences(x, found *Node) *Node {
	d := found.Shape().Dimensions
	var rows []*Node
	for b := range d[0] {
		bank := Reshape(Slice(found, AxisElem(b)), d[1]*d[2], d[3])
		rows = append(rows, nearest(Slice(x, AxisElem(b)), bank))
	}
	return Concatenate(rows, 0)
}

// SPADESettings are SPADE's own.
type SPADESettings struct {
	Neighbours int // pictures, K; the paper's 50
}

// Validate satisfies detector.Settings.
func (s SPADESettings) Validate(detector.Common) error { return checkNeighbours(s.Neighbours) }

// checkNeighbours says in one line where a number of pictures cannot be.
func checkNeighbours(n int) error {
	if n < 1 {
		return setting.Errorf("Neighbours", "expected at least 1 picture to retrieve, got %d", n)
	}
	return nil
}

func newSPADEMethod(j detector.Job) (detector.Detector, error) {
	d := NewSPADE(j.Features(j.Encoder))
	d.Neighbours = j.Settings.(SPADESettings).Neighbours
	return d, nil
}
