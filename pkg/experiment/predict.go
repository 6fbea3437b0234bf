package experiment

import (
	"context"
	"errors"
	"fmt"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"
)

// ErrNoImages is what Predict says to an empty list.
var ErrNoImages = errors.New("predict: expected at least one image")

// Asked is what a model is asked to look at.
type Asked struct {
	Images     []string
	Category   string   // what is in the pictures, for methods that are asked in words
	References []string // normal pictures of the same, for methods that compare with some
	// Range says which values are black and white in pictures that do not say it themselves: the
	// model's, of what it was trained on.
	Range imageio.Range
}

// samples are pictures of the category.
func (a Asked) samples(paths []string) (out []datasets.Sample) {
	for _, path := range paths {
		out = append(out, datasets.Sample{ID: path, Path: path, Category: a.Category,
			Range: a.Range})
	}
	return out
}

// Samples are the pictures in question.
func (a Asked) Samples() []datasets.Sample { return a.samples(a.Images) }

// Predict says what a model says of each picture, in their order.
func (m *Model) Predict(ctx context.Context, asked Asked) ([]detector.Prediction, error) {
	if len(asked.Images) == 0 {
		return nil, ErrNoImages
	}
	asked.Range = m.Experiment.Range
	d, ok := m.Detector.(detector.Referencing)
	switch {
	case ok:
		if err := d.Remember(ctx, asked.samples(asked.References)); err != nil {
			return nil, err
		}
	case len(asked.References) > 0:
		return nil, fmt.Errorf("predict: normal references are for %v, and the model is of %s",
			MethodNames(func(x detector.Method) bool {
				return x.Trains && x.Sees == detector.Pair
			}),
			m.Detector.Name())
	}
	var all []detector.Prediction
	for p, err := range m.Detector.Predict(ctx, asked.Samples()) {
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}
