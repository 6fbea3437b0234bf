package datasets

import (
	"context"
	"iter"

	"adlab/pkg/imageio"
)

// Loaded is a decoded sample and its place in the order asked for.
type Loaded struct {
	Index  int
	Sample Sample
	Image  *imageio.Image
}

// Images decodes the samples ahead of their use in workers goroutines and gives them in order. It
// holds at most 4·workers pictures, stops at the first error, and stops when ctx is cancelled.
func Images(ctx context.Context, samples []Sample, workers int) iter.Seq2[Loaded, error] {
	type result struct {
		image *imageio.Image
		err   error
	}
	return func(yield func(Loaded, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		workers := max(1, workers)
		// in order; its capacity bounds the pictures in memory
		slots := make(chan chan result, 4*workers)
		busy := make(chan struct{}, workers)
		go func() {
			defer close(slots)
			for _, s := range samples {
				slot := make(chan result, 1)
				select {
				case slots <- slot:
				case <-ctx.Done():
					return
				}
				select {
				case busy <- struct{}{}:
				case <-ctx.Done():
					return
				}
				go func() {
					defer func() { <-busy }()
					image, err := s.Decode()
					slot <- result{image, err}
				}()
			}
		}()
		for i, s := range samples {
			var r result
			select {
			case slot := <-slots:
				if slot == nil {
					yield(Loaded{}, context.Cause(ctx))
					return
				}
				select {
				case r = <-slot:
				case <-ctx.Done():
					r.err = context.Cause(ctx)
				}
			case <-ctx.Done():
				r.err = context.Cause(ctx)
			}
			if r.err == nil && ctx.Err() != nil {
				r.err = context.Cause(ctx)
			}
			if r.err != nil {
				yield(Loaded{Index: i, Sample: s}, r.err)
				return
			}
			if !yield(Loaded{i, s, r.image}, nil) {
				return
			}
		}
	}
}
