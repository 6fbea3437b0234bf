package verdict

import (
	"math/rand/v2"
	"slices"

	"adlab/pkg/metric"

	"gonum.org/v1/gonum/stat"
)

// Interval is a number with what it is between at Level of confidence.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Level is the level of confidence of all intervals that are shown.
const Level = 0.95

// Told is how well normal and bad pictures are told apart, with intervals from a bootstrap that
// draws pictures of each kind anew.
type Told struct {
	AUROC Interval `json:"auroc"`
	AP    Interval `json:"ap"` // average precision
	// F1 is the largest, reached at Best: a score of at least Best is NG
	F1   Interval `json:"f1"`
	Best float64  `json:"best"`
	ROC  []Band   `json:"roc"` // the share of bad found by the share of false alarms
	PR   []Band   `json:"pr"`  // precision by the share of bad found
}

// Band is a point of a curve with its interval.
type Band struct {
	X float64 `json:"x"`
	Interval
}

// points is the number of points of a curve's band, and resamples that of the bootstrap's samples.
const points, resamples = 51, 500

// Tell measures how well scores of normal and of bad pictures are told apart. Both are at least
// one; scores must be finite.
func Tell(normal, bad []float64, seed uint64) (Told, error) {
	at, err := measure(normal, bad)
	if err != nil {
		return Told{}, err
	}
	out := Told{Best: at.scores.Threshold}
	rng := rand.New(rand.NewPCG(seed, 0xb007))
	some := make([]measured, resamples)
	for i := range some {
		if some[i], err = measure(draw(rng, normal), draw(rng, bad)); err != nil {
			return Told{}, err
		}
	}
	of := func(pick func(measured) float64) Interval {
		all := make([]float64, len(some))
		for i, m := range some {
			all[i] = pick(m)
		}
		slices.Sort(all)
		return Interval{pick(at), stat.Quantile((1-Level)/2, stat.Empirical, all, nil),
			stat.Quantile((1+Level)/2, stat.Empirical, all, nil)}
	}
	out.AUROC = of(func(m measured) float64 { return m.scores.AUROC })
	out.AP = of(func(m measured) float64 { return m.scores.AP })
	out.F1 = of(func(m measured) float64 { return m.scores.F1Max })
	for i := range points {
		x := float64(i) / (points - 1)
		out.ROC = append(out.ROC, Band{x, of(func(m measured) float64 { return m.roc[i] })})
		out.PR = append(out.PR, Band{x, of(func(m measured) float64 { return m.pr[i] })})
	}
	return out, nil
}

// measured are the scores of a sample, and its curves on a grid of points.
type measured struct {
	scores  metric.Scores
	roc, pr [points]float64
}

// draw is a bootstrap sample.
func draw(rng *rand.Rand, of []float64) []float64 {
	out := make([]float64, len(of))
	for i := range out {
		out[i] = of[rng.IntN(len(of))]
	}
	return out
}

func measure(normal, bad []float64) (m measured, err error) {
	labels := make([]int, len(normal)+len(bad))
	for i := range bad {
		labels[len(normal)+i] = 1
	}
	if m.scores, err = metric.Image(slices.Concat(normal, bad), labels); err != nil {
		return m, err
	}
	n, b := slices.Sorted(slices.Values(normal)), slices.Sorted(slices.Values(bad))
	above := func(sorted []float64, s float64) float64 { // share of scores >= s
		i, _ := slices.BinarySearch(sorted, s)
		return float64(len(sorted)-i) / float64(len(sorted))
	}
	// from the highest threshold down: the best recall at each rate of false alarms, the best
	// precision at each recall or beyond
	for _, s := range slices.Backward(slices.Compact(slices.Sorted(slices.Values(slices.Concat(n,
		b))))) {
		fpr, recall := above(n, s), above(b, s)
		precision := recall * float64(len(b)) /
			(recall*float64(len(b)) + fpr*float64(len(n)))
		for i := range points {
			x := float64(i) / (points - 1)
			if fpr <= x+1e-12 {
				m.roc[i] = max(m.roc[i], recall)
			}
			if recall >= x-1e-12 && recall > 0 {
				m.pr[i] = max(m.pr[i], precision)
			}
		}
	}
	return m, nil
}
