// Package pretrain holds what the trainings of the small encoders share. Those that ship with adlab
// are made from scratch: pictures with free licences (package pictures), brought by pinned digests,
// and teachers, for a vision transformer (package vision); then sentences (package sentence) and
// drawn pictures for a vision-language pair (package pair). No test image of any benchmark is among
// the pictures.
package pretrain

import . "github.com/gomlx/gomlx/core/graph"

// Normalised brings pixels [B, H, W, 3], float32 in 0..255, to what a network expects: in 0..1,
// less its mean, as parts of its deviation.
func Normalised(pixels *Node, mean, std [3]float32) *Node {
	g := pixels.Graph()
	row := func(v [3]float32) *Node { return Reshape(Const(g, v[:]), 1, 1, 1, 3) }
	return Div(Sub(DivScalar(pixels, 255), row(mean)), row(std))
}

// Product is the inner product of two vectors of one length, summed in float64.
func Product(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
