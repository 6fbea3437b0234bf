package multiads

import (
	"context"

	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/live"
	"adlab/pkg/multiads"
	"adlab/pkg/store"
)

// metrics are the category's in a state, or that they are being computed.
func (s *Session) metrics(state State, base *kba.Base) ([]live.Number, error) {
	key := store.Address(state.Category, state.Shots, *base)
	image, pixel := live.Unknown, live.Unknown
	row, known := s.scores[key]
	if known {
		image, pixel = live.Fraction(row.ImageAUROC), live.Fraction(row.PixelAUROC)
	}
	numbers := []live.Number{{Name: "image AUROC of " + state.Category, Value: image},
		{Name: "pixel AUROC of " + state.Category, Value: pixel}}
	if known {
		return numbers, nil
	}
	return numbers, s.jobs.Only(key, func(ctx context.Context) error {
		row, err := s.measure(ctx, state, base)
		if err == nil {
			s.computed <- scored{key, row}
		}
		return err
	})
}

// measure measures a category as adlab eval does, image by image. It belongs to the background.
func (s *Session) measure(ctx context.Context, state State, base *kba.Base) (
	experiment.CategoryReport, error) {
	var none experiment.CategoryReport
	c, _ := s.set.Category(state.Category)
	var answers []*multiads.Answer
	for _, x := range c.Test {
		if err := context.Cause(ctx); err != nil {
			return none, err
		}
		a, err := s.ask(ctx, state, base, x, nil, false)
		if err != nil {
			return none, err
		}
		answers = append(answers, a)
	}
	scores, err := s.detector.Scores(answers, false)
	if err != nil {
		return none, err
	}
	predictions := func(yield func(detector.Prediction, error) bool) {
		for i, a := range answers {
			if !yield(detector.Prediction{Score: scores[i], Map: a.Anomaly}, nil) {
				return
			}
		}
	}
	row, _, err := experiment.MeasureCategory(predictions, c, s.set.HasMasks,
		s.images.Transform, s.experiment.Convention, false, nil)
	return row, err
}

// collect takes over what the background has done.
func (s *Session) collect() {
	for {
		select {
		case c := <-s.computed:
			s.scores[c.key] = c.row
		default:
			return
		}
	}
}
