package learned

import (
	"fmt"

	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/setting"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// DinomalySettings are Dinomaly's own.
type DinomalySettings struct {
	Noise    float64 // dropout of the bottleneck, from 0 to below 1; the paper's 0.2
	Recentre bool    // take each image's mean token away from its tokens, level by level
	Blocks   int     // of the decoder; 0 for the paper's 8, or 2 in a run of stated steps
}

// Validate satisfies detector.Settings.
func (s DinomalySettings) Validate(detector.Common) error {
	switch {
	case !(s.Noise >= 0 && s.Noise < 1):
		return setting.Errorf("Noise", "expected a share of the bottleneck to drop from 0 to "+
			"below 1, got %g", s.Noise)
	case s.Blocks < 0 || s.Blocks%2 != 0:
		return setting.Errorf("Blocks", "expected an even number of decoder blocks, got %d",
			s.Blocks)
	}
	return nil
}

// dinomaly is Guo et al., "Dinomaly: The Less Is More Philosophy in Multi-Class Unsupervised
// Anomaly Detection" (CVPR 2025). From the paper are: a noisy bottleneck, an MLP with dropout, on
// the mean of all levels; a decoder of blocks with linear attention, which cannot look at one place
// and so cannot copy; two groups of levels, each reconstructed as a mean, the last blocks giving
// the shallow one; a loose loss, 1 - cos of each group as one vector, in whose gradient the tokens
// that are reconstructed well already are a tenth (all but the hardest tenth, a share that grows
// from none); the map, which is the mean over the groups of 1 - cos at each place; StableAdamW with
// decay 1e-4, gradients cut at 0.1. Recentring is of its successor (Dinomaly2, 2025).
//
// Adapted are: the levels of each group, which are the encoder's, and the weight of the groups in
// the bottleneck's mean, which is the same for each; where dropout stands, after the activation and
// at the end; recentring, which takes the mean token away where the successor takes the class
// token, for encoders here give none; the weights' first draw. The paper trains 10,000 steps of 16
// at 2e-3 with the share growing over 1,000, which a run without stated steps does; in a shorter
// one it grows over a tenth of the steps.
type dinomaly struct {
	shape
	heads, blocks int
	dropped       float64
	recentre      bool
	growth        float64 // steps over which the share of easy tokens grows
}

// The share of the tokens that count as easy, and what is left of their gradient.
const (
	easyTokens   = 0.9
	easyGradient = 0.1
)

func newDinomaly(s shape, j detector.Job, steps int) (network, error) {
	own := j.Settings.(DinomalySettings)
	n := dinomaly{shape: s, heads: headsOf(s.width), blocks: own.Blocks, dropped: own.Noise,
		recentre: own.Recentre, growth: float64(max(1, min(1000, steps/10)))}
	if n.blocks == 0 {
		n.blocks = depth(j.Common, 8)
	}
	if n.blocks%s.groups != 0 {
		return nil, setting.Errorf("Blocks", "expected a number of decoder blocks divisible by "+
			"the encoder's %d groups, got %d", s.groups, n.blocks)
	}
	return n, nil
}

// weights satisfies network.
func (n dinomaly) weights() weights {
	w, c := weights{}, n.width
	w.mlp("bottleneck", c)
	for i := range n.blocks {
		block := fmt.Sprintf("decoder.%d", i)
		w.norm(block+".norm1", c)
		w.linear(block+".attn.qkv", c, 3*c)
		w.linear(block+".attn.proj", c, c)
		w.norm(block+".norm2", c)
		w.mlp(block+".mlp", c)
	}
	return w
}

// forward gives targets and their reconstructions, [B, N, C] a group; d is nil outside of training.
func (n dinomaly) forward(scope *model.Scope, taps []*Node, d *draws) (targets, outputs []*Node) {
	for _, t := range taps {
		if n.recentre {
			t = Sub(t, ReduceAndKeep(t, ReduceMean, 1))
		}
		targets = append(targets, t)
	}
	x := noisyMLP(scope.At("bottleneck"), encoder.Mean(targets), d, n.dropped) // [B, N, C]
	var blocks []*Node
	for i := range n.blocks {
		x = n.block(scope.At("decoder").At("%d", i), x)
		blocks = append(blocks, x)
	}
	per := n.blocks / n.groups
	for g := range targets { // the last blocks reconstruct the shallowest levels
		end := n.blocks - g*per
		outputs = append(outputs, encoder.Mean(blocks[end-per:end]))
	}
	return targets, outputs
}

// noisyMLP is layer.MLP with dropout of that share: [B, N, C] to the same.
func noisyMLP(scope *model.Scope, x *Node, d *draws, share float64) *Node {
	dim := x.Shape().Dimensions[2]
	x = d.dropout(layer.GELU(layer.Linear(scope.At("fc1"), x, 4*dim)), share)
	return d.dropout(layer.Linear(scope.At("fc2"), x, dim), share)
}

// block is one of the decoder's: [B, N, C] to the same.
func (n dinomaly) block(scope *model.Scope, x *Node) *Node {
	c, attn := n.width, scope.At("attn")
	qkv := Split(layer.Linear(attn.At("qkv"), layer.LayerNorm(scope.At("norm1"), x, epsilon), 3*c),
		-1, 3)
	y := linearAttention(positive(layer.Heads(qkv[0], n.heads)),
		positive(layer.Heads(qkv[1], n.heads)), layer.Heads(qkv[2], n.heads))
	x = Add(x, layer.Linear(attn.At("proj"), layer.MergeHeads(y), c))
	return Add(x, layer.MLP(scope.At("mlp"), layer.LayerNorm(scope.At("norm2"), x, epsilon)))
}

// positive is elu(x) + 1, above zero.
func positive(x *Node) *Node { return Add(layer.ReLU(x), Exp(MinScalar(x, 0))) }

// linearAttention weighs the values by products of positive queries and keys, divided by their sum:
// q·(kᵀ·v) / (q·Σk), [B, heads, N, d] each. The products of keys and values come first, so that the
// work grows with N, not with its square (Katharopoulos et al., 2020).
func linearAttention(q, k, v *Node) *Node {
	sum := MaxScalar(Einsum("bhnd,bhd->bhn", q, ReduceSum(k, 2)), 1e-12)
	return Div(Einsum("bhnd,bhde->bhne", q, Einsum("bhnd,bhne->bhde", k, v)), ExpandAxes(sum, -1))
}

// loss satisfies network.
func (n dinomaly) loss(scope *model.Scope, taps []*Node, d *draws) *Node {
	targets, outputs := n.forward(scope, taps, d)
	share := MinScalar(MulScalar(d.step, easyTokens/n.growth), easyTokens)
	losses := make([]*Node, n.groups)
	for g := range targets {
		losses[g] = looseLoss(targets[g], outputs[g], share)
	}
	return encoder.Mean(losses)
}

// looseLoss is the image distance of targets and outputs [B, N, C], in whose gradient the share of
// the tokens that are nearest to their targets, of all images together, is a tenth.
func looseLoss(target, output, share *Node) *Node {
	target = StopGradient(target)
	distance := StopGradient(cosineDistance(target, output)) // [B, N]
	hard := ConvertDType(GreaterOrEqual(distance, hardest(distance, share)), distance.DType())
	w := AddScalar(MulScalar(hard, 1-easyGradient), easyGradient)
	return imageDistance(target, weighed(output, ExpandAxes(w, -1)))
}

// hardest is the smallest of the distances that are left where the share of the smallest is taken
// away: at least the largest is left.
func hardest(distance, share *Node) *Node {
	n := distance.Shape().Size()
	left := MaxScalar(Floor(MulScalar(OneMinus(share), float64(n))), 1)
	at := ConvertDType(AddScalar(Neg(left), float64(n)), dtypes.Int32)
	return Gather(Sort(Reshape(distance, n), 0, true), Reshape(at, 1))
}

// distances satisfies network.
func (n dinomaly) distances(scope *model.Scope, taps []*Node) *Node {
	return cosineDistances(n.forward(scope, taps, nil))
}
