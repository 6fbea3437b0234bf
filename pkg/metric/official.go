package metric

import (
	"fmt"
	"math"
	"sort"
)

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
	c, err := HistogramCurves(maps, masks, width)
	if err != nil {
		return PixelScores{}, err
	}
	out.AUROC, out.AP = 0, 0
	pro := curve{limit: Limit, x: c.FPR[bins], y: c.PRO[bins]}
	for k := bins - 1; k >= 0; k-- { // from the highest threshold down
		out.AUROC += (c.FPR[k] - c.FPR[k+1]) * (c.TPR[k+1] + c.TPR[k]) / 2
		out.AP += (c.TPR[k] - c.TPR[k+1]) * (c.Precision[k+1] + c.Precision[k]) / 2
		pro.to(c.FPR[k], c.PRO[k])
	}
	out.AUPRO = pro.area / Limit
	return out, nil
}

// Curves are the histogram convention's at the 201 bin edges, lowest threshold first.
type Curves struct{ FPR, TPR, Precision, PRO []float64 }

// HistogramCurves counts the histograms; the binning is done in float32, as the official evaluation
// does it. Maps, masks and errors are those of Pixel, and ErrRange.
func HistogramCurves(maps [][]float32, masks [][]uint8, width int) (Curves, error) {
	t, err := tallyOf(maps, masks, width, 8)
	if err != nil {
		return Curves{}, err
	}
	span := t.hi - t.lo
	if !(span > 0 && span <= math.MaxFloat32/bins) {
		return Curves{}, fmt.Errorf("%w: from %v to %v", ErrRange, t.lo, t.hi)
	}
	h := t.histogram(maps, bins+1, func(s float32, count func(bin int)) {
		count(min(int((s-t.lo)*bins/span), bins-1))
		if s >= t.hi {
			count(bins)
		}
	})
	var tp, fp, pro float64
	for k := range bins + 1 {
		tp, fp, pro = tp+h.tp[k], fp+h.fp[k], pro+h.pro[k]
	}
	var c Curves
	allTP, allFP, allPRO := tp, fp, pro
	for k := range bins + 1 { // never nothing at all: the overflow bin holds the largest score
		c.FPR, c.TPR = append(c.FPR, fp/allFP), append(c.TPR, tp/allTP)
		c.Precision, c.PRO = append(c.Precision, tp/(tp+fp)), append(c.PRO, pro/allPRO)
		tp, fp, pro = tp-h.tp[k], fp-h.fp[k], pro-h.pro[k]
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
	t, err := tallyOf(maps, masks, width, connectivity)
	if err != nil {
		return 0, err
	}
	var thresholds [bins]float32
	delta := (t.hi - t.lo) / bins
	for k := range thresholds {
		// the conversion keeps the product from being fused into the sum
		thresholds[k] = t.lo + float32(float32(k)*delta)
	}
	// bin k: above exactly k thresholds
	h := t.histogram(maps, bins+1, func(s float32, count func(bin int)) {
		count(sort.Search(bins, func(k int) bool { return s <= thresholds[k] }))
	})
	var x, y []float64 // the curve from the highest threshold down
	fp, pro := 0.0, 0.0
	for k := bins; k > 0; k-- {
		fp, pro = fp+h.fp[k], pro+h.pro[k]
		if rate := fp / t.negatives; rate < Limit {
			x, y = append(x, rate), append(y, pro/t.regions)
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

// tally is what both conventions count over.
type tally struct {
	lo, hi             float32
	labels             [][]int32
	areas              [][]int
	negatives, regions float64
}

func tallyOf(maps [][]float32, masks [][]uint8, width, connectivity int) (tally, error) {
	if len(maps) != len(masks) {
		return tally{}, fmt.Errorf("%w: %d maps, %d masks", ErrLength, len(maps), len(masks))
	}
	if len(maps) == 0 {
		return tally{}, ErrEmpty
	}
	t := tally{lo: math.MaxFloat32, hi: -math.MaxFloat32}
	pixels := NewPixels(width)
	for m, scores := range maps {
		if err := pixels.check(m, scores, masks[m]); err != nil {
			return tally{}, err
		}
		pixels.height = len(scores) / width
		labels, areas := Regions(masks[m], width, connectivity)
		t.labels, t.areas = append(t.labels, labels), append(t.areas, areas)
		t.regions += float64(len(areas))
		for i, s := range scores {
			t.lo, t.hi = min(t.lo, s), max(t.hi, s)
			if labels[i] == 0 {
				t.negatives++
			}
		}
	}
	switch {
	case t.regions == 0:
		return tally{}, ErrNoPositivePixels
	case t.negatives == 0:
		return tally{}, ErrNoNegativePixels
	}
	return t, nil
}

// histograms hold the positives, the negatives, and the positives weighted by 1/(area of their
// region).
type histograms struct{ tp, fp, pro []float64 }

// histogram counts every pixel into the bins that bin names.
func (t *tally) histogram(maps [][]float32, n int,
	bin func(score float32, count func(bin int))) histograms {
	h := histograms{make([]float64, n), make([]float64, n), make([]float64, n)}
	for m, scores := range maps {
		for i, s := range scores {
			label := t.labels[m][i]
			bin(s, func(b int) {
				if label == 0 {
					h.fp[b]++
					return
				}
				h.tp[b]++
				h.pro[b] += 1 / float64(t.areas[m][label-1])
			})
		}
	}
	return h
}

// MultiADSAUPRO is AUPRO as MultiADS's official evaluation computes it: thresholds from the
// smallest score in steps of a two-hundredth of the range, added up in float64 from float32
// numbers; points below a false-positive rate of 0.3 only, those rates stretched to 0..1. Fewer
// than two points give 0. Source: pkg/multiads/SPEC.md 13a.
func MultiADSAUPRO(maps [][]float32, masks [][]uint8, width int) (float64, error) {
	t, err := tallyOf(maps, masks, width, 8)
	if err != nil {
		return 0, err
	}
	span := t.hi - t.lo
	delta := span / bins
	if !(delta > 0) {
		return 0, nil
	}
	step := float64(float32(t.lo+delta)) - float64(t.lo)
	thresholds := make([]float64, int(math.Ceil(float64(float32(span/delta)))))
	for i := range thresholds {
		thresholds[i] = float64(t.lo) + float64(i)*step
	}
	n := len(thresholds)
	// bin k: above exactly k thresholds
	h := t.histogram(maps, n+1, func(s float32, count func(bin int)) {
		count(sort.Search(n, func(k int) bool { return float64(s) <= thresholds[k] }))
	})
	var x, y []float64
	fp, pro := 0.0, 0.0
	for k := n; k > 0; k-- {
		fp, pro = fp+h.fp[k], pro+h.pro[k]
		if rate := fp / t.negatives; rate < Limit {
			x, y = append(x, rate), append(y, pro/t.regions)
		}
	}
	if len(x) < 2 || x[len(x)-1] == x[0] {
		return 0, nil
	}
	area := 0.0
	for k := 1; k < len(x); k++ {
		area += (x[k] - x[k-1]) / (x[len(x)-1] - x[0]) * (y[k] + y[k-1]) / 2
	}
	return area, nil
}
