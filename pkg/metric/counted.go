package metric

import (
	"errors"
	"sync"
)

// counted are pictures with what has been counted of them, so that rulers that differ in what they
// read alone count once.
type counted struct {
	pictures []Picture
	exact    *points // at every score of an anomalous pixel
	// of each picture, at Coarse cuts
	coarse *steps
	each   []counts
	values map[string]Values    // that rulers have measured, by their names
	shares map[string][]float64 // of each picture, likewise
}

func newCounted(pictures []Picture) *counted {
	return &counted{pictures: pictures, values: map[string]Values{},
		shares: map[string][]float64{}}
}

// points are those of a reading's curve.
func (x *counted) points(g Reading) (points, error) {
	if g.exact && x.exact != nil {
		return *x.exact, nil
	}
	s, err := g.lay(x.pictures)
	if err != nil {
		return points{}, err
	}
	c := s.countAll(x.pictures)
	p := s.points(&c)
	if g.exact {
		x.exact = &p
	}
	return p, nil
}

// apart are each picture's counts, on the steps of a reading's resamples.
func (x *counted) apart(g Reading) (*steps, []counts, error) {
	lay := g.lay
	if g.exact {
		if x.coarse != nil {
			return x.coarse, x.each, nil
		}
		lay = func(pictures []Picture) (steps, error) { return scoresOf(pictures, Coarse) }
	}
	s, err := lay(x.pictures)
	if err != nil {
		return nil, nil, err
	}
	each := make([]counts, len(x.pictures))
	_ = shards(len(each), func(from, to int) error { // which never fails
		for i := from; i < to; i++ {
			each[i] = newCounts(s.n)
			s.pixels(&each[i], &x.pictures[i])
			s.overlaps(&each[i], &x.pictures[i])
		}
		return nil
	})
	if g.exact {
		x.coarse, x.each = &s, each
	}
	return &s, each, nil
}

// countAll counts all pictures: pixels on all cores, shares of regions in the pictures' order, so
// that the number of cores changes no bit.
func (s *steps) countAll(pictures []Picture) counts {
	total := newCounts(s.n)
	var mu sync.Mutex
	_ = shards(len(pictures), func(from, to int) error { // which never fails
		part := counts{tp: make([]float64, s.n), fp: make([]float64, s.n)}
		for i := from; i < to; i++ {
			s.pixels(&part, &pictures[i])
		}
		mu.Lock()
		defer mu.Unlock()
		for k := range part.tp { // whole numbers: their order is of no matter
			total.tp[k], total.fp[k] = total.tp[k]+part.tp[k], total.fp[k]+part.fp[k]
		}
		total.positives += part.positives
		total.negatives += part.negatives
		return nil
	})
	for i := range pictures {
		s.overlaps(&total, &pictures[i])
	}
	return total
}

// Laid are the cases of a category under one ruler after another: what those have in common that
// follow each other is done once, and nothing else is kept. It is for one goroutine.
type Laid struct {
	cases []Case
	chain chain
	under *counted // the chain; nil for none
}

// Lay is for the cases of a category.
func Lay(cases []Case) *Laid { return &Laid{cases: cases} }

// chain is what of a ruler decides maps and masks.
type chain struct {
	mask   MaskRule
	meet   Meeting
	resize Resizing
	plain  bool
	blur   Blurring
	scale  Scaling
	image  Scoring // where it is scaled, too
	// whether overlap is with defects
	saturated bool
}

func chainOf(r Ruler) chain {
	c := chain{r.Mask, r.Meet, r.Resize, r.Plain, r.Blur, r.Scale, Given, r.Saturated}
	if r.Scale != Unscaled {
		c.image = r.Image
	}
	return c
}

// Each calls do with the place of every ruler, of those that see the same maps and masks one after
// another, so that no more than one set of them is in memory; then it drops the last.
func (l *Laid) Each(rulers []Ruler, do func(i int) error) error {
	defer func() { l.under = nil }()
	done := make([]bool, len(rulers))
	for first := range rulers {
		for i := first; i < len(rulers); i++ {
			if done[i] || chainOf(rulers[i]) != chainOf(rulers[first]) {
				continue
			}
			done[i] = true
			if err := do(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// see lays a ruler on the cases.
func (l *Laid) see(r Ruler) (*counted, error) {
	if l.under == nil || l.chain != chainOf(r) {
		l.under = nil // before there are others
		pictures, err := r.Read(l.cases)
		if err != nil {
			return nil, err
		}
		l.chain, l.under = chainOf(r), newCounted(pictures)
	}
	if r.Scale == Unscaled { // image scores are the ruler's own
		for i := range l.under.pictures {
			p := &l.under.pictures[i]
			p.Score = r.Image.score(l.cases[i].Score, Plane{p.W, p.H, p.Scores})
		}
	}
	return l.under, nil
}

// Measure is the ruler's Measure of the cases; of those whose own size it lacks it says so.
func (l *Laid) Measure(r Ruler) (Values, string, error) {
	x, err := l.see(r)
	if errors.Is(err, ErrOwnSize) {
		return Values{}, err.Error(), nil
	}
	if err != nil {
		return nil, "", err
	}
	return r.measure(x)
}

// Bootstrap is the ruler's Bootstrap of the cases; none of those that it cannot measure.
func (l *Laid) Bootstrap(r Ruler, n int, seed uint64) (Draws, error) {
	x, err := l.see(r)
	if errors.Is(err, ErrOwnSize) {
		return Draws{}, nil
	}
	if err != nil {
		return nil, err
	}
	return r.bootstrap(x, n, seed)
}
