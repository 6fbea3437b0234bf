package exhibit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/progress"
	"adlab/pkg/train"
)

// speed is how long a step of training, the encoding of one image, and the test of one with its
// part in the metrics take on this machine, in seconds.
type speed struct {
	step, image, test float64
	steps             int // that the detector learned here
}

// A speed is measured on so many images and steps.
const probed, probedSteps = 8, 3

// probe is some images of a set's first category: test images of both labels, and so many to learn
// from.
func probe(set *datasets.Set, learned int) (*datasets.Set, error) {
	c := set.Categories[0]
	var labels [2]int
	some := datasets.Category{Name: c.Name, Train: c.Train[:min(learned, len(c.Train))]}
	for _, s := range c.Test {
		if labels[s.Label]++; labels[s.Label] <= probed/2 {
			some.Test = append(some.Test, s)
		}
	}
	if len(some.Test) == 0 {
		return nil, fmt.Errorf("%s: no test image in %s", set.Name, some.Name)
	}
	return &datasets.Set{Name: set.Name, HasMasks: set.HasMasks,
		Categories: []datasets.Category{some}}, nil
}

// speedOf measures an encoder, and a detector on it: it learns a few steps from a few images, of
// which nothing is kept.
func (x *estimator) speedOf(ctx context.Context, m Measurement, e experiment.Experiment,
	enc encoder.Encoder) (v speed, err error) {
	if v.image, err = x.imageSeconds(enc); err != nil {
		return v, err
	}
	if !m.trains() && !m.onPair() { // what is looked up costs about as much as the encoding
		v.test = v.image
		return v, nil
	}
	set, err := x.Set(ctx, m.Set)
	if err != nil {
		return v, err
	}
	if !m.onPair() {
		e.Shots = 0 // a step is the same, and there are no variants to encode
	}
	some, err := probe(set, cmp.Or(e.Shots, e.Batch, probed))
	if err != nil {
		return v, err
	}
	e.Limit = datasets.Options{TestLimit: 1} // of the sources, of each category and label
	if e.Steps > 0 {                         // else it is the paper's run, and may be deeper
		e.Steps = probedSteps
	}
	learning, stop := context.WithCancel(ctx)
	defer stop()
	var last time.Time
	env := *x.Env
	env.Cache, env.Progress = x.scratch, progress.To(func(_ string, done, total int, unit string) {
		if !strings.HasPrefix(unit, "steps") {
			return
		}
		v.step, v.steps, last = time.Since(last).Seconds(), total, time.Now() // the first compiles
		if m.trains() && done == probedSteps && done < total {
			stop()
		}
	})
	d, err := env.NewDetector(e, enc, some.Train(), nil)
	if err != nil {
		return v, err
	}
	if err := d.Fit(learning, some.Train()); err != nil &&
		(ctx.Err() != nil || !errors.Is(err, train.ErrInterrupted)) {
		return v, err
	}
	v.test, err = testSeconds(ctx, d, some, enc, e.Convention)
	return v, err
}
