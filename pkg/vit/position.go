package vit

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// Position resizes a stored position table [1, 1+n², C] to a grid of rows by columns, [1,
// 1+rows·columns, C]: bicubic (a = -0.75) without anti-aliasing, by the rule's scale. The class row
// is kept; rows = columns = n leaves the table as it is. pkg/inpformer/SPEC.md 3a.
func Position(table *Node, n, rows, columns int, rule Positions) *Node {
	if rows == n && columns == n {
		return table
	}
	g, c := table.Graph(), table.Shape().Dimensions[2]
	grid := Reshape(Slice(table, AxisRange(), AxisRangeToEnd(1)), n, n, c)
	down, across := Const(g, BicubicWeights(n, rows, rule)), Const(g, BicubicWeights(n, columns,
		rule)) // [rows, n], [columns, n]
	grid = Einsum("jw,iwc->ijc", across, Einsum("ih,hwc->iwc", down, grid))
	return Concatenate([]*Node{Slice(table, AxisRange(), AxisRange(0, 1)),
		Reshape(grid, 1, rows*columns, c)}, 1)
}

// BicubicWeights is the [s][n] matrix that resizes one axis of a position grid from n to s. Output
// i samples u = (i + 0.5)·n/(s + 0.1) - 0.5, or without the 0.1 by sizes; taps beyond the edge are
// clamped to it.
func BicubicWeights(n, s int, rule Positions) [][]float32 {
	const a = -0.75
	near := func(x float64) float64 { return ((a+2)*x-(a+3))*x*x + 1 }
	far := func(x float64) float64 { return ((a*x-5*a)*x+8*a)*x - 4*a }
	size := float64(s) + 0.1
	if rule == BySizes {
		size = float64(s)
	}
	weights := make([][]float32, s)
	for i := range weights {
		weights[i] = make([]float32, n)
		u := (float64(i)+0.5)*float64(n)/size - 0.5
		floor := math.Floor(u)
		t := u - floor
		for k, w := range []float64{far(t + 1), near(t), near(1 - t), far(2 - t)} {
			j := min(max(int(floor)-1+k, 0), n-1)
			weights[i][j] += float32(w)
		}
	}
	return weights
}

// theta is the base of DINOv3's angles.
const theta = 100

// rotation gives cosine and sine, [1, 1, rows·columns, d] each, of the angles by which the queries
// and keys of a grid's patches are turned. A patch's place is that of its middle, from -1 to 1
// along each axis; of a head's d channels the first quarter turns with the row at periods
// theta^(4i/d), the second with the column, and the second half as the first.
func rotation(g *Graph, rows, columns, d int) (cos, sin *Node) {
	quarter := d / 4
	c, s := make([]float32, rows*columns*d), make([]float32, rows*columns*d)
	for i := range rows {
		for j := range columns {
			place := [2]float64{2*(float64(i)+0.5)/float64(rows) - 1,
				2*(float64(j)+0.5)/float64(columns) - 1}
			for k := range d {
				along, at := place[k%(2*quarter)/quarter], k%quarter
				angle := 2 * math.Pi * along / math.Pow(theta, float64(4*at)/float64(d))
				c[(i*columns+j)*d+k] = float32(math.Cos(angle))
				s[(i*columns+j)*d+k] = float32(math.Sin(angle))
			}
		}
	}
	shaped := func(values []float32) *Node {
		return Reshape(Const(g, values), 1, 1, rows*columns, d)
	}
	return shaped(c), shaped(s)
}

// turned turns the patches of queries or keys [B, h, T, d]; the tokens before them stay.
func turned(x *Node, cfg Config, rows, columns int) *Node {
	d, before := x.Shape().Dimensions[3], 1+cfg.Registers
	cos, sin := rotation(x.Graph(), rows, columns, d)
	patches := Slice(x, AxisRange(), AxisRange(), AxisRangeToEnd(before))
	halves := Split(patches, -1, 2)
	across := Concatenate([]*Node{Neg(halves[1]), halves[0]}, -1)
	return Concatenate([]*Node{Slice(x, AxisRange(), AxisRange(), AxisRange(0, before)),
		Add(Mul(patches, cos), Mul(across, sin))}, 2)
}
