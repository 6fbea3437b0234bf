package metric

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// steps are where a convention cuts scores: they sort every score into one of n slots, the lowest
// first. A curve has a point for each cut from first down to last: at cut k all that lies in slot k
// or above counts as found.
type steps struct {
	n           int
	slot        func(s float32) int
	twice       func(s float32) bool // counts in the last slot once more; nil for none
	first, last int
	rungs       []uint32 // keys of the scores that odd slots are at, where slots are a ladder's
}

// laying lays steps over the maps of a category.
type laying func(pictures []Picture) (steps, error)

// everyScore cuts at every score of an anomalous pixel, where curves bend: exact.
func everyScore(pictures []Picture) (steps, error) { return scoresOf(pictures, math.MaxInt) }

// scoresOf is everyScore with at most so many cuts, between which are as many anomalous pixels; it
// is exact where they have no more different scores.
func scoresOf(pictures []Picture, most int) (steps, error) {
	var keys []uint32
	for _, p := range pictures {
		for i, m := range p.Mask {
			if m != 0 {
				keys = append(keys, key(p.Scores[i]))
			}
		}
	}
	if len(keys) == 0 {
		return steps{}, ErrNoPositivePixels
	}
	slices.Sort(keys)
	rungs := slices.Compact(slices.Clone(keys))
	if len(rungs) > most {
		rungs = rungs[:0]
		for i := range most {
			rungs = append(rungs, keys[(2*i+1)*len(keys)/(2*most)])
		}
		rungs = slices.Compact(rungs)
	}
	l := newLadder(rungs)
	return steps{n: l.gaps(), slot: func(s float32) int { return l.slot(key(s)) },
		first: l.gaps(), last: 0, rungs: rungs}, nil
}

// extremes are the smallest and the largest score of all maps; times bins, their distance has to be
// a float32.
func extremes(pictures []Picture) (lo, hi float32, err error) {
	lo, hi = ends(pictures)
	if span := hi - lo; !(span > 0 && span <= math.MaxFloat32/bins) {
		return 0, 0, fmt.Errorf("%w: from %v to %v", ErrRange, lo, hi)
	}
	return lo, hi, nil
}

// ends are the extremes, whatever their distance.
func ends(pictures []Picture) (lo, hi float32) {
	lo, hi = math.MaxFloat32, -math.MaxFloat32
	for _, p := range pictures {
		lo, hi = min(lo, slices.Min(p.Scores)), max(hi, slices.Max(p.Scores))
	}
	return lo, hi
}

// doubled are n equal bins between the extremes, and one that counts the largest score once more,
// as adeval's counts on a GPU do: binned in float32. Source: pkg/inpformer/SPEC.md 12a.
func doubled(n int) laying {
	return func(pictures []Picture) (steps, error) {
		lo, hi, err := extremes(pictures)
		if err != nil {
			return steps{}, err
		}
		span := hi - lo
		return steps{n: n + 1, first: n, last: 0,
			slot:  func(s float32) int { return min(int((s-lo)*float32(n)/span), n-1) },
			twice: func(s float32) bool { return s >= hi }}, nil
	}
}

// edges are n equal bins between the extremes as adeval's counts on a CPU have them: the edges are
// float32 numbers, a score on one is above it, and two bins more lie beyond both ends. Source:
// adeval 1.1.0 (PyPI), mem_effic.py, _AccumulateStatCurve.
func edges(n int) laying {
	return func(pictures []Picture) (steps, error) {
		lo, hi, err := extremes(pictures)
		if err != nil {
			return steps{}, err
		}
		at := make([]float32, n+1)
		for k := range at {
			// linspace in float64, rounded; then scaled in float32
			share := float32(float64(k) * (1 / float64(n)))
			if k == n {
				share = 1
			}
			at[k] = float32(share*float32(float64(hi)-float64(lo))) + lo
		}
		return steps{n: n + 2, first: n + 1, last: 1, slot: func(s float32) int {
			return sort.Search(n+1, func(k int) bool { return at[k] > s })
		}}, nil
	}
}

// above are thresholds that a score has to be above of.
func above(thresholds []float64) steps {
	n := len(thresholds)
	return steps{n: n + 1, first: n, last: 1, slot: func(s float32) int {
		return sort.Search(n, func(k int) bool { return float64(s) <= thresholds[k] })
	}}
}

// ranging are thresholds from the smallest score to the largest in steps of an n-th of the range,
// as NumPy's arange makes them of float32 numbers: added up in float64. Source:
// pkg/multiads/SPEC.md 13a; ADer (zhangzjn/ADer, MIT), util/metric.py, cal_pro_score.
func ranging(n int) laying {
	return func(pictures []Picture) (steps, error) {
		lo, hi, err := extremes(pictures)
		if err != nil {
			return steps{}, err
		}
		return above(spaced(lo, hi, n)), nil
	}
}

