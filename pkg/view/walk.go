package view

import (
	"context"
	"fmt"
	"image"

	"adlab/datasets"
	"adlab/pkg/inpformer"
)

// Step makes the picture of a step of a walk.
type Step func(ctx context.Context) (image.Image, error)

// Telling makes the text of a step of a walk.
type Telling func(ctx context.Context) (string, error)

// INPFormerWalk is one anomalous test image on its way through INP-Former, with a picture for each
// step.
type INPFormerWalk struct {
	Sample datasets.Sample
	Set    *datasets.Set
	// Unseen is a data set that the head has not seen; nil where there is none to look at.
	Unseen func(context.Context) (*datasets.Set, error)
	// Head is the trained detector with so many prototypes, 0 for the experiment's own number.
	Head func(ctx context.Context, prototypes int) (*inpformer.Detector, error)
}

// trace takes the image through a head.
func (w *INPFormerWalk) trace(ctx context.Context, prototypes int) (*Trace, error) {
	d, err := w.Head(ctx, prototypes)
	if err != nil {
		return nil, err
	}
	return NewTrace(ctx, d, w.Sample)
}

// traced is a step that draws the image's trace.
func (w *INPFormerWalk) traced(draw func(*Trace) (image.Image, error)) Step {
	return func(ctx context.Context) (image.Image, error) {
		t, err := w.trace(ctx, 0)
		if err != nil {
			return nil, err
		}
		return draw(t)
	}
}

// headed is a step that draws with the head.
func (w *INPFormerWalk) headed(draw func(context.Context, *inpformer.Detector) (image.Image,
	error)) Step {
	return func(ctx context.Context) (image.Image, error) {
		d, err := w.Head(ctx, 0)
		if err != nil {
			return nil, err
		}
		return draw(ctx, d)
	}
}

// pair is the walk's image and a normal one of its category.
func (w *INPFormerWalk) pair() []datasets.Sample {
	return append([]datasets.Sample{w.Sample}, Normal(w.Set, w.Sample.Category)...)
}

// Image draws the image as the encoder sees it, with the outline of its mask, beside a normal
// image.
func (w *INPFormerWalk) Image() Step {
	return w.headed(func(_ context.Context, d *inpformer.Detector) (image.Image, error) {
		return Images(w.pair(), d.Features.Encoder)
	})
}

// Levels says in a line which levels of the encoder make which group.
func (w *INPFormerWalk) Levels() Telling {
	return func(ctx context.Context) (string, error) {
		d, err := w.Head(ctx, 0)
		if err != nil {
			return "", err
		}
		return Levels(d.Features), nil
	}
}

// Tokens draws the fused patch tokens, their first three principal components as colours.
func (w *INPFormerWalk) Tokens() Step { return w.traced((*Trace).Tokens) }

// Likeness draws how like each token is to one of the defect, and to one that is normal.
func (w *INPFormerWalk) Likeness() Step { return w.traced((*Trace).Likeness) }

// Attention draws where each prototype looks.
func (w *INPFormerWalk) Attention() Step {
	return w.headed(func(ctx context.Context, d *inpformer.Detector) (image.Image, error) {
		samples := []datasets.Sample{w.Sample}
		attention, err := Attentions(ctx, d, samples)
		if err != nil {
			return nil, err
		}
		return Attention(d, samples, attention)
	})
}

// Coherence draws each token's nearest prototype and how far it is.
func (w *INPFormerWalk) Coherence() Step { return w.traced((*Trace).Coherence) }

// Reconstruction draws each group's tokens, what the decoder makes of them, and the distance
// between the two.
func (w *INPFormerWalk) Reconstruction() Step { return w.traced((*Trace).Reconstruction) }

// Anomaly draws the anomaly map over the image.
func (w *INPFormerWalk) Anomaly() Step { return w.traced((*Trace).Anomaly) }

// Maps draws the distances of each group and the anomaly map that their mean becomes: a row for
// each number of prototypes.
func (w *INPFormerWalk) Maps(prototypes ...int) Step {
	return func(ctx context.Context) (image.Image, error) {
		var traces []*Trace
		for _, m := range prototypes {
			t, err := w.trace(ctx, m)
			if err != nil {
				return nil, err
			}
			traces = append(traces, t)
		}
		return Maps(traces...), nil
	}
}

// Verdict draws the anomaly maps of the image and of a normal one in the data set's scale.
func (w *INPFormerWalk) Verdict() Step {
	return w.headed(func(ctx context.Context, d *inpformer.Detector) (image.Image, error) {
		return Judged(ctx, "anomaly maps, in the scale of the whole data set", d, w.Set, w.pair(),
			d.Features.Encoder)
	})
}

// ZeroShot draws what the head says of a data set that it has not seen, by the distance to each
// image's own prototypes.
func (w *INPFormerWalk) ZeroShot() Step {
	return w.headed(func(ctx context.Context, d *inpformer.Detector) (image.Image, error) {
		set, err := w.Unseen(ctx)
		if err != nil {
			return nil, err
		}
		picked := Cases(set, 3, nil)
		picked = append(picked, Normal(set, picked[0].Category)...)
		return Judged(ctx, "distance maps of images from a data set that was not trained on",
			&inpformer.ByDistance{Trained: d}, set, picked, d.Features.Encoder)
	})
}

// Anomalous is the index-th anomalous test image of a category.
func Anomalous(set *datasets.Set, category string, index int) (datasets.Sample, error) {
	c, ok := set.Category(category)
	if !ok {
		return datasets.Sample{}, fmt.Errorf("walk: no category %q in %s", category, set.Name)
	}
	count := 0
	for _, s := range c.Test {
		if s.Label == 0 {
			continue
		}
		if count == index {
			return s, nil
		}
		count++
	}
	return datasets.Sample{}, fmt.Errorf("walk: no anomalous image %d of %s: expected one from 0 "+
		"to %d", index, category, count-1)
}
