package vit

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// Position resizes a stored position table [1, 1+n², C] to a grid of side s, [1, 1+s², C], as
// DINOv2's official code does: bicubic (a = -0.75) without anti-aliasing, sampled with a scale of
// (s + 0.1)/n. The class row is kept; s = n leaves the table as it is. pkg/inpformer/SPEC.md 3a.
func Position(table *Node, n, s int) *Node {
	if n == s {
		return table
	}
	g, c := table.Graph(), table.Shape().Dimensions[2]
	grid := Reshape(Slice(table, AxisRange(), AxisRangeToEnd(1)), n, n, c)
	w := Const(g, BicubicWeights(n, s)) // [s, n]
	grid = Einsum("jw,iwc->ijc", w, Einsum("ih,hwc->iwc", w, grid))
	return Concatenate([]*Node{Slice(table, AxisRange(), AxisRange(0, 1)),
		Reshape(grid, 1, s*s, c)}, 1)
}

// BicubicWeights is the [s][n] matrix that resizes one axis of a position grid from n to s. Output
// i samples u = (i + 0.5)·n/(s + 0.1) - 0.5, taps beyond the edge are clamped to it.
func BicubicWeights(n, s int) [][]float32 {
	const a = -0.75
	near := func(x float64) float64 { return ((a+2)*x-(a+3))*x*x + 1 }
	far := func(x float64) float64 { return ((a*x-5*a)*x+8*a)*x - 4*a }
	weights := make([][]float32, s)
	for i := range weights {
		weights[i] = make([]float32, n)
		u := (float64(i)+0.5)*float64(n)/(float64(s)+0.1) - 0.5
		floor := math.Floor(u)
		t := u - floor
		for k, w := range []float64{far(t + 1), near(t), near(1 - t), far(2 - t)} {
			j := min(max(int(floor)-1+k, 0), n-1)
			weights[i][j] += float32(w)
		}
	}
	return weights
}
