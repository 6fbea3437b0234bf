// Package metric measures detection and localisation: AUROC, average precision, best F1 and AUPRO, exactly, and under
// the conventions that published numbers were made with. A case in which a metric is undefined is a typed error, never a
// number.
//
// The exact pixel metrics rest on one fact: ROC, precision-recall and PRO curves bend only at the scores of positive
// pixels. So only those (about one in a hundred) are sorted, and every negative pixel is dropped into the gap between two
// of them.
package metric

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Why a metric is undefined.
var (
	ErrEmpty            = errors.New("no scores")
	ErrLength           = errors.New("lengths differ")
	ErrNotFinite        = errors.New("score is not finite")
	ErrOneClass         = errors.New("images of one class only: AUROC, AP and F1 need normal and anomalous ones")
	ErrNoPositivePixels = errors.New("no anomalous pixel in any mask")
	ErrNoNegativePixels = errors.New("no normal pixel in any mask")
	ErrLimit            = errors.New("AUPRO's limit of the false-positive rate must lie in (0, 1]")
)

// Scores are metrics of a ranking, as fractions.
type Scores struct {
	AUROC     float64 // area under the ROC curve, ties counted half
	AP        float64 // sum of recall steps times precision over the distinct thresholds
	F1Max     float64 // largest 2PR/(P + R + 1e-7) over the distinct thresholds
	Threshold float64 // at which F1Max is reached: score >= Threshold is anomalous
}

// Image ranks images: label 1 is anomalous, 0 normal.
func Image(scores []float64, labels []int) (Scores, error) {
	if len(scores) == 0 {
		return Scores{}, ErrEmpty
	}
	if len(scores) != len(labels) {
		return Scores{}, fmt.Errorf("%w: %d scores, %d labels", ErrLength, len(scores), len(labels))
	}
	order := make([]int, len(scores))
	for i, s := range scores {
		order[i] = i
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return Scores{}, fmt.Errorf("%w: image %d has %v", ErrNotFinite, i, s)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { // descending; -0 equals 0
		switch {
		case scores[a] > scores[b]:
			return -1
		case scores[a] < scores[b]:
			return 1
		}
		return 0
	})
	var steps []step
	for _, i := range order {
		if n := len(steps); n == 0 || steps[n-1].score != scores[i] {
			steps = append(steps, step{score: scores[i]})
		}
		at := &steps[len(steps)-1]
		if labels[i] != 0 {
			at.positives++
		} else {
			at.negatives++
		}
	}
	return rank(steps)
}

// step is one distinct score with what lies at it.
type step struct {
	score                float64
	positives, negatives int
}

// rank computes the metrics from the distinct scores in descending order.
func rank(steps []step) (Scores, error) {
	var p, n int
	for _, s := range steps {
		p, n = p+s.positives, n+s.negatives
	}
	if p == 0 || n == 0 {
		return Scores{}, ErrOneClass
	}
	var out Scores
	var tp, fp int
	var area float64
	for _, s := range steps {
		area += float64(s.negatives) * (float64(tp) + float64(s.positives)/2)
		tp, fp = tp+s.positives, fp+s.negatives
		if s.positives == 0 { // neither curve rises here
			continue
		}
		precision, recall := float64(tp)/float64(tp+fp), float64(tp)/float64(p)
		out.AP += float64(s.positives) / float64(p) * precision
		if f1 := 2 * precision * recall / (precision + recall + 1e-7); f1 > out.F1Max {
			out.F1Max, out.Threshold = f1, s.score
		}
	}
	out.AUROC = area / (float64(p) * float64(n))
	return out, nil
}
