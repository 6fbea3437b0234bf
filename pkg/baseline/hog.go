package baseline

import (
	"math"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// HOG is the histogram of oriented gradients as an encoder, so that the nearest-neighbour detector
// can stand on it: cells of 16 pixels, nine unsigned orientations with linear interpolation between
// neighbours, blocks of 2 × 2 cells, each L2-normalised, all blocks side by side. It satisfies
// encoder.Encoder and has no weights.
type HOG struct {
	weightless
	cells bool // a token a block instead of one of all
}

const (
	hogCell, hogBins = 16, 9
	hogGrid          = side / hogCell
)

var padNone, padOne, padEnd = compute.PadAxis{}, compute.PadAxis{Start: 1, End: 1},
	compute.PadAxis{End: 1}

// NewHOG is for whole images at 224 pixels.
func NewHOG() *HOG { return &HOG{weightless: weightless{model.NewStore()}} }

// NewHOGCells is the same with every block a token of its own, for detectors that need tokens.
func NewHOGCells() *HOG { return &HOG{weightless{model.NewStore()}, true} }

// Name is "hog" or "hog-cells".
func (h *HOG) Name() string {
	if h.cells {
		return "hog-cells"
	}
	return "hog"
}

// Digest names the definition.
func (h *HOG) Digest() string {
	if h.cells {
		return "hog 224 cell 16 bins 9 blocks 2x2 token a block v1"
	}
	return "hog 224 cell 16 bins 9 blocks 2x2 whole image v3"
}

// Grid is 1: the whole image is one token, so that images are compared place by place; or 14.
func (h *HOG) Grid() int {
	if h.cells {
		return hogGrid
	}
	return 1
}

// Width is four cells of nine orientations, of 196 blocks or of one.
func (h *HOG) Width() int { return hogGrid * hogGrid / (h.Grid() * h.Grid()) * 4 * hogBins }

// Forward gives one level: [B, 224, 224, 3] to [B, 1, 7056], or [B, 196, 36].
func (h *HOG) Forward(_ *model.Scope, images *Node) []*Node {
	b := images.Shape().Dimensions[0]
	grey := ReduceMean(images, 3)
	inner := func(dy, dx int) *Node { // the picture shifted, without its border
		return Slice(grey, AxisRange(), AxisRange(1+dy, side-1+dy), AxisRange(1+dx, side-1+dx))
	}
	gx, gy := Sub(inner(0, 1), inner(0, -1)), Sub(inner(1, 0), inner(-1, 0))
	magnitude := Sqrt(Add(Square(gx), Square(gy)))
	// position on the half circle of orientations, in bins: 0..9
	angle := Atan2(gy, gx)
	angle = Where(IsNegative(angle), AddScalar(angle, math.Pi), angle)
	position := MulScalar(angle, hogBins/math.Pi)
	var cells []*Node
	for bin := range hogBins {
		d := Abs(AddScalar(position, -float64(bin)))
		d = Min(d, AddScalar(Neg(d), hogBins)) // the circle closes
		votes := Mul(magnitude, MaxScalar(OneMinus(d), 0))
		votes = Pad(votes, ScalarZero(votes.Graph(), votes.DType()), padNone, padOne, padOne)
		cells = append(cells, ReduceSum(Reshape(votes, b, hogGrid, hogCell, hogGrid, hogCell), 2,
			4))
	}
	x := Stack(cells, -1) // [B, 14, 14, 9]
	x = Pad(x, ScalarZero(x.Graph(), x.DType()), padNone, padEnd, padEnd)
	var blocks []*Node
	for dy := range 2 {
		for dx := range 2 {
			blocks = append(blocks, Slice(x, AxisRange(), AxisRange(dy, hogGrid+dy),
				AxisRange(dx, hogGrid+dx)))
		}
	}
	x = Concatenate(blocks, -1)
	x = Div(x, AddScalar(L2Norm(x, -1), 1e-3))
	return []*Node{Reshape(x, b, h.Grid()*h.Grid(), h.Width())}
}
