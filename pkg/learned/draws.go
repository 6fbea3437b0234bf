package learned

import (
	"math"
	"math/rand/v2"

	"adlab/pkg/layer"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// draws are the random numbers of one training step. They follow from the seed and the number of
// the step alone. Both lie with the optimiser's state, so that a checkpoint has them, from which a
// run goes on to the same bits, and a model file has not; and they are data of the graph, so that
// one that is compiled serves every seed.
type draws struct {
	step  *Node // the step's number, from 0, a scalar
	state *Node // of the generator
}

// drawsName is the tensor that they follow from: [3], the step's number and two numbers of 24 bits
// of the seed's, which float32 holds exactly.
const drawsName = "optimizer.draws"

// seeded is that tensor before the first step.
func seeded(seed uint64) map[string]layer.Array {
	rng := rand.New(rand.NewPCG(seed, 0xd4a))
	part := func() float32 { return float32(rng.Uint32() >> 8) }
	return map[string]layer.Array{drawsName: {Shape: []int{3}, Data: []float32{0, part(), part()}}}
}

// newDraws begins a step, and counts it. The store has what seeded gives.
func newDraws(store *model.Store, g *Graph) *draws {
	v := store.GetVariable(layer.Path(drawsName))
	now := v.NodeValue(g)
	v.SetNodeValue(Add(now, Const(g, []float32{1, 0, 0})))
	// bits of a first draw are the state of all others, so that those of neighbouring steps have
	// nothing in common
	_, state := RNGStateSplit(ConvertDType(now, dtypes.Uint64))
	return &draws{step: Reshape(Slice(now, AxisElem(0))), state: state}
}

// uniform draws from 0 to below 1.
func (d *draws) uniform(dims ...int) (x *Node) {
	d.state, x = RandomUniform(d.state, shapes.Make(dtypes.Float32, dims...))
	return x
}

// normal draws from a standard normal, by Box and Muller. GoMLX's takes the logarithm of zero where
// a backend flushes the smallest numbers; that of 1 - u is finite.
func (d *draws) normal(dims ...int) *Node {
	length := Sqrt(MulScalar(Log(OneMinus(d.uniform(dims...))), -2))
	return StopGradient(Mul(length, Cos(MulScalar(d.uniform(dims...), 2*math.Pi))))
}

// dropout sets a share of the values to zero and enlarges the others by as much. Outside of
// training, where d is nil, x stays as it is.
func (d *draws) dropout(x *Node, share float64) *Node {
	if d == nil || share == 0 {
		return x
	}
	kept := GreaterOrEqual(d.uniform(x.Shape().Dimensions...),
		Scalar(x.Graph(), x.DType(), share))
	return DivScalar(Mul(x, ConvertDType(kept, x.DType())), 1-share)
}
