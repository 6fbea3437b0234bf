package baseline

import (
	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// unitLength brings the last axis to length 1.
func unitLength(x *Node) *Node { return Div(x, MaxScalar(L2Norm(x, -1), 1e-8)) }

// highestAround is the highest cosine of each token [B, grid², levels·C], of unit length a level,
// to those of pictures [B, K, grid², levels·C] at most r steps from its place, the mean over the
// levels: [B, grid²].
//
// The window slides over the tokens, not over the pictures, which are many: at each of their places
// stand the tokens around it, and what is found goes back to these.
func highestAround(x, found *Node, grid, levels, r int) *Node {
	d := found.Shape().Dimensions
	b, k, n, c := d[0], d[1], d[2], d[3]/levels
	around := windows(Reshape(x, b, grid, grid, levels*c), r, 0)
	cosines := Einsum("bwnlc,bknlc->bnlwk",
		Reshape(Stack(around, 1), b, len(around), n, levels, c), Reshape(found, b, k, n, levels, c))
	best := Reshape(ReduceMax(cosines, -1), b, grid, grid, levels*len(around))
	var highest *Node // [B, grid, grid, levels]
	for i, back := range windows(best, r, -2) {
		from := len(around) - 1 - i // the opposite step
		at := Reshape(back, b, grid, grid, levels, len(around))
		v := Squeeze(Slice(at, AxisRange(), AxisRange(), AxisRange(), AxisRange(), AxisElem(from)),
			-1)
		if highest == nil {
			highest = v
		} else {
			highest = Max(highest, v)
		}
	}
	return Reshape(ReduceMean(highest, -1), b, n)
}

// windows are x [B, grid, grid, C] as seen from up to r steps above and to the left, row by row,
// to as many below and to the right: (2r+1)² of its shape. Beyond the edge is outside.
func windows(x *Node, r int, outside float64) (all []*Node) {
	grid := x.Shape().Dimensions[1]
	rim := compute.PadAxis{Start: r, End: r}
	wide := Pad(x, Scalar(x.Graph(), x.DType(), outside), padNone, rim, rim, padNone)
	for dy := range 2*r + 1 {
		for dx := range 2*r + 1 {
			all = append(all, Slice(wide, AxisRange(), AxisRange(dy, dy+grid),
				AxisRange(dx, dx+grid), AxisRange()))
		}
	}
	return all
}
