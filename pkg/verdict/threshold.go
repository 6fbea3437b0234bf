// Package verdict makes of anomaly scores an answer: OK or NG. Its functions are pure: scores in,
// thresholds, p-values, intervals and regions out.
//
// A threshold promises a rate of false alarms for new normal pictures, whatever the distribution of
// scores, by split conformal prediction (Vovk, Gammerman, Shafer: Algorithmic Learning in a Random
// World, 2005; Angelopoulos, Bates: arXiv 2107.07511): if the scores of n held-out normal pictures
// and that of a new one are exchangeable, the new one is the m-th largest of all n+1, or larger,
// with a probability of at most m/(n+1).
package verdict

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// The answers.
const (
	OK = "OK"
	NG = "NG" // no good
)

// Answer is NG or OK.
func Answer(ng bool) string {
	if ng {
		return NG
	}
	return OK
}

// Why there is no threshold.
var (
	ErrNone      = errors.New("no held-out normal picture: a threshold needs at least one")
	ErrNotFinite = errors.New("score is not finite")
	ErrRate      = errors.New("a rate of false alarms lies between 0 and 1")
)

// Threshold tells OK from NG: a score above Value is NG.
type Threshold struct {
	Value float64 `json:"value"`
	Asked float64 `json:"asked"` // rate of false alarms that was asked for
	// Rate is promised: on new normal pictures at most this share is NG, on average over
	// calibrations. It is above Asked where there are fewer than Needed normals.
	Rate    float64 `json:"rate"`
	Normals int     `json:"normals"` // held-out normals that it comes from
	Needed  int     `json:"needed"`  // the fewest with which Asked can be promised
}

// Conformal is the smallest threshold that promises the rate on the scores of held-out normals: the
// ceil((n+1)(1-rate))-th smallest of them, or the largest where there are too few. Same scores in
// any order, same threshold.
func Conformal(scores []float64, rate float64) (Threshold, error) {
	if !(rate > 0 && rate < 1) {
		return Threshold{}, fmt.Errorf("%w, got %g", ErrRate, rate)
	}
	if len(scores) == 0 {
		return Threshold{}, ErrNone
	}
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return Threshold{}, fmt.Errorf("%w: picture %d has %v", ErrNotFinite, i, s)
		}
	}
	n := len(scores)
	m := max(1, allowed(n, rate))
	return Threshold{Value: slices.Sorted(slices.Values(scores))[n-m], Asked: rate,
		Rate: float64(m) / float64(n+1), Normals: n, Needed: Needed(rate)}, nil
}

// allowed is how many of n+1 exchangeable scores may be the m-th largest or larger.
func allowed(n int, rate float64) int {
	return int(math.Floor(rate*float64(n+1) + 1e-9)) // 0.07·100 is 7, whatever its last bit
}

// Needed is the fewest held-out normals with which a rate can be promised: ceil(1/rate) - 1.
func Needed(rate float64) int { return int(math.Ceil(1/rate-1e-9)) - 1 }

// Promised tells whether the rate that was asked for is promised.
func (t Threshold) Promised() bool { return t.Normals >= t.Needed }

// NG tells whether a score is called anomalous.
func (t Threshold) NG(score float64) bool { return !(score <= t.Value) } // NaN is never OK

// Interval is where the rate of false alarms of this one threshold lies at that level of confidence
// (0..1), if scores have no ties: it is distributed as Beta(m, n+1-m) over calibrations (Vovk 2012,
// arXiv 1209.2673).
func (t Threshold) Interval(level float64) (low, high float64) {
	m := math.Round(t.Rate * float64(t.Normals+1))
	b := distuv.Beta{Alpha: m, Beta: float64(t.Normals+1) - m}
	return b.Quantile((1 - level) / 2), b.Quantile((1 + level) / 2)
}

// PValue is the share of held-out normals, the picture itself counted among them, that score as
// high as it or higher: (1 + #{s >= score}) / (n+1). sorted is ascending. It is at most the
// promised rate exactly where the score is above the threshold.
func PValue(sorted []float64, score float64) float64 {
	below, _ := slices.BinarySearch(sorted, score)
	return float64(1+len(sorted)-below) / float64(len(sorted)+1)
}
