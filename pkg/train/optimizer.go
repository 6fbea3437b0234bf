package train

import (
	"math"

	"adlab/pkg/layer"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// StableAdamW is AdamW with AMSGrad whose step is shortened, tensor by tensor, where the update's
// root mean square exceeds Threshold. The zero value is not valid: start from NewStableAdamW.
// pkg/inpformer/SPEC.md 8a.
type StableAdamW struct {
	Beta1, Beta2 float64
	Epsilon      float64
	WeightDecay  float64 // also on norms, biases and prototypes
	Threshold    float64 // of the root mean square of g/den
	AMSGrad      bool
}

// NewStableAdamW has INP-Former's settings.
func NewStableAdamW() StableAdamW {
	return StableAdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-10, WeightDecay: 1e-4, Threshold: 1,
		AMSGrad: true}
}

// Scalars are the numbers of one step that depend on its learning rate and its number, [3] float32:
// 1 - lr·decay, lr/(1 - β₁ᵗ) and √(1 - β₂ᵗ). They are computed in float64 outside the graph, so
// that one compiled graph serves every step. The step t counts from 1.
func (o StableAdamW) Scalars(lr float64, t int) []float32 {
	return []float32{
		float32(1 - lr*o.WeightDecay),
		float32(lr / (1 - math.Pow(o.Beta1, float64(t)))),
		float32(math.Sqrt(1 - math.Pow(o.Beta2, float64(t)))),
	}
}

// Update builds one step for the parameter p with gradient grad, with Scalars as a node, and stores
// the new values. Its state lives at /optimizer/NAME/{exp_avg, exp_avg_sq, max_exp_avg_sq}.
func (o StableAdamW) Update(store *model.Store, p *model.Variable, grad, scalars *Node) {
	g := grad.Graph()
	decay, step, correction := scalar(scalars, 0), scalar(scalars, 1), scalar(scalars, 2)
	moments := layer.At(store.RootScope(), "optimizer."+layer.Name(p.Path()))
	state := func(name string) *model.Variable {
		return moments.WithInitializer(zeros).VariableWithShape(name, p.Shape()).SetTrainable(false)
	}
	first, second := state("exp_avg"), state("exp_avg_sq")

	m := Add(MulScalar(first.NodeValue(g), o.Beta1), MulScalar(grad, 1-o.Beta1))
	v := Add(MulScalar(second.NodeValue(g), o.Beta2), MulScalar(Square(grad), 1-o.Beta2))
	first.SetNodeValue(m)
	second.SetNodeValue(v)
	if o.AMSGrad { // the maximum is taken before the bias correction
		largest := state("max_exp_avg_sq")
		v = Max(largest.NodeValue(g), v)
		largest.SetNodeValue(v)
	}
	den := AddScalar(Div(Sqrt(v), correction), o.Epsilon)
	rms := Sqrt(ReduceAllMean(Square(Div(grad, den))))
	step = Div(step, MaxScalar(DivScalar(rms, o.Threshold), 1))
	p.SetNodeValue(Sub(Mul(p.NodeValue(g), decay), Mul(step, Div(m, den))))
}

// ClipGlobalNorm scales all gradients together by min(1, limit/(norm + 1e-6)) and gives their
// common Euclidean norm. INP-Former's limit is 0.1: pkg/inpformer/SPEC.md 8.
func ClipGlobalNorm(grads []*Node, limit float64) (clipped []*Node, norm *Node) {
	var sum *Node
	for _, grad := range grads {
		square := ReduceAllSum(Square(grad))
		if sum == nil {
			sum = square
		} else {
			sum = Add(sum, square)
		}
	}
	norm = Sqrt(sum)
	factor := MinScalar(Div(Scalar(norm.Graph(), norm.DType(), limit), AddScalar(norm, 1e-6)), 1)
	for _, grad := range grads {
		clipped = append(clipped, Mul(grad, factor))
	}
	return clipped, norm
}

func scalar(x *Node, i int) *Node { return Reshape(Slice(x, AxisElem(i))) }

func zeros(g *Graph, shape shapes.Shape) *Node { return Zeros(g, shape) }

// NewAdam is plain Adam: StableAdamW without decay, without AMSGrad, and with steps of any length.
// MultiADS uses it with 0.5 and 0.999: pkg/multiads/SPEC.md 8.
func NewAdam(beta1, beta2 float64) StableAdamW {
	return StableAdamW{Beta1: beta1, Beta2: beta2, Epsilon: 1e-8, Threshold: math.Inf(1)}
}
