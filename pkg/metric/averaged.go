package metric

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// overlapAveraged is AUPRO as anomalib up to 2.2 computes it: each region's own curve, over the
// normal pixels of all pictures, is sampled at as many places as the curve over all pixels has
// points up to the limit, evenly by the number of the point and not by the rate; rates and overlaps
// are averaged place by place, and the area is divided by the last of the averaged rates, which is
// not always the limit. Source: anomalib 2.2.0 (Apache-2.0), metrics/aupro.py;
// open-edge-platform/anomalib#3718.
func overlapAveraged(pictures []Picture, limit float64) (float64, error) {
	var normal, anomalous []uint32
	var curves []regionCurve
	for _, p := range pictures {
		for i, s := range p.Scores {
			if p.Mask[i] == 0 {
				normal = append(normal, key(s))
			} else {
				anomalous = append(anomalous, key(s))
			}
		}
	}
	if len(normal) == 0 {
		return 0, ErrNoNegativePixels
	}
	rates := ratesOf(normal, limit)
	for _, p := range pictures {
		for _, r := range p.Regions {
			inside := make([]uint32, len(r.Pixels))
			for k, i := range r.Pixels {
				inside[k] = key(p.Scores[i])
			}
			curves = append(curves, rates.curveOf(inside, limit))
		}
	}
	if len(curves) == 0 {
		return 0, ErrNoPositivePixels
	}
	all := rates.merge(anomalous)
	n := 1 + all.lastAt(rates.within)
	if n == 1 {
		return 0, ErrNoRate
	}
	x, y := make([]float64, n), make([]float64, n)
	_ = shards(n, func(from, to int) error { // which never fails; regions add up in their order
		for i := range curves {
			curves[i].sample(rates, x, y, from, to)
		}
		return nil
	})
	if x[n-1] == 0 {
		return 0, ErrNoRate
	}
	return averagedArea(x, y, float64(len(curves))), nil
}

// averagedArea is the area under the means of curves, given by their sums at each place.
func averagedArea(x, y []float64, curves float64) float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
		x[i], y[i] = x[i]/curves, y[i]/curves
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	area := 0.0
	for k := 1; k < len(order); k++ {
		a, b := order[k-1], order[k]
		area += (x[b] - x[a]) * (y[b] + y[a]) / 2
	}
	return area / x[len(x)-1]
}

// falseRates are the false-positive rates of the normal pixels' different scores.
type falseRates struct {
	keys []uint32 // of the scores, from the highest down
	// at[k] is the rate when the k highest are found; up to the last that is needed
	at []float64
	// how many scores lie within the limit, and how many before the rate grows once more beyond it
	within, beyond int
}

// ratesOf sorts the keys of the normal pixels.
func ratesOf(normal []uint32, limit float64) *falseRates {
	slices.Sort(normal)
	slices.Reverse(normal)
	f := &falseRates{at: []float64{0}}
	over := false
	for i := range normal {
		if i+1 < len(normal) && normal[i+1] == normal[i] {
			continue
		}
		rate := float64(float32(i+1) / float32(len(normal)))
		last := f.at[len(f.at)-1]
		switch {
		case rate <= float64(float32(limit)):
			f.within++
		case over && rate > last:
			f.keys = append(f.keys, normal[i]) // what lies between it and the last is before it
			return f
		default:
			over = true
		}
		f.keys, f.at = append(f.keys, normal[i]), append(f.at, rate)
		f.beyond = len(f.at) - 1
	}
	return f
}

// merged are the different scores of some pixels among those of the normal ones. A curve over both
// has a point for each score, after that of nothing found.
type merged struct {
	point []int     // of each of the pixels' scores, its point
	own   []int     // how many of the points up to it are of no normal pixel
	after []int     // how many of the normal scores are higher, or as high
	found []float64 // how many of the pixels are found there
}

