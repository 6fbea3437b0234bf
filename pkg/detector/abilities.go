package detector

import (
	"context"

	"adlab/datasets"
	"adlab/pkg/layer"

	"github.com/gomlx/gomlx/ml/model"
)

// Trainable is a detector with parameters that a file can keep.
type Trainable interface {
	Detector
	// Store holds the parameters, trained or not.
	Store() *model.Store
}

// Remembering is a detector whose memory grows with what it has seen, so that a file's tensors and
// not its settings say how large they are.
type Remembering interface {
	Trainable
	// Recall takes the tensors of a file, by name, in place of Fit.
	Recall(tensors map[string]layer.Array) error
}

// Referencing is a detector that is shown normal pictures of the product beside the one in
// question, without learning anew.
type Referencing interface {
	Detector
	// Remember keeps them, so many of each category as there are; nil forgets.
	Remember(ctx context.Context, references []datasets.Sample) error
}

// Typed is a detector that tells defect types apart, pixel by pixel.
type Typed interface {
	Detector
	// MeasuresTypes tells whether predictions come with maps of types that are to be measured.
	MeasuresTypes() bool
	// Columns are what a pixel of a product can be: the normal state, then its defect types.
	Columns(product string) ([]string, error)
	// Truth is the column of every pixel of a sample, MapSide² values.
	Truth(s datasets.Sample) ([]uint8, error)
	// Taps is how many probabilities a map of a type is the sum of.
	Taps() int
	// Known lists all types, and tells which of them it was taught; seen is nil where that is not
	// known.
	Known() (names []string, seen map[string]bool)
	// Answer is what a prediction shows, the strongest types first.
	Answer(p Prediction) []Found
}

// Found is a defect type that an image shows, and its map's largest pixel, 0 to 1.
type Found struct {
	Type  string  `json:"type"`
	Value float64 `json:"value"`
}
