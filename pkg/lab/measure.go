package lab

import (
	"context"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
)

// Measure measures a fitted detector on every category of a set: one row each, and their mean. Each
// test image is also handed to see, where it is given.
func (l *Lab) Measure(ctx context.Context, d detector.Detector, set *datasets.Set,
	enc encoder.Encoder, convention Convention, see func(Scored)) ([]CategoryReport, Metrics,
	error) {
	var rows []CategoryReport
	for _, c := range set.Categories {
		row, _, err := evaluateCategory(ctx, d, c, set.HasMasks, enc, convention, false, see)
		if err != nil {
			return nil, Metrics{}, err
		}
		rows = append(rows, row)
	}
	return rows, mean(rows), nil
}
