package detector

import (
	"container/heap"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
)

// The post-processing of INP-Former's official evaluation fixes these, here for every detector.
const (
	MapSide  = 256  // pixels per side of the map that is scored
	TopRatio = 0.01 // share of the map's pixels whose mean is the image score
)

// PostProcess enlarges token distances [B, grid²] to the crop (bilinear, corners aligned), resizes
// to MapSide (bilinear, corners not aligned, no anti-aliasing) and blurs (Gaussian, zero padding):
// [B, MapSide, MapSide]. pkg/inpformer/SPEC.md 9b.
func PostProcess(distance *Node, grid, crop int) *Node {
	a := Reshape(distance, distance.Shape().Dimensions[0], grid, grid)
	return Separable(a, Aligned(grid, crop), Resize(crop, MapSide), Blur(MapSide))
}

// TopMean is the image score: the mean of the largest floor(TopRatio·n) values of a map of n
// pixels, at least one. pkg/inpformer/SPEC.md 9c.
func TopMean(scoreMap []float32) float64 {
	k := max(1, int(TopRatio*float64(len(scoreMap))))
	top := largest(slices.Clone(scoreMap[:k]))
	heap.Init(&top)
	for _, x := range scoreMap[k:] {
		if x > top[0] {
			top[0] = x
			heap.Fix(&top, 0)
		}
	}
	slices.Sort(top) // one order of summation
	sum := 0.0
	for _, x := range top {
		sum += float64(x)
	}
	return sum / float64(k)
}

// largest is a heap with the smallest of the largest values on top.
type largest []float32

func (h largest) Len() int           { return len(h) }
func (h largest) Less(i, j int) bool { return h[i] < h[j] }
func (h largest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *largest) Push(any)          {}
func (h *largest) Pop() any          { return nil }
