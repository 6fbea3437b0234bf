package metric

import (
	"cmp"
	"slices"
)

// imagesOf are the image scores and labels.
func imagesOf(pictures []Picture) (scores []float64, labels []int) {
	for _, p := range pictures {
		scores, labels = append(scores, p.Score), append(labels, p.Label)
	}
	return scores, labels
}

// imagePoints are the curves of image scores, with a point at every score; labels are 0 and 1.
func imagePoints(scores []float64, labels []int) points {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	p := points{tp: []float64{0}, fp: []float64{0}, pro: []float64{0}}
	for i, at := range order {
		if labels[at] == 1 {
			p.positives++
		} else {
			p.negatives++
		}
		if i+1 == len(order) || scores[order[i+1]] != scores[at] {
			p.tp, p.fp = append(p.tp, p.positives), append(p.fp, p.negatives)
			p.pro = append(p.pro, 0)
		}
	}
	return p
}
