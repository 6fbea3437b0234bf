package encoder

import (
	"context"
	"fmt"

	"adlab/datasets"
)

// Held are the features of pictures that are at hand, so that detectors which learn from some of
// them, and then from others, do not have them encoded each time.
type Held struct {
	of    *Features
	place map[string]int // by the picture's path
	by    string         // the encoder and its groups
}

// Hold computes, or reads, the features of samples that Cache.Held then serves.
func (x *Cache) Hold(ctx context.Context, samples []datasets.Sample) (*Held, error) {
	f, err := x.Extract(ctx, samples)
	if err != nil {
		return nil, err
	}
	h := &Held{of: f, place: map[string]int{}, by: x.by()}
	for i, s := range samples {
		h.place[s.Path] = i
	}
	return h, nil
}

// by says what makes a picture's features.
func (x *Cache) by() string { return fmt.Sprint(x.Encoder.Digest(), x.GroupsInUse()) }

// some are the features of samples, where all of them are held; else nil.
func (h *Held) some(x *Cache, samples []datasets.Sample) *Features {
	if h == nil || h.by != x.by() {
		return nil
	}
	f := *h.of
	f.Len, f.chunks, f.at = len(samples), nil, make([]int, len(samples))
	for i, s := range samples {
		place, ok := h.place[s.Path]
		if !ok {
			return nil
		}
		f.at[i] = place
	}
	return &f
}

// Close lets go of them: they are computed again where they are asked for.
func (h *Held) Close() {
	h.of.Close()
	clear(h.place)
}
