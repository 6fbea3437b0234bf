package experiment

import (
	"context"
	"fmt"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
)

// Open reads the experiment's data set.
func (e *Experiment) Open() (*datasets.Set, error) {
	set, err := datasets.Open(e.Layout, e.Data, e.Limit)
	if err != nil || e.Shots == 0 {
		return set, err
	}
	return set.Shots(e.Shots, datasets.Draw{Official: e.OfficialShots, Seed: e.Seed})
}

// OpenTrain reads the experiment's data set for training alone: it needs no test images.
func (e *Experiment) OpenTrain() (*datasets.Set, error) {
	train := *e
	train.Limit.TrainOnly = true
	return train.Open()
}

// NewDetector makes the experiment's detector, untrained. train is what it will be fitted on: part
// of the address of its checkpoint; nil for a detector that is given its parameters. target is what
// it will be asked about, and may be nil.
func (v *Env) NewDetector(e Experiment, enc encoder.Encoder, train []datasets.Sample,
	target *datasets.Set) (detector.Detector, error) {
	m, err := MethodOf(e.Detector)
	if err != nil {
		return nil, err
	}
	j := v.job(e)
	j.Encoder, j.Train, j.Target = enc, train, target
	if j.Settings == nil {
		j.Settings = m.Settings
	}
	return m.New(j)
}

// Fit makes and trains the experiment's detector on the samples, or finds it trained.
func (v *Env) Fit(ctx context.Context, e Experiment, enc encoder.Encoder, samples []datasets.Sample,
	target *datasets.Set) (detector.Detector, error) {
	d, err := v.NewDetector(e, enc, samples, target)
	if err != nil {
		return nil, err
	}
	return d, d.Fit(ctx, samples)
}

// shared tells whether one detector serves all categories: by the setting, or because methods on a
// pair of towers learn nothing from the target but references, which they keep by category.
func (e *Experiment) shared() bool {
	m, err := MethodOf(e.Detector)
	return e.Setting == MultiClass || err == nil && m.Sees == detector.Pair
}

// FitCategory fits a detector for a category: on its samples, or on the whole set's where one
// serves all.
func (v *Env) FitCategory(ctx context.Context, e Experiment, enc encoder.Encoder,
	set *datasets.Set, c datasets.Category) (detector.Detector, error) {
	samples := c.Train
	if e.shared() {
		samples = set.Train()
	} else if len(samples) == 0 {
		return nil, fmt.Errorf("%w: expected normal images to learn from, got none",
			detector.ErrTooFew)
	}
	return v.Fit(ctx, e, enc, samples, set)
}