// merge sorts the keys of the pixels.
func (f *falseRates) merge(keys []uint32) (m merged) {
	slices.Sort(keys)
	slices.Reverse(keys)
	own := 0
	for i, k := range keys {
		if i+1 < len(keys) && keys[i+1] == k {
			continue
		}
		after := sort.Search(len(f.keys), func(j int) bool { return f.keys[j] <= k })
		if after < len(f.keys) && f.keys[after] == k {
			after++
		} else {
			own++
		}
		m.point, m.own = append(m.point, after+own), append(m.own, own)
		m.after, m.found = append(m.after, after), append(m.found, float64(i+1))
	}
	return m
}

// lastAt is the last point at which no more than k of the normal scores are found.
func (m *merged) lastAt(k int) int {
	if n := sort.Search(len(m.after), func(j int) bool { return m.after[j] > k }); n > 0 {
		return k + m.own[n-1]
	}
	return k
}

// regionCurve is the curve of one region: the points 0..last are sampled between, and where the
// limit lies between two, the one beyond it, as if it came next.
type regionCurve struct {
	merged
	pixels float64
	last   int
	next   int     // the point beyond the limit; 0 for none
	share  float64 // of the last piece, where the limit lies; 1 where it is a point
}

// curveOf is the curve of a region's pixels, a little further than the limit.
func (f *falseRates) curveOf(inside []uint32, limit float64) regionCurve {
	c := regionCurve{merged: f.merge(inside), pixels: float64(len(inside)), share: 1}
	within, end := c.lastAt(f.within), c.lastAt(f.beyond)
	c.last = within
	if f.at[f.within] == 0 { // no point between 0 and the limit: what comes after it counts, too
		c.last = end
	}
	last, _ := c.at(f, c.last, c.before(c.last))
	if near := math.Abs(last-limit) <= 1e-8+1e-5*limit; !near && within < end {
		c.next = within + 1
		a, _ := c.at(f, within, c.before(within))
		b, _ := c.at(f, c.next, c.before(c.next))
		c.share = 1 - (b-limit)/(b-a)
	}
	return c
}

// before is how many of the region's scores a point has found.
func (c *regionCurve) before(point int) int {
	return sort.Search(len(c.point), func(j int) bool { return c.point[j] > point })
}

// at is the rate and the overlap at a point that has found so many of the region's scores.
func (c *regionCurve) at(f *falseRates, point, scores int) (x, y float64) {
	if scores == 0 {
		return f.at[point], 0
	}
	return f.at[point-c.own[scores-1]], c.found[scores-1] / c.pixels
}

// sample adds the curve's rates and overlaps at evenly spaced numbers of points, for the places
// from..to-1 of x and y; the last place of all is at the limit.
func (c *regionCurve) sample(f *falseRates, x, y []float64, from, to int) {
	top, most, n := float64(len(x)-1), float64(max(c.last, c.next)), c.last+1
	if c.next > 0 {
		n++
	}
	point := func(i int) int {
		if i > c.last {
			return c.next
		}
		return i
	}
	place := func(i int) float64 { return float64(point(i)) / most * top }
	find := func(at float64) int { // the piece that it lies in
		return sort.Search(n-2, func(i int) bool { return place(i+1) >= at })
	}
	lo := find(float64(from))
	scores := c.before(lo)
	for i := from; i < to; i++ {
		at := float64(i)
		if i == len(x)-1 && c.share != 1 {
			at = place(n-2) + (place(n-1)-place(n-2))*c.share
			lo = find(at)
			scores = c.before(lo)
		}
		for lo+2 < n && place(lo+1) < at {
			lo++
		}
		for scores < len(c.point) && c.point[scores] <= lo {
			scores++
		}
		next := scores
		if p := point(lo + 1); p <= lo {
			next = c.before(p)
		} else if next < len(c.point) && c.point[next] == p {
			next++
		}
		x0, y0 := c.at(f, lo, scores)
		x1, y1 := c.at(f, point(lo+1), next)
		const guard = 1.1920929e-7 // float32's epsilon
		left := place(lo)
		t := (at - left) / (guard + place(lo+1) - left)
		x[i] += x0 + t*(x1-x0)
		y[i] += y0 + t*(y1-y0)
	}
}
