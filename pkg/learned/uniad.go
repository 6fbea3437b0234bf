package learned

import (
	"fmt"
	"math"

	"adlab/pkg/detector"
	"adlab/pkg/layer"
	"adlab/pkg/setting"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/nn"
)

// UniADSettings are UniAD's own.
type UniADSettings struct {
	// Noise is the scale of the feature jittering: a token's noise has that many times its norm,
	// divided by its channels, as deviation; the paper's 20.
	Noise  float64
	Blocks int // of encoder and decoder each; 0 for the paper's 4, or 2 in a run of stated steps
}

// Validate satisfies detector.Settings.
func (s UniADSettings) Validate(detector.Common) error {
	switch {
	case !(s.Noise >= 0) || math.IsInf(s.Noise, 1):
		return setting.Errorf("Noise", "expected a scale of the jittering of 0 or more, got %g",
			s.Noise)
	case s.Blocks < 0:
		return setting.Errorf("Blocks", "expected at least 1 block, got %d", s.Blocks)
	}
	return nil
}

// uniad is You et al., "A Unified Model for Multi-class Anomaly Detection" (NeurIPS 2022). From the
// paper are: the levels side by side, brought to 256 channels; a transformer whose attention leaves
// out each token's 7 × 7 neighbourhood, so that a token cannot be copied from where it is; a
// decoder with a learned query in every layer, which looks at the encoder's output first and then
// at the layer before; feature jittering in training; the mean squared error as loss, and a token's
// Euclidean error as its distance; 8 heads and norms behind; AdamW with decay 1e-4, gradients cut
// at 0.1.
//
// Adapted are: tokens are standardised first; neighbourhoods are smaller on grids so small that a
// token would have nothing left to look at; queries, keys and values have no bias; the MLP has
// GELU; no dropout inside; all weights drawn alike; AdamW with AMSGrad, of steps no longer than
// StableAdamW's; an image's score, which is the largest of averages of 16 × 16 pixels in the
// paper. The paper trains 1,000 epochs at 1e-4, which a run without stated steps does.
type uniad struct {
	shape
	blocks int
	jitter float64
}

const (
	uniadWidth = 256
	uniadHeads = 8
	// how far the neighbourhood that attention leaves out reaches from a token
	uniadReach = 3
)

func newUniAD(s shape, j detector.Job, _ int) (network, error) {
	own := j.Settings.(UniADSettings)
	n := uniad{shape: s, blocks: own.Blocks, jitter: own.Noise}
	if n.blocks == 0 {
		n.blocks = depth(j.Common, 4)
	}
	return n, nil
}

// weights satisfies network.
func (n uniad) weights() weights {
	w, c := weights{}, uniadWidth
	w.linear("input", n.groups*n.width, c)
	w["position"] = []int{n.tokens(), c}
	attend := func(name string) {
		for _, part := range []string{".q", ".k", ".v"} {
			w[name+part] = []int{c, c}
		}
		w.linear(name+".proj", c, c)
	}
	// a model file keeps the names that begin with "encoder." for encoders
	for i := range n.blocks {
		block := fmt.Sprintf("encode.%d", i)
		attend(block + ".attn")
		w.mlp(block+".mlp", c)
		w.norm(block+".norm1", c)
		w.norm(block+".norm2", c)
		block = fmt.Sprintf("decode.%d", i)
		w[block+".query"] = []int{n.tokens(), c}
		attend(block + ".memory")
		attend(block + ".before")
		w.mlp(block+".mlp", c)
		for _, norm := range []string{".norm1", ".norm2", ".norm3"} {
			w.norm(block+norm, c)
		}
	}
	w.linear("output", c, n.groups*n.width)
	return w
}

