package metric

import (
	"math"
)

// bins of INP-Former's official evaluation.
const bins = 200

// Histogram are pixel metrics as INP-Former's official evaluation prints them: 200 equal bins between the smallest and
// the largest score plus an overflow bin that counts the largest once more; AUROC and AP are trapezoids through the 201
// edges (so AP is not average precision), AUPRO takes nothing left of the smallest false-positive rate. F1Max is exact.
func Histogram(maps [][]float32, masks [][]uint8, side int) (PixelScores, error) {
	out, err := Pixel(maps, masks, side)
	if err != nil {
		return out, err
	}
	c := HistogramCurves(maps, masks, side)
	out.AUROC, out.AP, out.AUPRO = 0, 0, 0
	for k := bins; k > 0; k-- { // from the highest threshold down
		out.AUROC += (c.FPR[k-1] - c.FPR[k]) * (c.TPR[k] + c.TPR[k-1]) / 2
		out.AP += (c.TPR[k-1] - c.TPR[k]) * (c.Precision[k] + c.Precision[k-1]) / 2
	}
	pro := curve{limit: Limit, x: c.FPR[bins], y: c.PRO[bins]}
	for k := bins - 1; k >= 0; k-- {
		pro.to(c.FPR[k], c.PRO[k])
	}
	out.AUPRO = pro.area / Limit
	return out, nil
}

// Curves are the histogram convention's at the 201 bin edges, lowest threshold first.
type Curves struct{ FPR, TPR, Precision, PRO []float64 }

// HistogramCurves counts the histograms; the binning is done in float32, as the official evaluation does it.
func HistogramCurves(maps [][]float32, masks [][]uint8, side int) Curves {
	lo, hi := extremes(maps)
	var positives, negatives, weighted [bins + 1]float64
	for m, scores := range maps {
		labels, areas := Regions(masks[m], side, 8)
		for i, s := range scores {
			count := func(b int) {
				if labels[i] == 0 {
					negatives[b]++
					return
				}
				positives[b]++
				weighted[b] += 1 / float64(areas[labels[i]-1])
			}
			b := 0
			if hi > lo {
				b = int((s - lo) * bins / (hi - lo))
			}
			count(min(b, bins-1))
			if s >= hi {
				count(bins)
			}
		}
	}
	var c Curves
	tp, fp, pro := sum(positives[:]), sum(negatives[:]), sum(weighted[:])
	allP, allN, allPRO := tp, fp, pro
	for k := range bins + 1 {
		precision := 1.0
		if tp+fp > 0 {
			precision = tp / (tp + fp)
		}
		c.FPR, c.TPR = append(c.FPR, fp/allN), append(c.TPR, tp/allP)
		c.Precision, c.PRO = append(c.Precision, precision), append(c.PRO, pro/allPRO)
		tp, fp, pro = tp-positives[k], fp-negatives[k], pro-weighted[k]
	}
	return c
}

// ThresholdAUPRO is AUPRO as the older, commented-out path of the official evaluation computes it: 200 thresholds, points
// below a false-positive rate of 0.3 only, that rate divided by the largest kept, no interpolation at the limit. It is
// lower where few thresholds fall below the limit.
func ThresholdAUPRO(maps [][]float32, masks [][]uint8, side int) (float64, error) {
	if _, err := Pixel(maps, masks, side); err != nil {
		return 0, err
	}
	lo, hi := extremes(maps)
	type point struct{ fpr, pro float64 }
	var points []point
	delta := (hi - lo) / bins
	var regions [][]int32
	var areas [][]int
	for _, mask := range masks {
		l, a := Regions(mask, side, 8)
		regions, areas = append(regions, l), append(areas, a)
	}
	for k := range bins {
		threshold := lo + float32(k)*delta
		var fp, n, pro, count float64
		for m, scores := range maps {
			hits := make([]float64, len(areas[m]))
			for i, s := range scores {
				label := regions[m][i]
				if label == 0 {
					n++
				}
				if s > threshold {
					if label == 0 {
						fp++
					} else {
						hits[label-1]++
					}
				}
			}
			for r, h := range hits {
				pro += h / float64(areas[m][r])
				count++
			}
		}
		points = append(points, point{fp / n, pro / count})
	}
	largest := 0.0
	for _, p := range points {
		if p.fpr < Limit {
			largest = math.Max(largest, p.fpr)
		}
	}
	area, last := 0.0, -1
	for k, p := range points { // thresholds ascend, so rates descend
		if p.fpr >= Limit {
			continue
		}
		if last >= 0 {
			area += (points[last].fpr - p.fpr) / largest * (points[last].pro + p.pro) / 2
		}
		last = k
	}
	return area, nil
}

func extremes(maps [][]float32) (lo, hi float32) {
	lo, hi = maps[0][0], maps[0][0]
	for _, scores := range maps {
		for _, s := range scores {
			lo, hi = min(lo, s), max(hi, s)
		}
	}
	return lo, hi
}

func sum(xs []float64) (total float64) {
	for _, x := range xs {
		total += x
	}
	return total
}
