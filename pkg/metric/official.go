package metric

import "fmt"

// bins of INP-Former's official evaluation, and its thresholds.
const bins = 200

// Histogram are pixel metrics as INP-Former's official evaluation prints them: 200 equal bins
// between the smallest and the largest score plus an overflow bin that counts the largest once
// more; AUROC and AP are trapezoids through the 201 edges (so AP is not average precision), AUPRO
// takes nothing left of the smallest false-positive rate. F1Max is exact. Source:
// pkg/inpformer/SPEC.md 12a.
func Histogram(maps [][]float32, masks [][]uint8, width int) (PixelScores, error) {
	out, err := Pixel(maps, masks, width)
	if err != nil {
		return PixelScores{}, err
	}
	p, err := pointsOf(maps, masks, width, 8, doubled(bins))
	if err != nil {
		return PixelScores{}, err
	}
	out.AUROC, _ = rocArea(p) // pointsOf has refused what is not defined
	out.AP, _ = precisionTrapezoids(p)
	out.AUPRO, _ = overlap(Limit)(p)
	return out, nil
}

// Curves are the histogram convention's at the 201 bin edges, lowest threshold first.
type Curves struct{ FPR, TPR, Precision, PRO []float64 }

// HistogramCurves counts the histograms; the binning is done in float32, as the official evaluation
// does it. Maps, masks and errors are those of Pixel, and ErrRange.
func HistogramCurves(maps [][]float32, masks [][]uint8, width int) (c Curves, err error) {
	p, err := pointsOf(maps, masks, width, 8, doubled(bins))
	if err != nil {
		return Curves{}, err
	}
	for k := bins; k >= 0; k-- { // never nothing at all: the overflow bin holds the largest score
		c.FPR, c.TPR = append(c.FPR, p.fp[k]/p.negatives), append(c.TPR, p.tp[k]/p.positives)
		c.Precision, c.PRO = append(c.Precision, p.precision(k)), append(c.PRO, p.pro[k]/p.regions)
	}
	return c, nil
}

// ThresholdAUPRO is AUPRO as the older, commented-out path of the official evaluation computes it:
// 200 thresholds, points below a false-positive rate of 0.3 only, that rate divided by the largest
// kept, no interpolation at the limit. It is lower where few thresholds fall below the limit.
// Source: pkg/inpformer/SPEC.md 12b.
func ThresholdAUPRO(maps [][]float32, masks [][]uint8, width int) (float64, error) {
	return thresholdAUPRO(maps, masks, width, 8)
}

func thresholdAUPRO(maps [][]float32, masks [][]uint8, width, connectivity int) (float64, error) {
	p, err := pointsOf(maps, masks, width, connectivity, func(pictures []Picture) (steps, error) {
		lo, hi := ends(pictures)
		delta := (hi - lo) / bins
		thresholds := make([]float64, bins)
		for k := range thresholds {
			// the conversion keeps the product from being fused into the sum
			thresholds[k] = float64(lo + float32(float32(k)*delta))
		}
		return above(thresholds), nil
	})
	if err != nil {
		return 0, err
	}
	var x, y []float64 // the curve from the highest threshold down
	for k := range p.fp {
		if rate := p.fp[k] / p.negatives; rate < Limit {
			x, y = append(x, rate), append(y, p.pro[k]/p.regions)
		}
	}
	if len(x) < 2 || x[len(x)-1] == 0 {
		return 0, fmt.Errorf("%w: %d below it", ErrFewThresholds, len(x))
	}
	area := 0.0
	for k := 1; k < len(x); k++ {
		area += (x[k] - x[k-1]) / x[len(x)-1] * (y[k] + y[k-1]) / 2
	}
	return area, nil
}

// MultiADSAUPRO is AUPRO as MultiADS's official evaluation computes it: thresholds from the
// smallest score in steps of a two-hundredth of the range, added up in float64 from float32
// numbers; points below a false-positive rate of 0.3 only, those rates stretched to 0..1. Fewer
// than two points give 0. Source: pkg/multiads/SPEC.md 13a.
func MultiADSAUPRO(maps [][]float32, masks [][]uint8, width int) (float64, error) {
	p, err := pointsOf(maps, masks, width, 8, func(pictures []Picture) (steps, error) {
		lo, hi := ends(pictures)
		if !((hi-lo)/bins > 0) {
			return above(nil), nil
		}
		return above(spaced(lo, hi, bins)), nil
	})
	if err != nil || len(p.fp) == 0 {
		return 0, err
	}
	return overlapStretched(Limit)(p)
}

// pointsOf are the points of a convention over maps with their masks, which must have anomalous
// and normal pixels; regions have that connectivity.
func pointsOf(maps [][]float32, masks [][]uint8, width, connectivity int, lay laying) (points,
	error) {
	if len(maps) != len(masks) {
		return points{}, fmt.Errorf("%w: %d maps, %d masks", ErrLength, len(maps), len(masks))
	}
	if len(maps) == 0 {
		return points{}, ErrEmpty
	}
	pictures := make([]Picture, len(maps))
	pixels := NewPixels(width)
	for m, scores := range maps {
		if err := pixels.check(m, scores, masks[m]); err != nil {
			return points{}, err
		}
		pixels.height = len(scores) / width
		pictures[m] = Picture{W: width, H: pixels.height, Scores: scores, Mask: masks[m],
			Regions: regionsOf(masks[m], width, connectivity)}
	}
	s, laid := lay(pictures)
	if laid != nil { // which matters only where there is a curve
		s = above(nil)
	}
	c := s.countAll(pictures)
	p := s.points(&c)
	if err := p.hasRegions(); err != nil {
		return points{}, err
	}
	return p, laid
}
