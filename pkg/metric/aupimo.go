package metric

import (
	"math"
	"slices"
)

// AUPIMO's usual settings: bounds of the false-positive rate, and thresholds.
const (
	pimoLow, pimoHigh = 1e-5, 1e-4
	pimoThresholds    = 300_000
)

// AUPIMO gives for each anomalous picture the mean share of its anomalous pixels that is found,
// where the false-positive rate on normal pictures goes from 1e-5 to 1e-4, on a logarithmic scale;
// NaN for a picture without anomalous pixels. The rate is the mean over the normal pictures, at
// 300,000 equal thresholds between their smallest and largest value; a score on a threshold is
// above it. The bounds are the nearest rates that thresholds give; where none is as low as the
// lower bound, AUPIMO is not defined. Source: Bertoldo et al., arXiv 2401.01984, and anomalib
// (Apache-2.0), metrics/pimo, which refuses 30 thresholds or fewer; here two are enough.
func AUPIMO(pictures []Picture) ([]float64, error) {
	return pimo(pictures, pimoThresholds, pimoLow, pimoHigh)
}

func pimo(pictures []Picture, n int, low, high float64) ([]float64, error) {
	var normal []Picture
	for _, p := range pictures {
		if p.Label == 0 {
			normal = append(normal, p)
		}
	}
	if len(normal) == 0 {
		return nil, ErrNoNormalPicture
	}
	lo, hi, err := extremes(normal)
	if err != nil {
		return nil, err
	}
	g := even{float64(lo), float64(hi), n}
	rates := make([]float64, n)
	for _, p := range normal {
		for k, share := range g.shares(p.Scores, nil) {
			rates[k] += share
		}
	}
	for k := range rates {
		rates[k] /= float64(len(normal))
	}
	if rates[n-1] > low {
		return nil, ErrFewRates
	}
	from, to := nearest(rates, high), nearest(rates, low)
	var at []int // thresholds from the lowest rate up
	for k := to; k >= from; k-- {
		if rates[k] > 0 {
			at = append(at, k)
		}
	}
	if len(at) < 2 {
		return nil, ErrFewRates
	}
	out := make([]float64, len(pictures))
	for i, p := range pictures {
		out[i] = math.NaN()
		if p.Label == 0 || !slices.Contains(p.Mask, 1) {
			continue
		}
		found, area := g.shares(p.Scores, p.Mask), 0.0
		for j := 1; j < len(at); j++ {
			width := math.Log(rates[at[j]]) - math.Log(rates[at[j-1]])
			area += width * (found[at[j]] + found[at[j-1]]) / 2
		}
		out[i] = min(max(area/math.Log(high/low), 0), 1)
	}
	return out, nil
}

// nearest is the first threshold whose rate is nearest to level.
func nearest(rates []float64, level float64) int {
	best := 0
	for k, rate := range rates {
		if math.Abs(rate-level) < math.Abs(rates[best]-level) {
			best = k
		}
	}
	return best
}

// even are n equal thresholds from lo to hi.
type even struct {
	lo, hi float64
	n      int
}

// at is a threshold: from the nearer end, so that both ends are met.
func (g even) at(k int) float64 {
	step := (g.hi - g.lo) / float64(g.n-1)
	if k < g.n/2 {
		return g.lo + float64(step*float64(k))
	}
	return g.hi - float64(step*float64(g.n-1-k))
}

// shares give for each threshold the share of the pixels that are at or above it: of all, or of
// those that the mask names.
func (g even) shares(scores []float32, mask []uint8) []float64 {
	out, all := make([]float64, g.n), 0.0
	for i, s := range scores {
		if mask != nil && mask[i] == 0 {
			continue
		}
		all++
		if k := g.below(float64(s)); k >= 0 {
			out[k]++
		}
	}
	for k := g.n - 2; k >= 0; k-- {
		out[k] += out[k+1]
	}
	for k := range out {
		out[k] /= all
	}
	return out
}

// below is the last threshold that a score reaches, -1 for none.
func (g even) below(s float64) int {
	if s < g.lo {
		return -1
	}
	k := g.n - 1
	if s < g.hi {
		k = min(int((s-g.lo)/(g.hi-g.lo)*float64(g.n-1)), g.n-1)
	}
	for k+1 < g.n && g.at(k+1) <= s {
		k++
	}
	for k > 0 && g.at(k) > s {
		k--
	}
	return k
}
