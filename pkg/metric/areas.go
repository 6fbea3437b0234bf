package metric

// reading is a number that a convention reads from the points of its curves.
type reading func(p points) (float64, error)

// defined tells what a curve needs to be one.
func (p *points) defined() error {
	switch {
	case p.positives == 0:
		return ErrNoPositivePixels
	case p.negatives == 0:
		return ErrNoNegativePixels
	}
	return nil
}

// hasRegions tells what a curve of overlaps needs besides: a defect that has not gone with the
// size.
func (p *points) hasRegions() error {
	if p.regions == 0 {
		return ErrNoPositivePixels
	}
	return p.defined()
}

// rocArea is the area under the true- over the false-positive rate by trapezoids between the
// points.
func rocArea(p points) (float64, error) {
	area := 0.0
	for i := 1; i < len(p.tp); i++ {
		area += (p.fp[i] - p.fp[i-1]) * (p.tp[i] + p.tp[i-1]) / 2
	}
	return area / (p.positives * p.negatives), p.defined()
}

// precision is that at a point, 1 where nothing is found.
func (p *points) precision(i int) float64 {
	if p.tp[i]+p.fp[i] == 0 {
		return 1
	}
	return p.tp[i] / (p.tp[i] + p.fp[i])
}

// precisionSteps is average precision: recall steps times precision, as scikit-learn's
// average_precision_score.
func precisionSteps(p points) (float64, error) {
	area := 0.0
	for i := 1; i < len(p.tp); i++ {
		if gained := p.tp[i] - p.tp[i-1]; gained > 0 {
			area += gained * p.precision(i)
		}
	}
	return area / p.positives, p.defined()
}

// precisionTrapezoids is the area under precision over recall by trapezoids between the points.
func precisionTrapezoids(p points) (float64, error) {
	area := 0.0
	for i := 1; i < len(p.tp); i++ {
		area += (p.tp[i] - p.tp[i-1]) * (p.precision(i) + p.precision(i-1)) / 2
	}
	return area / p.positives, p.defined()
}

// precisionReordered is the area that anomalib before 2.7 calls AUPR: trapezoids over all points
// and one of precision 1 at recall 0, sorted by recall, of equal recall the lowest threshold first.
// So a piece goes from the highest precision at one recall to the lowest at the next. Source:
// anomalib 2.6 (Apache-2.0), metrics/aupr.py with auc(recall, precision, reorder=True); issue
// open-edge-platform/anomalib#3781.
func precisionReordered(p points) (float64, error) {
	area, high := 0.0, 1.0 // the highest precision at the recall before
	for i := 1; i < len(p.tp); i++ {
		if p.tp[i] == p.tp[i-1] {
			continue
		}
		last := i // the lowest threshold with this recall
		for last+1 < len(p.tp) && p.tp[last+1] == p.tp[i] {
			last++
		}
		area += (p.tp[i] - p.tp[i-1]) * (high + p.precision(last)) / 2
		high = p.precision(i)
	}
	return area / p.positives, p.defined()
}

// bestF1 is the largest F1 of all points, with a guard under the fraction.
func bestF1(guard float64) reading {
	return func(p points) (float64, error) {
		best := 0.0
		for i := range p.tp {
			if p.tp[i] == 0 {
				continue
			}
			precision, recall := p.precision(i), p.tp[i]/p.positives
			best = max(best, 2*precision*recall/(precision+recall+guard))
		}
		return best, p.defined()
	}
}

// f1 is F1 at the only threshold.
func f1(p points) (float64, error) {
	i := len(p.tp) - 1
	return 2 * p.tp[i] / (p.positives + p.tp[i] + p.fp[i]), p.defined()
}

// overlap is the area under per-region overlap over the false-positive rate up to a limit, cut
// there linearly, divided by it. What lies left of the first point does not count.
func overlap(limit float64) reading {
	return func(p points) (float64, error) {
		if err := p.hasRegions(); err != nil {
			return 0, err
		}
		c := curve{limit: limit, x: p.fp[0] / p.negatives, y: p.pro[0] / p.regions}
		for i := 1; i < len(p.fp); i++ {
			c.to(p.fp[i]/p.negatives, p.pro[i]/p.regions)
		}
		return c.area / limit, nil
	}
}

// overlapStretched is the area under the points below the limit alone, with their rates stretched
// to 0..1; 0 for fewer than two. Source: pkg/multiads/SPEC.md 13a; ADer, util/metric.py,
// cal_pro_score.
func overlapStretched(limit float64) reading {
	return func(p points) (float64, error) {
		if err := p.hasRegions(); err != nil {
			return 0, err
		}
		area, last := 0.0, 0
		for i := range p.fp {
			if p.fp[i]/p.negatives >= limit {
				break
			}
			if last = i; i > 0 {
				area += (p.fp[i] - p.fp[i-1]) * (p.pro[i] + p.pro[i-1]) / 2
			}
		}
		if p.fp[last] == p.fp[0] {
			return 0, nil
		}
		return area / p.regions / (p.fp[last] - p.fp[0]), nil
	}
}
