package metric

import (
	"fmt"
	"math"
	"slices"
)

// TypeScores are the metrics of multi-type segmentation over all pixels of a product. Undefined
// values are NaN.
type TypeScores struct {
	// of each column, the normal state first: one column against all others; F1 of the largest
	// column
	AUROC, AP, F1 []float64
	// Macro means: AUROC and AP over the columns that have pixels, F1 over those that are there in
	// truth or answer.
	MacroAUROC, MacroAP, MacroF1 float64
	Confusion                    [][]int // pixels by true and answered column
}

// MultiType measures typed maps: maps[m] holds columns values a pixel, truth[m] the pixel's column.
// The answer is the largest column, the first on a tie. Source: pkg/multiads/SPEC.md 12.
func MultiType(maps [][]float32, truth [][]uint8, columns int) (TypeScores, error) {
	if len(maps) != len(truth) {
		return TypeScores{}, fmt.Errorf("%w: %d maps, %d masks", ErrLength, len(maps), len(truth))
	}
	if len(maps) == 0 || columns < 2 {
		return TypeScores{}, ErrEmpty
	}
	s := TypeScores{Confusion: make([][]int, columns)}
	for c := range s.Confusion {
		s.Confusion[c] = make([]int, columns)
	}
	for m, values := range maps {
		if len(values) != columns*len(truth[m]) {
			return TypeScores{}, fmt.Errorf("%w: map %d has %d values, expected %d columns of %d "+
				"pixels", ErrLength, m, len(values), columns, len(truth[m]))
		}
		for i, t := range truth[m] {
			if int(t) >= columns {
				return TypeScores{}, fmt.Errorf("map %d, pixel %d: expected a column below %d, "+
					"got %d", m, i, columns, t)
			}
			best := 0
			for c := range columns {
				v := values[i*columns+c]
				if v-v != 0 {
					return TypeScores{}, fmt.Errorf("%w: map %d, pixel %d, column %d has %v",
						ErrNotFinite, m, i, c, v)
				}
				if v > values[i*columns+best] {
					best = c
				}
			}
			s.Confusion[t][best]++
		}
	}
	var auroc, ap, f1 []float64
	for c := range columns {
		r, ok := oneAgainstRest(maps, truth, columns, c)
		if !ok {
			r.AUROC, r.AP = math.NaN(), math.NaN()
		} else {
			auroc, ap = append(auroc, r.AUROC), append(ap, r.AP)
		}
		true_, answered := 0, 0
		for k := range columns {
			true_, answered = true_+s.Confusion[c][k], answered+s.Confusion[k][c]
		}
		f := 0.0
		if true_+answered > 0 {
			f = 2 * float64(s.Confusion[c][c]) / float64(true_+answered)
			f1 = append(f1, f)
		}
		s.AUROC, s.AP, s.F1 = append(s.AUROC, r.AUROC), append(s.AP, r.AP), append(s.F1, f)
	}
	s.MacroAUROC, s.MacroAP, s.MacroF1 = average(auroc), average(ap), average(f1)
	return s, nil
}

// oneAgainstRest ranks the pixels by one column; false where all or none of them belong to it.
func oneAgainstRest(maps [][]float32, truth [][]uint8, columns, c int) (Scores, bool) {
	var positives []uint32
	pixels := 0
	for m, t := range truth {
		pixels += len(t)
		for i, k := range t {
			if int(k) == c {
				positives = append(positives, key(maps[m][i*columns+c]))
			}
		}
	}
	if len(positives) == 0 || len(positives) == pixels {
		return Scores{}, false
	}
	slices.Sort(positives)
	l := newLadder(slices.Compact(slices.Clone(positives)))
	gaps := make([]int, l.gaps())
	for m, t := range truth {
		for i, k := range t {
			if int(k) != c {
				gaps[l.slot(key(maps[m][i*columns+c]))]++
			}
		}
	}
	r := ranking{positives: len(positives), negatives: pixels - len(positives)}
	at := len(positives)
	for i := len(l.rungs) - 1; i >= 0; i-- {
		r.step(0, 0, gaps[2*i+2])
		from := at
		for at > 0 && positives[at-1] == l.rungs[i] {
			at--
		}
		r.step(float64(score(l.rungs[i])), from-at, gaps[2*i+1])
	}
	r.step(0, 0, gaps[0])
	return r.scores(), true
}

func average(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs)) // NaN for none
}
