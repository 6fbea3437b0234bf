package prompted

import (
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
)

// Windows are the unit means of patches [B, N, D] over every window of k × k of them, one patch
// apart: [B, (G-k+1)², D]. A window is no wider than the grid.
func Windows(patches *Node, k int) *Node {
	b, d, grid := patches.Shape().Dimensions[0], patches.Shape().Dimensions[2], gridOf(patches)
	cover, count := covering(grid, k)
	w := DivScalar(Const(patches.Graph(), cover), float64(min(k, grid))) // [G, m]
	x := Einsum("hi,bhwd->biwd", w, Reshape(patches, b, grid, grid, d))
	x = Reshape(Einsum("wj,biwd->bijd", w, x), b, count*count, d)
	return layer.Normalize(x, 1e-12)
}

// Spread gives each of G² patches the harmonic mean of the windows of k × k that it lies in: values
// [B, (G-k+1)²], not negative, to [B, G²]. Source: WinCLIP, section 4.2.
func Spread(values *Node, k, grid int) *Node {
	cover, count := covering(grid, k)
	w := Const(values.Graph(), cover) // [G, m]
	both := func(x *Node) *Node {
		return Einsum("bhj,wj->bhw", Einsum("bij,hi->bhj", x, w), w)
	}
	x := Reshape(inverse(values), values.Shape().Dimensions[0], count, count)
	return Reshape(Div(both(OnesLike(x)), both(x)), x.Shape().Dimensions[0], grid*grid)
}

// Harmonic is the harmonic mean of values of one shape, none negative.
func Harmonic(values ...*Node) *Node {
	sum := inverse(values[0])
	for _, v := range values[1:] {
		sum = Add(sum, inverse(v))
	}
	return MulScalar(Inverse(sum), float64(len(values)))
}

// inverse is 1/x; what is smaller than a millionth counts as that.
func inverse(x *Node) *Node { return Inverse(MaxScalar(x, 1e-6)) }

// covering tells which of the windows of k patches along a side of grid patches, count of them, a
// patch lies in: [grid, count] of ones and zeros.
func covering(grid, k int) (cover [][]float32, count int) {
	k = min(k, grid)
	count = grid - k + 1
	for i := range grid {
		row := make([]float32, count)
		for window := range row {
			if window <= i && i < window+k {
				row[window] = 1
			}
		}
		cover = append(cover, row)
	}
	return cover, count
}
