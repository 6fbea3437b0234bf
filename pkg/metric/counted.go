package metric

import "sync"

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

// Laid are the cases of a category under several rulers: what they have in common is done once. It
// is for one goroutine.
type Laid struct {
	cases []Case
	by    map[chain]*counted
}

// Lay is for the cases of a category.
func Lay(cases []Case) *Laid { return &Laid{cases, map[chain]*counted{}} }

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

// under are the cases under a ruler.
func (l *Laid) under(r Ruler) (*counted, error) {
	key := chain{r.Mask, r.Meet, r.Resize, r.Plain, r.Blur, r.Scale, Given,
		r.Saturated}
	if r.Scale != Unscaled {
		key.image = r.Image
	}
	x := l.by[key]
	if x == nil {
		pictures, err := r.Read(l.cases)
		if err != nil {
			return nil, err
		}
		x = newCounted(pictures)
		l.by[key] = x
	}
	if r.Scale == Unscaled { // image scores are the ruler's own
		for i := range x.pictures {
			p := &x.pictures[i]
			p.Score = r.Image.score(l.cases[i].Score, Plane{p.W, p.H, p.Scores})
		}
	}
	return x, nil
}

// Measure is the ruler's Measure of the cases.
func (l *Laid) Measure(r Ruler) (Values, string, error) {
	x, err := l.under(r)
	if err != nil {
		return nil, "", err
	}
	return r.measure(x)
}

// Bootstrap is the ruler's Bootstrap of the cases.
func (l *Laid) Bootstrap(r Ruler, n int, seed uint64) (Draws, error) {
	x, err := l.under(r)
	if err != nil {
		return nil, err
	}
	return r.bootstrap(x, n, seed)
}
