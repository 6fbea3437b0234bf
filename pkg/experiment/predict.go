package experiment

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"

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
	var all []detector.Prediction
	for s, err := range m.Look(ctx, asked) {
		if err != nil || s.Err != nil {
			return nil, errors.Join(err, s.Err)
		}
		all = append(all, s.Prediction)
	}
	return all, nil
}

// Seen is a picture and what a model says of it, or why it cannot be read.
type Seen struct {
	Index int
	datasets.Sample
	detector.Prediction
	Err error
}

// lookPart is the number of pictures, a batch of them, that are handed to the detector together:
// what is said of them comes as it is known, and none but theirs is in memory.
const lookPart = 16

// Look says what a model says of each picture, in their order. One that cannot be read does not
// keep the others from being looked at.
func (m *Model) Look(ctx context.Context, asked Asked) iter.Seq2[Seen, error] {
	return func(yield func(Seen, error) bool) {
		asked.Range = m.Experiment.Range
		if err := m.remember(ctx, asked); err != nil {
			yield(Seen{}, err)
			return
		}
		samples := asked.Samples()
		for at := 0; at < len(samples); {
			end := at + lookPart
			if len(samples)-end < lookPart/2 { // no part is small: graphs have the size of batches
				end = len(samples)
			}
			if !m.lookAt(ctx, samples[at:end], at, yield) {
				return
			}
			runtime.GC() // the backend's buffers are outside of what the collector counts
			at = end
		}
	}
}

// remember checks what is asked, and shows the references to a method that compares with some.
func (m *Model) remember(ctx context.Context, asked Asked) error {
	if len(asked.Images) == 0 {
		return ErrNoImages
	}
	if d, ok := m.Detector.(detector.Referencing); ok {
		return d.Remember(ctx, asked.samples(asked.References))
	}
	if len(asked.References) > 0 {
		return fmt.Errorf("predict: normal references are for %v, and the model is of %s",
			MethodNames(func(x detector.Method) bool {
				return x.Trains && x.Sees == detector.Pair
			}),
			m.Detector.Name())
	}
	return nil
}

// lookAt looks at a part that begins at a place of the whole; false where no more is wanted. Where
// the detector stops at a picture that cannot be read, it goes on behind it.
func (m *Model) lookAt(ctx context.Context, part []datasets.Sample, first int,
	yield func(Seen, error) bool) bool {
	known := make([]error, len(part)) // of those that cannot be read
	next := 0                         // the first of the part that has not been given
	give := func(s Seen) bool {
		s.Index, s.Sample = first+next, part[next]
		next++
		return yield(s, nil)
	}
	refused := func() bool {
		for next < len(part) && known[next] != nil {
			if !give(Seen{Err: known[next]}) {
				return false
			}
		}
		return true
	}
	for next < len(part) {
		var rest []datasets.Sample
		for i := next; i < len(part); i++ {
			if known[i] == nil {
				rest = append(rest, part[i])
			}
		}
		var failed error
		if len(rest) > 0 {
			for p, err := range m.Detector.Predict(ctx, rest) {
				if failed = err; err != nil {
					break
				}
				if !refused() || !give(Seen{Prediction: p}) {
					return false
				}
			}
		}
		if failed == nil {
			return refused()
		}
		if err := m.judge(ctx, part[next:], known[next:], failed); err != nil {
			yield(Seen{}, err)
			return false
		}
	}
	return true
}

// judge finds the pictures that made a detector fail; the failure is returned where it was none of
// them.
func (m *Model) judge(ctx context.Context, part []datasets.Sample, known []error,
	failed error) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	anew := false
	for i, err := range unreadable(ctx, part) {
		anew = anew || err != nil && known[i] == nil
		known[i] = err
	}
	if !anew {
		return failed
	}
	return nil
}
