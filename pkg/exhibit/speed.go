package exhibit

import (
	"cmp"
	"context"
	"math"
	"time"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/multiads"
	"adlab/pkg/train"
)

// speed is how long a step of training, the encoding of one image, and the test of one with its
// part in the metrics take on this machine, in seconds.
type speed struct{ step, image, test float64 }

// probed is how many images a speed is measured on.
const probed = 8

// probe is some test images of a set's first category, of both labels.
func probe(set *datasets.Set) *datasets.Set {
	c := set.Categories[0]
	var labels [2]int
	some := datasets.Category{Name: c.Name}
	for _, s := range c.Test {
		if labels[s.Label]++; labels[s.Label] <= probed/2 {
			some.Test = append(some.Test, s)
		}
	}
	return &datasets.Set{Name: set.Name, HasMasks: set.HasMasks,
		Categories: []datasets.Category{some}}
}

// speedOf measures an encoder, and INP-Former on it.
func (r *Runner) speedOf(ctx context.Context, m Measurement, e experiment.Experiment,
	enc encoder.Encoder) (v speed, err error) {
	if v.image, err = r.imageSeconds(enc); err != nil {
		return v, err
	}
	cfg := inpformer.Default(enc.Width(), enc.Grid())
	cfg.Blocks = cmp.Or(r.Profile.Blocks, cfg.Blocks)
	d, err := inpformer.New(cfg, r.Env.Features(enc), train.Options{Seed: 1})
	if err != nil {
		return v, err
	}
	if v.test, err = r.testSeconds(ctx, d, m.Set, enc, e.Convention); err != nil {
		return v, err
	}
	v.step, _, err = inpformer.StepSeconds(d, cmp.Or(e.Batch, 16))
	return v, err
}

// speedOnPair measures a vision tower, and adapters on it, on the first source, or on the tested
// set where there is none.
func (r *Runner) speedOnPair(ctx context.Context, set string, e experiment.Experiment,
	enc encoder.Encoder) (v speed, err error) {
	if v.image, err = r.imageSeconds(enc); err != nil {
		return v, err
	}
	learning := learningOf(e)
	key := set
	if keys := learning.Keys(); len(keys) > 0 {
		key = keys[0]
	}
	data, err := r.Set(ctx, key)
	if err != nil {
		return v, err
	}
	k, err := multiads.NewKnowledge(key, nil)
	if err != nil {
		return v, err
	}
	sentences, err := kba.OpenSentences()
	if err != nil {
		return v, err
	}
	d, err := multiads.New(r.Env.Backend.Backend,
		multiads.Config{Base: k.Base, Sentences: sentences,
			Model: enc.(encoder.Pair), Seed: 1, Cache: r.Env.Cache})
	if err != nil {
		return v, err
	}
	if v.test, err = r.testSeconds(ctx, d, key, enc, e.Convention); err != nil {
		return v, err
	}
	variant, err := learning.Variant()
	if err != nil {
		return v, err
	}
	const steps = 3
	var last time.Time
	err = d.TrainAdapters(ctx,
		[]multiads.Source{{Samples: probe(data).Categories[0].Test, Base: k.Base,
			TypeOf: k.TypeOf}},
		variant.Objective, train.Options{
			Steps: steps, Batch: cmp.Or(e.Batch, variant.Batch), Seed: 1,
			Schedule:  train.WarmCosine{Base: variant.Rate, Final: variant.Rate, Total: steps},
			Optimizer: train.NewAdam(0.5, 0.999), ClipNorm: math.Inf(1),
			Report: func(train.Step) { // the first compiles
				v.step, last = time.Since(last).Seconds(), time.Now()
			},
		})
	v.step *= float64(cmp.Or(e.Batch, variant.Batch)) / float64(min(cmp.Or(e.Batch, variant.Batch),
		probed))
	return v, err
}

// learningOf says what a method on a pair learns from.
func learningOf(e experiment.Experiment) multiads.Learning {
	if s, ok := e.Own.(multiads.Settings); ok {
		return s.Learning
	}
	l, _ := e.Own.(multiads.Learning)
	return l
}
