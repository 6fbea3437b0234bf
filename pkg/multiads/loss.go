package multiads

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// Objective is how the losses of the taps are joined.
type Objective string

// The objectives of the paper and of the two published revisions of the code; SPEC 8c.
const (
	Sum       Objective = "sum"        // focal + dice of every tap: eq. (2) of the paper
	Mean      Objective = "mean"       // half of that, averaged over the taps: the later revision
	FocalOnly Objective = "focal_only" // for multi-type segmentation
)

// Validate says in one line that the objective is unknown.
func (o Objective) Validate() error {
	if o != Sum && o != Mean && o != FocalOnly {
		return fmt.Errorf("objective: expected %s, %s or %s, got %q", Sum, Mean, FocalOnly, o)
	}
	return nil
}

// smoothing of the focal loss's targets.
const smoothing = 1e-5

// Focal is the focal loss with γ = 2 of probabilities [B, S, S, C] against column numbers [B, S, S]
// int32, the mean over all pixels. Targets are clamped to [s/(C-1), 1-s] and s is added to the
// probability. SPEC 8a.
func Focal(p, columns *Node) *Node {
	c := p.Shape().Dimensions[p.Rank()-1]
	target := OneHot(columns, c, p.DType())
	target = ClipScalar(target, smoothing/float64(c-1), 1-smoothing)
	pt := AddScalar(ReduceSum(Mul(target, p), -1), smoothing)
	return Neg(ReduceAllMean(Mul(Square(OneMinus(pt)), Log(pt))))
}

// Dice is the dice loss of the defect types' summed probability [B, S, S] against a binary mask [B,
// S, S], the mean over the images. The mask counts five times, so that a perfect answer gives about
// -0.66. SPEC 8b.
func Dice(x, mask *Node) *Node {
	const weight = 5
	y := MulScalar(mask, weight)
	over := func(n *Node) *Node { return ReduceSum(n, 1, 2) } // [B]
	return ReduceAllMean(OneMinus(Div(AddScalar(MulScalar(over(Mul(x, y)), 2), 1),
		AddScalar(Add(over(x), over(y)), 1))))
}

// Loss joins the losses of every tap's probabilities; it gives the focal and dice losses of each,
// too. columns [B, S, S] int32 are the types, mask [B, S, S] is 1 where anomalous. SPEC 8c.
func (t *Trace) Loss(objective Objective, columns, mask *Node) (loss *Node, focal, dice []*Node) {
	var terms []*Node
	for _, p := range t.Probabilities {
		f, d := Focal(p, columns), Dice(AnomalyMap(p), mask)
		focal, dice = append(focal, f), append(dice, d)
		switch objective {
		case FocalOnly:
			terms = append(terms, f)
		case Mean:
			terms = append(terms, DivScalar(Add(f, d), float64(2*len(t.Probabilities))))
		default:
			terms = append(terms, Add(f, d))
		}
	}
	return sum(terms), focal, dice
}
