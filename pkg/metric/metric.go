// Package metric measures detection and localisation: AUROC, average precision, best F1 and AUPRO,
// exactly, and under the conventions that published numbers were made with (pkg/inpformer/SPEC.md
// 12, pkg/multiads/SPEC.md 13). A case in which a metric is undefined is a typed error, never a
// number.
//
// The exact pixel metrics rest on one fact: ROC, precision-recall and PRO curves bend only at the
// scores of positive pixels. So only those (about one in a hundred) are sorted, and every negative
// pixel is dropped into the gap between two of them. All that is counted is counted in integers and
// all that is summed is summed in the order of the scores, so that neither the order of the images
// nor the number of workers changes a bit of the result.
package metric

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Why a metric is undefined.
var (
	ErrEmpty     = errors.New("no scores")
	ErrLength    = errors.New("lengths differ")
	ErrLabel     = errors.New("label is neither 0 (normal) nor 1 (anomalous)")
	ErrNotFinite = errors.New("score is not finite")
	ErrOneClass  = errors.New("images of one class only: AUROC, AP and F1 need normal and " +
		"anomalous ones")
	ErrNoPositivePixels = errors.New("no anomalous pixel in any mask")
	ErrNoNegativePixels = errors.New("no normal pixel in any mask")
	ErrNoNormalPicture  = errors.New("no normal picture to take thresholds from")
	ErrOwnSize          = errors.New("no picture's own size without its mask")
	ErrNoRate           = errors.New("every threshold finds a larger share of the normal " +
		"pixels than AUPRO's limit: curves to average have no points")
	ErrFewRates = errors.New("no threshold gives a false-positive rate as low as " +
		"1e-5, or fewer than two one up to 1e-4: AUPIMO needs more normal pixels")
	ErrLimit  = errors.New("AUPRO's limit of the false-positive rate must lie in (0, 1]")
	ErrPasses = errors.New("Positives takes every map, then Negatives takes the same " +
		"maps, then come the Scores")
	ErrRange = errors.New("scores that are all equal, or more than 1.7e36 apart, have " +
		"no float32 histogram")
	ErrFewThresholds = errors.New("fewer than two of the 200 thresholds give a false-positive " +
		"rate below 0.3, or all of them give 0")
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
	if len(scores) == 0 && len(labels) == 0 {
		return Scores{}, ErrEmpty
	}
	if len(scores) != len(labels) {
		return Scores{}, fmt.Errorf("%w: %d scores, %d labels", ErrLength, len(scores), len(labels))
	}
	var r ranking
	order := make([]int, len(scores))
	for i, s := range scores {
		switch {
		case math.IsNaN(s) || math.IsInf(s, 0):
			return Scores{}, fmt.Errorf("%w: image %d has %v", ErrNotFinite, i, s)
		case labels[i] == 1:
			r.positives++
		case labels[i] == 0:
			r.negatives++
		default:
			return Scores{}, fmt.Errorf("%w: image %d has %d", ErrLabel, i, labels[i])
		}
		order[i] = i
	}
	if r.positives == 0 || r.negatives == 0 {
		return Scores{}, fmt.Errorf("%w, got %d normal and %d anomalous", ErrOneClass, r.negatives,
			r.positives)
	}
	// descending; -0 equals 0
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	for i := 0; i < len(order); {
		at, tied := scores[order[i]], [2]int{}
		for ; i < len(order) && scores[order[i]] == at; i++ {
			tied[labels[order[i]]]++
		}
		r.step(at, tied[1], tied[0])
	}
	return r.scores(), nil
}

// ranking walks the distinct scores from the highest down.
type ranking struct {
	positives, negatives int // in all
	tp, fp               int // so far
	pairs                float64
	best                 Scores
}

// step takes what lies at one score.
func (r *ranking) step(score float64, positives, negatives int) {
	r.pairs += float64(negatives) * (float64(r.tp) + float64(positives)/2)
	r.tp, r.fp = r.tp+positives, r.fp+negatives
	if positives == 0 { // recall stays and precision falls
		return
	}
	precision, recall := float64(r.tp)/float64(r.tp+r.fp), float64(r.tp)/float64(r.positives)
	r.best.AP += float64(positives) / float64(r.positives) * precision
	if f1 := 2 * precision * recall / (precision + recall + 1e-7); f1 > r.best.F1Max {
		r.best.F1Max, r.best.Threshold = f1, score
	}
}

func (r *ranking) scores() Scores {
	out := r.best
	out.AUROC = r.pairs / (float64(r.positives) * float64(r.negatives))
	return out
}