// spaced are those thresholds.
func spaced(lo, hi float32, n int) []float64 {
	span := hi - lo
	delta := span / float32(n)
	step := float64(float32(lo+delta)) - float64(lo)
	thresholds := make([]float64, int(math.Ceil(float64(float32(span/delta)))))
	for i := range thresholds {
		thresholds[i] = float64(lo) + float64(i)*step
	}
	return thresholds
}

// twentieths are the thresholds 0, 0.05 .. 1 of maps whose extremes have become 0 and 1. Source:
// ADer, util/metric.py, mF1_max_px.
func twentieths(pictures []Picture) (steps, error) {
	lo, hi, err := extremes(pictures)
	if err != nil {
		return steps{}, err
	}
	var thresholds []float64
	for i := range 21 {
		thresholds = append(thresholds, float64(i)*0.05)
	}
	s, span := above(thresholds), hi-lo
	slot := s.slot
	s.slot = func(x float32) int { return slot((x - lo) / span) }
	return s, nil
}

// deviations is one threshold: the mean of all values of the normal pictures' maps and k of their
// standard deviations.
func deviations(k float64) laying {
	return func(pictures []Picture) (steps, error) {
		n, sum := 0.0, 0.0
		for _, p := range pictures {
			if p.Label == 0 {
				for _, s := range p.Scores {
					n, sum = n+1, sum+float64(s)
				}
			}
		}
		if n == 0 {
			return steps{}, ErrNoNormalPicture
		}
		squares := 0.0
		for _, p := range pictures {
			if p.Label == 0 {
				for _, s := range p.Scores {
					squares += (float64(s) - sum/n) * (float64(s) - sum/n)
				}
			}
		}
		return above([]float64{sum/n + k*math.Sqrt(squares/n)}), nil
	}
}

// counts are what lies in each slot: anomalous pixels, normal ones, and shares of regions found.
type counts struct {
	tp, fp, pro                   []float64
	positives, negatives, regions float64
}

func newCounts(n int) counts {
	return counts{tp: make([]float64, n), fp: make([]float64, n), pro: make([]float64, n)}
}

// pixels counts a picture's pixels.
func (s *steps) pixels(c *counts, p *Picture) {
	for i, score := range p.Scores {
		slots := c.fp
		if p.Mask[i] != 0 {
			slots = c.tp
			c.positives++
		} else {
			c.negatives++
		}
		slots[s.slot(score)]++
		if s.twice != nil && s.twice(score) {
			slots[s.n-1]++
		}
	}
}

// overlaps counts a picture's regions, saturated from the highest score down.
func (s *steps) overlaps(c *counts, p *Picture) {
	for _, r := range p.Regions {
		c.regions++
		s.cover(c.pro, p, r)
	}
}

// cover counts the shares of a region that the slots add.
func (s *steps) cover(pro []float64, p *Picture, r Region) {
	if r.Saturation >= float64(len(r.Pixels)) {
		for _, i := range r.Pixels {
			pro[s.slot(p.Scores[i])] += 1 / float64(len(r.Pixels))
			if s.twice != nil && s.twice(p.Scores[i]) {
				pro[s.n-1] += 1 / float64(len(r.Pixels))
			}
		}
		return
	}
	found := make([]int, len(r.Pixels))
	for k, i := range r.Pixels {
		found[k] = s.slot(p.Scores[i])
	}
	slices.Sort(found)
	slices.Reverse(found)
	for k, slot := range found {
		if float64(k) >= r.Saturation {
			break
		}
		pro[slot] += min(1, r.Saturation-float64(k)) / r.Saturation
	}
}

// plus adds counts of other pictures, so many times.
func (c *counts) plus(other *counts, times float64) {
	for i := range c.tp {
		c.tp[i] += times * other.tp[i]
		c.fp[i] += times * other.fp[i]
		c.pro[i] += times * other.pro[i]
	}
	c.positives += times * other.positives
	c.negatives += times * other.negatives
	c.regions += times * other.regions
}

// points are a convention's points of the curves, from the highest cut down.
type points struct {
	tp, fp, pro                   []float64
	positives, negatives, regions float64
}

// points adds the slots up.
func (s *steps) points(c *counts) points {
	out := points{positives: c.positives, negatives: c.negatives, regions: c.regions}
	if s.twice != nil { // what counts twice is there twice
		out.positives, out.negatives, out.regions = 0, 0, 0
		for k := range c.tp {
			out.positives, out.negatives = out.positives+c.tp[k], out.negatives+c.fp[k]
			out.regions += c.pro[k]
		}
	}
	tp, fp, pro := 0.0, 0.0, 0.0
	for k := s.n; k >= s.last; k-- {
		if k < s.n {
			tp, fp, pro = tp+c.tp[k], fp+c.fp[k], pro+c.pro[k]
		}
		if k <= s.first {
			out.tp, out.fp, out.pro = append(out.tp, tp), append(out.fp, fp), append(out.pro, pro)
		}
	}
	return out
}
