package exhibit

import (
	"context"
	"slices"

	"adlab/pkg/experiment"
)

// Task is what one of several processes that fill a store computes as a whole: a measurement, or
// the trained head of one that exhibits only draw with.
type Task struct {
	Measurement
	Drawn bool // trained, not tested
}

// Tasks are all that exhibits rest on in a profile, each once: what is measured in the order of the
// exhibits, then what is trained to be drawn with.
func Tasks(exhibits []Exhibit, p experiment.Profile) (all []Task) {
	add := func(e Exhibit, drawn bool) {
		for _, m := range e.Measurements(p) {
			known := func(c Task) bool { return c.Equal(m) }
			if (!drawn || m.trains()) && !slices.ContainsFunc(all, known) {
				all = append(all, Task{m, drawn})
			}
		}
	}
	for _, e := range exhibits {
		e.Heads = nil
		add(e, false)
	}
	for _, e := range exhibits {
		add(Exhibit{Heads: e.Heads}, true)
	}
	return all
}

// Part is the K-th of N parts of what is to be computed, K from 1.
type Part struct{ K, N int }

// Of are the part's own among cells. Those that need one trained head are in one part, so that no
// two processes want the same training; heads are dealt out in turn, in the order of the cells. The
// split depends on the cells and on N alone, and not on what is stored: a part that begins later,
// or again, is the same.
func (p Part) Of(cells []Task) (own []Task) {
	places := map[string]int{}
	for _, c := range cells {
		place, known := places[c.head()]
		if !known {
			place = len(places)
			places[c.head()] = place
		}
		if place%p.N == p.K-1 {
			own = append(own, c)
		}
	}
	return own
}

// Filled is how cells came into the store.
type Filled struct {
	Measured int `json:"measured"` // by this process
	Found    int `json:"found"`    // measured before, or by another one meanwhile
	Heads    int `json:"heads"`    // trained, or found, that are only drawn with
}

// Fill computes cells into the store, each once among all processes that share it. told is called
// after each, with whether it was computed here.
func (r *Runner) Fill(ctx context.Context, cells []Task, told func(c Task, fresh bool)) (f Filled,
	err error) {
	for _, c := range cells {
		fresh := false
		if c.Drawn {
			err = r.train(ctx, c.Measurement)
		} else {
			_, fresh, err = r.measure(ctx, c.Measurement)
		}
		switch {
		case err != nil:
			return f, err
		case c.Drawn:
			f.Heads++
		case fresh:
			f.Measured++
		default:
			f.Found++
		}
		told(c, fresh)
	}
	return f, nil
}

// train trains the head of a measurement, or finds it trained.
func (r *Runner) train(ctx context.Context, m Measurement) error {
	if !m.onPair() {
		_, _, err := r.Trained(ctx, m)
		return err
	}
	e, err := r.Ready(ctx, m)
	if err != nil {
		return err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return err
	}
	set, err := r.drawn(ctx, m.Set, e)
	if err != nil {
		return err
	}
	_, err = r.Env.Fit(ctx, e, enc, set.Train(), set)
	return err
}
