package learned

import (
	"fmt"
	"math"

	"adlab/pkg/layer"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// epsilon of the layer norms.
const epsilon = 1e-8

// onGrid puts tokens back to their places: [B, grid², C] to [B, grid, grid, C].
func onGrid(x *Node) *Node {
	d := x.Shape().Dimensions
	side := int(math.Sqrt(float64(d[1])) + 0.5)
	return Reshape(x, d[0], side, side, d[2])
}

// inRow undoes onGrid.
func inRow(x *Node) *Node {
	d := x.Shape().Dimensions
	return Reshape(x, d[0], d[1]*d[2], d[3])
}

// convolved adds the weights of convolve.
func (w weights) convolved(name string, in, out int) { w.linear(name, 9*in, out) }

// convolve is a 3 × 3 convolution, with zeros beyond the border, as nine shifted views side by side
// and one product of matrices, which both backends run faster than a convolution of theirs: [B, h,
// w, in] to [B, h, w, out]. The weights' columns are the taps in row-major order, channels within.
func convolve(scope *model.Scope, x *Node, out int) *Node {
	h, w := x.Shape().Dimensions[1], x.Shape().Dimensions[2]
	border := compute.PadAxis{Start: 1, End: 1}
	padded := Pad(x, ScalarZero(x.Graph(), x.DType()), compute.PadAxis{}, border, border,
		compute.PadAxis{})
	var views []*Node
	for dy := range 3 {
		for dx := range 3 {
			views = append(views, Slice(padded, AxisRange(), AxisRange(dy, dy+h),
				AxisRange(dx, dx+w), AxisRange()))
		}
	}
	return layer.Linear(scope, Concatenate(views, -1), out)
}

// residuals adds the weights of residual.
func (w weights) residuals(name string, dim int) {
	for _, i := range []string{"1", "2"} {
		w.norm(name+".norm"+i, dim)
		w.convolved(name+".conv"+i, dim, dim)
	}
}

// residual is ResNet's basic block with its norms in front: [B, h, w, C] to the same.
func residual(scope *model.Scope, x *Node) *Node {
	y, dim := x, x.Shape().Dimensions[3]
	for _, i := range []string{"1", "2"} {
		y = layer.ReLU(layer.LayerNorm(scope.At("norm%s", i), y, epsilon))
		y = convolve(scope.At("conv%s", i), y, dim)
	}
	return Add(x, y)
}

// squeezed puts the pixels of each 2 × 2 square behind one another, with zeros beyond an odd
// border: [B, h, h, C] to [B, ⌈h/2⌉, ⌈h/2⌉, 4C].
func squeezed(x *Node) *Node {
	d := x.Shape().Dimensions
	b, c, half := d[0], d[3], (d[1]+1)/2
	odd := compute.PadAxis{End: d[1] % 2}
	x = Pad(x, ScalarZero(x.Graph(), x.DType()), compute.PadAxis{}, odd, odd, compute.PadAxis{})
	x = TransposeAllAxes(Reshape(x, b, half, 2, half, 2, c), 0, 1, 3, 2, 4, 5)
	return Reshape(x, b, half, half, 4*c)
}

// spread undoes squeezed, for a picture of side pixels a side: [B, ⌈side/2⌉, ⌈side/2⌉, 4C] to [B,
// side, side, C].
func spread(x *Node, side int) *Node {
	d := x.Shape().Dimensions
	b, half, c := d[0], d[1], d[3]/4
	x = TransposeAllAxes(Reshape(x, b, half, half, 2, 2, c), 0, 1, 3, 2, 4, 5)
	return Slice(Reshape(x, b, 2*half, 2*half, c), AxisRange(), AxisRange(0, side),
		AxisRange(0, side), AxisRange())
}

// bottleneck draws the taps from a quarter as many tokens, twice as wide: RD4AD's one-class
// bottleneck embedding and its decoder that runs from the deep taps to the shallow ones, on a grid
// of tokens. It is DeSTSeg's student, too.
type bottleneck struct{ shape }

// add adds its weights below a name, which ends in a dot or is empty.
func (n bottleneck) add(w weights, name string) {
	c := n.width
	w.linear(name+"fuse", n.groups*c, c)
	w.linear(name+"squeeze", 4*c, 2*c)
	w.residuals(name+"embed", 2*c)
	w.linear(name+"spread", 2*c, 4*c)
	for g := range n.groups {
		w.residuals(fmt.Sprintf("%sdecoder.%d", name, g), c)
		w.linear(fmt.Sprintf("%soutput.%d", name, g), c, c)
	}
}

// forward gives the taps again, [B, N, C] each.
func (n bottleneck) forward(scope *model.Scope, taps []*Node) (outputs []*Node) {
	c := n.width
	x := layer.Linear(scope.At("fuse"), beside(taps), c) // [B, N, C]
	// [B, h, h, 2C] with h half the grid
	x = layer.Linear(scope.At("squeeze"), squeezed(onGrid(x)), 2*c)
	x = residual(scope.At("embed"), x)
	x = spread(layer.Linear(scope.At("spread"), x, 4*c), n.grid) // [B, grid, grid, C]
	outputs = make([]*Node, n.groups)
	for g := n.groups - 1; g >= 0; g-- {
		x = residual(scope.At("decoder").At("%d", g), x)
		outputs[g] = layer.Linear(scope.At("output").At("%d", g), inRow(x), c)
	}
	return outputs
}
