package baseline

import (
	"context"

	"adlab/pkg/encoder"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// How a foreground is told. The middle is what is at least a fifth of the side from the edge, as in
// AnomalyDINO.
const (
	rimShare    = 0.2
	leastMiddle = 0.35 // what an object fills of the middle at least
	mostRim     = 0.35 // what an object fills of the outermost tokens at most
	powerRounds = 32   // of power iteration
)

// middleOf tells which tokens of a grid are in its middle, rimOf which are outermost: 1 or 0, row
// by row.
func middleOf(grid int) []float32 {
	from := int(rimShare * float64(grid))
	return tokensWhere(grid, func(i int) bool { return i >= from && i < grid-from }, true)
}

func rimOf(grid int) []float32 {
	return tokensWhere(grid, func(i int) bool { return i == 0 || i == grid-1 }, false)
}

// tokensWhere marks the tokens where both row and column are so, or either is.
func tokensWhere(grid int, so func(i int) bool, both bool) []float32 {
	out := make([]float32, grid*grid)
	for i := range out {
		row, column := so(i/grid), so(i%grid)
		if row && column || !both && (row || column) {
			out[i] = 1
		}
	}
	return out
}

// foreground tells which tokens [B, N, C] lie on an object: 1, else 0, [B, N]. The first principal
// component of a picture's tokens parts them at their mean, and the object is on the side that has
// more of the middle; a token beside the object counts as well. A picture whose object would not
// fill the middle, or would fill the rim, shows a texture, and all of it counts.
func foreground(x *Node, grid int) *Node {
	g := x.Graph()
	share := func(on *Node, of []float32) *Node { // [B, N] to [B, 1]
		w := ExpandAxes(Const(g, of), 0)
		return DivScalar(ReduceAndKeep(Mul(on, w), ReduceSum, 1), max(1, sumOf(of)))
	}
	on := ConvertDType(IsPositive(component(x, middleOf(grid))), x.DType())
	object := LogicalAnd(GreaterThan(share(on, middleOf(grid)), Const(g, float32(leastMiddle))),
		LessThan(share(on, rimOf(grid)), Const(g, float32(mostRim))))
	wide := Squeeze(neighbourhoods(ExpandAxes(on, -1), grid), -1)
	wide = ConvertDType(IsPositive(wide), x.DType())
	return Where(BroadcastToDims(object, wide.Shape().Dimensions...), wide, OnesLike(wide))
}

// component are the coordinates of tokens [B, N, C] of each picture along its first principal
// component, up to a factor, [B, N]; of both directions it is the one along which the marked tokens
// are farther. Power iteration begins with the mark, which decides the direction: the product with
// it stays positive.
func component(x *Node, mark []float32) *Node {
	x = Sub(x, ReduceAndKeep(x, ReduceMean, 1))
	start, mean := make([]float32, len(mark)), sumOf(mark)/float32(len(mark))
	for i, v := range mark {
		start[i] = v - mean
	}
	b, n := x.Shape().Dimensions[0], len(mark)
	u := BroadcastToDims(ExpandAxes(Const(x.Graph(), start), 0), b, n)
	for range powerRounds {
		u = Einsum("bc,bnc->bn", Einsum("bn,bnc->bc", u, x), x)
		u = Div(u, MaxScalar(L2Norm(u, -1), 1e-12))
	}
	return u
}

func sumOf(xs []float32) (sum float32) {
	for _, x := range xs {
		sum += x
	}
	return sum
}

// foregroundPlaces are the places of the images' tokens that lie on an object, in ascending order,
// as takeTokens takes them. graph makes tokens [B, N, C] of features [B, groups, N, C].
func foregroundPlaces(ctx context.Context, backend compute.Backend, f *encoder.Features, grid int,
	graph func(*Node) *Node) (places []int, err error) {
	exec, err := NewExec(backend, func(features *Node) *Node {
		return foreground(graph(features), grid)
	})
	if err != nil {
		return nil, err
	}
	for at := range f.Len {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		out, err := exec.Call1(f.Batch([]int{at}))
		if err != nil {
			return nil, err
		}
		for n, on := range tensors.MustCopyFlatData[float32](out) {
			if on > 0 {
				places = append(places, at*f.Tokens+n)
			}
		}
		out.FinalizeAll()
	}
	return places, nil
}
