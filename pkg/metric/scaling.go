package metric

import "slices"

// Scaling is what becomes of maps and image scores before they are measured.
type Scaling int

// Scalings.
const (
	Unscaled Scaling = iota
	// AroundBest puts the threshold of the best F1 at 1/2, makes the range 1, and cuts what is then
	// below 0 or above 1, where scores become equal; in float32, over all pictures. Its extremes
	// and thresholds are of the pictures that are measured, as in anomalib where the validation set
	// is the test set, its default for many data sets. Source: anomalib 2.7 (Apache-2.0),
	// post_processing/post_processor.py, _normalize.
	AroundBest
)

// apply scales the pictures in place; what has no range or no best F1 is left alone.
func (x Scaling) apply(pictures []Picture) error {
	if x == Unscaled {
		return nil
	}
	if lo, hi, err := extremes(pictures); err == nil {
		best, err := bestThreshold(pictures)
		if err != nil {
			best = float32(lo+hi) / 2
		}
		span := hi - lo
		for i := range pictures {
			scaled := make([]float32, len(pictures[i].Scores))
			for k, s := range pictures[i].Scores {
				scaled[k] = aroundHalf(s, best, span)
			}
			pictures[i].Scores = scaled
		}
	}
	scores, labels := imagesOf(pictures)
	lo, hi := slices.Min(scores), slices.Max(scores)
	if !slices.Contains(labels, 0) || !slices.Contains(labels, 1) || !(hi > lo) {
		return nil
	}
	best := bestScore(scores, labels)
	for i, s := range scores {
		pictures[i].Score = float64(aroundHalf(float32(s), float32(best), float32(hi)-float32(lo)))
	}
	return nil
}

// bestScore is the lowest score at which the F1 of the pictures is largest.
func bestScore(scores []float64, labels []int) float64 {
	thresholds := slices.Clone(scores)
	slices.Sort(thresholds)
	thresholds = slices.Compact(thresholds)
	slices.Reverse(thresholds)
	p := imagePoints(scores, labels) // a point at each of them, after the first
	best, at := 0.0, thresholds[0]
	for i, threshold := range thresholds {
		if f := 2 * p.tp[i+1] / (p.positives + p.tp[i+1] + p.fp[i+1]); f >= best {
			best, at = f, threshold
		}
	}
	return at
}

func aroundHalf(s, best, span float32) float32 {
	return min(max(float32((s-best)/span)+0.5, 0), 1)
}

// bestThreshold is the lowest score at which the F1 of all pixels is largest.
func bestThreshold(pictures []Picture) (float32, error) {
	s, err := everyScore(pictures)
	if err != nil {
		return 0, err
	}
	c := s.countAll(pictures)
	p := s.points(&c)
	best, at := 0.0, 0
	for i := range p.tp {
		if cut := s.n - i; cut%2 == 1 && p.tp[i] > 0 {
			if f := 2 * p.tp[i] / (p.positives + p.tp[i] + p.fp[i]); f >= best {
				best, at = f, cut/2
			}
		}
	}
	return score(s.rungs[at]), nil
}
