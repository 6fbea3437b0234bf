package metric

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Coarse is how many cuts resamples of an exact curve have at most.
const Coarse = 1024

// Draws are numbers of resamples, in the resamples' order; NaN where a resample has none. Two of
// the same seed, number and labels have resampled the same pictures.
type Draws map[Number][]float64

// MarshalJSON writes null for NaN, which JSON has no number for.
func (d Draws) MarshalJSON() ([]byte, error) {
	if d == nil {
		return []byte("null"), nil
	}
	out := map[Number][]*float64{}
	for number, xs := range d {
		out[number] = make([]*float64, len(xs))
		for k := range xs {
			if !math.IsNaN(xs[k]) {
				out[number][k] = &xs[k]
			}
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Draws) UnmarshalJSON(b []byte) error {
	var in map[Number][]*float64
	if err := json.Unmarshal(b, &in); err != nil || in == nil {
		return err
	}
	*d = Draws{}
	for number, xs := range in {
		(*d)[number] = make([]float64, len(xs))
		for k, x := range xs {
			(*d)[number][k] = math.NaN()
			if x != nil {
				(*d)[number][k] = *x
			}
		}
	}
	return nil
}

// Bootstrap measures n resamples of a category's pictures: normal and anomalous ones are drawn
// apart, each with replacement and as many as there are, so that every resample has both classes as
// the category has.
//
// What a picture adds to each slot of the steps is counted once; a resample adds pictures up and
// sorts nothing. Steps stay those of all pictures, also where their extremes or normal pictures
// decide them, and so do AUPIMO's shares and what Scale does: intervals of SegF1 and AUPIMO are
// those of the anomalous pictures and of the normal pixels found at thresholds as they are, and
// narrower than if each resample chose its own. Given the steps, draws are exact. An
// exact curve that bends at more than Coarse scores of anomalous pixels has Coarse cuts in
// resamples, with as many of those pixels between any two; by that an area under ROC is off by at
// most 1/(2·Coarse), and each draw is moved by what the same cuts are off on all pictures, within
// 0..1.
func (r Ruler) Bootstrap(pictures []Picture, n int, seed uint64) (Draws, error) {
	return r.bootstrap(newCounted(pictures), n, seed)
}

func (r Ruler) bootstrap(x *counted, n int, seed uint64) (Draws, error) {
	if n < 1 {
		return nil, fmt.Errorf("expected at least 1 resample, got %d", n)
	}
	draws := Draws{}
	pictures := x.pictures
	exact := x.values[r.Name]
	if exact == nil {
		var err error
		if exact, _, err = r.measure(x); err != nil {
			return nil, err
		}
	}
	times := resamples(pictures, n, seed)
	r.drawImages(draws, pictures, times)
	for _, g := range r.Pixels {
		g.draw(draws, exact, x, times)
	}
	if each := x.shares[r.Name]; each != nil {
		for _, t := range times {
			sum, m := 0.0, 0.0
			for i, x := range each {
				if !math.IsNaN(x) {
					sum, m = sum+float64(t[i])*x, m+float64(t[i])
				}
			}
			draws[r.Mean] = append(draws[r.Mean], sum/m)
		}
	}
	return draws, nil
}

// resamples say how often each picture is in each.
func resamples(pictures []Picture, n int, seed uint64) [][]int {
	var of [2][]int
	for i, p := range pictures {
		of[p.Label] = append(of[p.Label], i)
	}
	rng := rand.New(rand.NewPCG(seed, 29))
	out := make([][]int, n)
	for k := range out {
		out[k] = make([]int, len(pictures))
		for _, class := range of {
			for range class {
				out[k][class[rng.IntN(len(class))]]++
			}
		}
	}
	return out
}

// drawImages are the image metrics of the resamples: the scores are sorted once.
func (r Ruler) drawImages(draws Draws, pictures []Picture, times [][]int) {
	scores, labels := imagesOf(pictures)
	if _, err := Image(scores, labels); err != nil {
		return
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	for _, t := range times {
		p := points{tp: []float64{0}, fp: []float64{0}, pro: []float64{0}}
		for i, at := range order {
			if labels[at] == 1 {
				p.positives += float64(t[at])
			} else {
				p.negatives += float64(t[at])
			}
			if i+1 == len(order) || scores[order[i+1]] != scores[at] {
				p.tp, p.fp = append(p.tp, p.positives), append(p.fp, p.negatives)
			}
		}
		precision := r.ImageAP
		if precision == nil {
			precision = precisionSteps
		}
		for _, x := range []read{{ImageAUROC, rocArea}, {ImageAP, precision},
			{ImageF1, bestF1(1e-7)}} {
			value, _ := x.by(p) // both classes are there
			draws[x.number] = append(draws[x.number], value)
		}
	}
}

// draw reads the numbers of the resamples that are defined on all pictures.
func (g Reading) draw(draws Draws, exact Values, from *counted, times [][]int) {
	s, each, err := from.apart(g)
	if err != nil {
		return // nothing is defined, as measuring has said
	}
	rows := make([][]float64, len(times)+1) // the last is of all pictures
	_ = shards(len(rows), func(from, to int) error {
		for k := from; k < to; k++ {
			rows[k] = g.of(s, each, func(i int) float64 {
				if k == len(times) {
					return 1
				}
				return float64(times[k][i])
			})
		}
		return nil
	})
	for i, x := range g.reads {
		value, ok := exact[x.number]
		if !ok {
			continue
		}
		off := value - rows[len(times)][i]
		for k := range times {
			draw := rows[k][i] + off
			if !math.IsNaN(draw) {
				draw = min(max(draw, 0), 1)
			}
			draws[x.number] = append(draws[x.number], draw)
		}
	}
}

// of adds pictures up and reads the numbers; NaN for one that is not defined.
func (g Reading) of(s *steps, each []counts, times func(i int) float64) (row []float64) {
	sum := newCounts(s.n)
	for i := range each {
		if t := times(i); t > 0 {
			sum.plus(&each[i], t)
		}
	}
	p := s.points(&sum)
	for _, x := range g.reads {
		value, err := x.by(p)
		if err != nil {
			value = math.NaN()
		}
		row = append(row, value)
	}
	return row
}

// Interval is a number with the range that a share of its resamples lies in.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Level is the share of the resamples that lies in an interval.
const Level = 0.95

// IntervalOf is the percentile interval of the draws around a value: the quantiles (1 ± level)/2 of
// those that are numbers, by linear interpolation. It is false where there are none.
func IntervalOf(value float64, draws []float64, level float64) (Interval, bool) {
	sorted := slices.DeleteFunc(slices.Clone(draws), math.IsNaN)
	if len(sorted) == 0 {
		return Interval{}, false
	}
	slices.Sort(sorted)
	quantile := func(q float64) float64 {
		at := q * float64(len(sorted)-1)
		lo := int(at)
		hi := min(lo+1, len(sorted)-1)
		return sorted[lo] + (at-float64(lo))*(sorted[hi]-sorted[lo])
	}
	return Interval{value, quantile((1 - level) / 2), quantile((1 + level) / 2)}, true
}

// MeanDraws are the draws of the mean over categories, each resampled by itself: a number's over
// the categories that define it.
func MeanDraws(categories []Draws) Draws {
	out := Draws{}
	for _, number := range Numbers {
		var sum, n []float64
		for _, d := range categories {
			for k, x := range d[number] {
				if k == len(sum) {
					sum, n = append(sum, 0), append(n, 0)
				}
				if !math.IsNaN(x) {
					sum[k], n[k] = sum[k]+x, n[k]+1
				}
			}
		}
		for k := range sum {
			out[number] = append(out[number], sum[k]/n[k])
		}
	}
	return out
}

// Minus are the paired differences of two detectors' draws on the same resamples of the same
// pictures; its error names a number of which they have other counts.
func (d Draws) Minus(other Draws) (Draws, error) {
	out := Draws{}
	for _, number := range Numbers {
		a, b := d[number], other[number]
		if len(a) == 0 || len(b) == 0 {
			continue
		}
		if len(a) != len(b) {
			return nil, fmt.Errorf("%w: %s has %d resamples and %d", ErrLength, number, len(a),
				len(b))
		}
		for k := range a {
			out[number] = append(out[number], a[k]-b[k])
		}
	}
	return out, nil
}

// Distinct tells whether a difference is one: its interval does not hold 0.
func (i Interval) Distinct() bool { return i.Low > 0 || i.High < 0 }