// forward gives the standardised tokens side by side and their reconstruction, [B, N, G·C] each; d
// is nil outside of training.
func (n uniad) forward(scope *model.Scope, taps []*Node, d *draws) (target, output *Node) {
	target = beside(taps)
	x := layer.Linear(scope.At("input"), n.jittered(target, d), uniadWidth) // [B, N, 256]
	g := x.Graph()
	table := func(scope *model.Scope, name string) *Node { // [B, N, 256]
		t := layer.Param(scope, g, name, n.tokens(), uniadWidth)
		return BroadcastToDims(ExpandAxes(t, 0), x.Shape().Dimensions...)
	}
	position := table(scope, "position")
	mask := Reshape(Const(g, farApart(n.grid, uniadReach)), 1, 1, n.tokens(), n.tokens())
	attend := func(scope *model.Scope, q, kv *Node) *Node {
		return attendTo(scope, Add(q, position), Add(kv, position), kv, mask)
	}
	norm := func(scope *model.Scope, i int, x *Node) *Node {
		return layer.LayerNorm(scope.At("norm%d", i), x, epsilon)
	}
	for i := range n.blocks {
		s := scope.At("encode").At("%d", i)
		x = norm(s, 1, Add(x, attend(s.At("attn"), x, x)))
		x = norm(s, 2, Add(x, layer.MLP(s.At("mlp"), x)))
	}
	memory := x
	for i := range n.blocks {
		s := scope.At("decode").At("%d", i)
		q := table(s, "query")
		q = norm(s, 1, Add(q, attend(s.At("memory"), q, memory)))
		q = norm(s, 2, Add(q, attend(s.At("before"), q, x)))
		x = norm(s, 3, Add(q, layer.MLP(s.At("mlp"), q)))
	}
	return target, layer.Linear(scope.At("output"), x, n.groups*n.width)
}

// jittered adds to tokens x [B, N, K] noise in proportion to their norms.
func (n uniad) jittered(x *Node, d *draws) *Node {
	if d == nil || n.jitter == 0 {
		return x
	}
	dims := x.Shape().Dimensions
	norm := Sqrt(ReduceAndKeep(Square(x), ReduceSum, -1)) // [B, N, 1]
	scale := MulScalar(norm, n.jitter/float64(dims[2]))
	return Add(x, Mul(d.normal(dims...), scale))
}

// hidden is far below every logit.
const hidden = -1e9

// farApart is what is added to the logit of each token of a grid looking at each: hidden where both
// row and column are at most reach apart, itself included, else 0: [N, N]. The reach is less on a
// grid where a token would have nothing left; on one of a single token it looks at itself.
func farApart(grid, reach int) [][]float32 {
	reach = min(reach, grid/2-1)
	mask := make([][]float32, grid*grid)
	for i := range mask {
		mask[i] = make([]float32, grid*grid)
		for j := range mask[i] {
			rows, columns := i/grid-j/grid, i%grid-j%grid
			if max(rows, -rows, columns, -columns) <= reach {
				mask[i][j] = hidden
			}
		}
	}
	return mask
}

// attendTo is attention with several heads, q, k and v [B, N, C], with a mask [1, 1, N, N] added to
// its logits: [B, N, C].
func attendTo(scope *model.Scope, q, k, v, mask *Node) *Node {
	c := q.Shape().Dimensions[2]
	part := func(name string, x *Node) *Node { // [B, heads, N, d]
		w := layer.Param(scope, x.Graph(), name, c, c)
		return layer.Heads(nn.Dense(x, w, nil, compute.DenseLayoutOutputsInput), uniadHeads)
	}
	y, _ := attention.Core(part("q", q), part("k", k), part("v", v), attention.LayoutBHSD,
		attention.CoreOptions{AttentionMask: mask, DisableFusion: true})
	return layer.Linear(scope.At("proj"), layer.MergeHeads(y), c)
}

// loss satisfies network.
func (n uniad) loss(scope *model.Scope, taps []*Node, d *draws) *Node {
	target, output := n.forward(scope, taps, d)
	return ReduceAllMean(Square(Sub(output, target)))
}

// distances satisfies network.
func (n uniad) distances(scope *model.Scope, taps []*Node) *Node {
	target, output := n.forward(scope, taps, nil)
	return Sqrt(ReduceSum(Square(Sub(output, target)), -1))
}
