// Package inpformer is INP-Former (Luo et al., CVPR 2025): a reconstruction of an image's tokens by
// a decoder that sees nothing but a handful of prototypes of normality drawn from that same image.
// What is not normal has no prototype, is reconstructed badly, and shows.
//
// SPEC.md says what the paper states and what only its code does, formula by formula; comments cite
// it. Read in this order: inpformer.go (the method: forward pass, losses, maps), config.go (the
// switches), init.go, detector.go, distance.go (zero-shot), augment.go (few-shot); cost.go and
// timing.go measure.
//
// Notation: B images, N = Grid² patch tokens, C = Width channels, h heads of d = C/h channels, M
// prototypes (INPs).
package inpformer

import (
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/model"
)

// Epsilon of the extractor's and the decoder's layer norms (the encoder has its own).
const Epsilon = 1e-8

// Trace is the forward pass with every intermediate by name, for losses, maps, figures and tests
// alike. The numbers are formulas of SPEC.md.
type Trace struct {
	Fused *Node // F [B, N, C]: mean of all tapped levels (4a)
	// A [B, h, M, N]: where each INP looks; nil when the prototypes are not from the image (4b)
	Attention *Node
	// [B, M, C]: the projected attention output before the residual; nil likewise
	AttentionTo *Node
	INPs        *Node   // P [B, M, C]; nil for the self-attention ablation (4c)
	Bottleneck  *Node   // [B, N, C]
	Decoder     []*Node // [B, N, C], one a block, in execution order (6c)
	DecoderAttn []*Node // A [B, h, N, M], one a block (6a)
	Target      []*Node // E_g [B, N, C], one a group: means of encoder levels (6d)
	Output      []*Node // R_g [B, N, C], one a group: means of decoder blocks (6d)
}

// Forward runs the trainable part on the groups of encoder levels: targets [B, N, C], one a group,
// each the mean of sizes[g] levels. SPEC 4 and 6.
func Forward(scope *model.Scope, cfg Config, targets []*Node, sizes []int) *Trace {
	t := &Trace{Target: targets}
	t.Fused = fuse(targets, sizes)
	t.extract(scope, cfg)

	x := layer.MLP(layer.At(scope, "bottleneck.0"), t.Fused) // [B, N, C]
	t.Bottleneck = x
	for i := range cfg.Blocks {
		keys := t.INPs
		if cfg.Prototypes == SelfAttention {
			keys = x
		}
		var attn *Node
		x, attn = decoderBlock(scope.At("decoder").At("%d", i), cfg, x, keys)
		t.Decoder, t.DecoderAttn = append(t.Decoder, x), append(t.DecoderAttn, attn)
	}

	// (6d) The last blocks reconstruct the shallowest levels: group g takes them from the end.
	per := cfg.Blocks / len(targets)
	for g := range targets {
		end := cfg.Blocks - g*per
		t.Output = append(t.Output, encoder.Mean(t.Decoder[end-per:end]))
	}
	return t
}

// fuse is the mean over all levels, F, from the means of the groups: each group weighs as many
// levels as it has. SPEC 4a; the paper sums.
func fuse(targets []*Node, sizes []int) *Node {
	total := 0
	for _, n := range sizes {
		total += n
	}
	var f *Node
	for g, target := range targets {
		part := MulScalar(target, float64(sizes[g])/float64(total))
		if f == nil {
			f = part
		} else {
			f = Add(f, part)
		}
	}
	return f
}

// extract is the INP Extractor: it draws the prototypes of each image from its own tokens by cross
// attention with a learned table. SPEC 4b, 4c.
func (t *Trace) extract(scope *model.Scope, cfg Config) {
	if cfg.Prototypes == SelfAttention {
		return
	}
	b, c, f := t.Fused.Shape().Dimensions[0], cfg.Width, t.Fused
	// [B, M, C]
	table := BroadcastToDims(ExpandAxes(layer.Param(scope, f.Graph(), "prototype_token", cfg.INPs,
		c), 0), b, cfg.INPs, c)
	if cfg.Prototypes == FromTable {
		t.INPs = table
		return
	}
	block := layer.At(scope, "aggregation.0")
	// [B, M, C]
	q := layer.Linear(layer.At(block, "attn.q"), layer.LayerNorm(block.At("norm1"), table, Epsilon),
		c)
	// [B, N, 2C]
	kv := layer.Linear(layer.At(block, "attn.kv"), layer.LayerNorm(block.At("norm1"), f, Epsilon),
		2*c)
	// [B, N, C]
	k, v := Split(kv, -1, 2)[0], Split(kv, -1, 2)[1]
	y, attn := attention.Core(layer.Heads(q, cfg.Heads), layer.Heads(k, cfg.Heads),
		layer.Heads(v, cfg.Heads),
		attention.LayoutBHSD, attention.CoreOptions{WantCoefficients: true})
	// [B, h, M, N]
	t.Attention = attn
	t.AttentionTo = layer.Linear(layer.At(block, "attn.proj"), layer.MergeHeads(y), c) // [B, M, C]
	p := Add(table, t.AttentionTo)
	t.INPs = Add(p, layer.MLP(block.At("mlp"), layer.LayerNorm(block.At("norm2"), p, Epsilon)))
}

// decoderBlock is one block of the INP-Guided Decoder: x [B, N, C] attends to keys [B, M, C] by
// ReLU of scaled cosines. There is no residual around the attention, so nothing but prototypes can
// pass. SPEC 6b, 6c.
func decoderBlock(scope *model.Scope, cfg Config, x, keys *Node) (out, attn *Node) {
	y, attn := Guided(scope, cfg, x, keys)
	if cfg.Residual {
		y = Add(x, y)
	}
	return Add(y, layer.MLP(scope.At("mlp"), layer.LayerNorm(scope.At("norm2"), y, Epsilon))), attn
}

// Guided is the INP-guided attention of a block: x [B, N, C] and keys [B, M, C] to [B, N, C], and
// the attention [B, h, N, M]. SPEC 6a; unit vectors and scale are the code's, not the paper's.
func Guided(scope *model.Scope, cfg Config, x, keys *Node) (y, attn *Node) {
	c, h := cfg.Width, cfg.Heads
	// [B, N, C]
	q := layer.Linear(layer.At(scope, "attn.q"), layer.LayerNorm(scope.At("norm1"), x, Epsilon), c)
	// [B, M, 2C]
	kv := layer.Linear(layer.At(scope, "attn.kv"), layer.LayerNorm(scope.At("norm1"), keys,
		Epsilon), 2*c)
	// v [B, h, M, d]
	k, v := Split(kv, -1, 2)[0], layer.Heads(Split(kv, -1, 2)[1], h)
	// [B, h, N, d]
	qn := layer.Normalize(layer.Heads(q, h), 1e-12)
	// [B, h, M, d]
	kn := layer.Normalize(layer.Heads(k, h), 1e-12)
	scale := layer.Param(scope.At("attn"), x.Graph(), "learn_scale", h, 1, 1)
	attn = Mul(Einsum("bhnd,bhmd->bhnm", qn, kn), ExpandAxes(scale, 0)) // [B, h, N, M]
	if cfg.Softmax {
		attn = Softmax(attn, -1)
	} else {
		attn = layer.ReLU(attn)
	}
	return layer.Linear(layer.At(scope, "attn.proj"),
		layer.MergeHeads(Einsum("bhnm,bhmd->bhnd", attn, v)), c), attn
}

// Distribution is 1 - cos(F_i, P_m) for each token and prototype: [B, N, M], in 0..2. F carries no
// gradient. SPEC 5a.
func (t *Trace) Distribution() *Node {
	const floor = 1e-8 // of cosine_similarity
	f, p := layer.Normalize(StopGradient(t.Fused), floor), layer.Normalize(t.INPs, floor)
	return OneMinus(Einsum("bnc,bmc->bnm", f, p))
}

// Distance is each token's distance to its nearest prototype, [B, N], and the index of that
// prototype, [B, N] int32, the first on a tie. The gradient reaches the nearest prototype only.
// SPEC 5a.
func (t *Trace) Distance() (distance, cluster *Node) {
	d := t.Distribution()
	cluster = ArgMin(d, -1)
	nearest := OneHot(cluster, d.Shape().Dimensions[2], d.DType())
	return ReduceSum(Mul(d, nearest), -1), cluster
}

// CoherenceLoss is the paper's INP Coherence Loss, the mean distance of the tokens to their nearest
// prototype, a scalar; zero where the prototypes do not come from the image. SPEC 5b.
func (t *Trace) CoherenceLoss(cfg Config) *Node {
	if cfg.Prototypes != FromImage {
		return ScalarZero(t.Fused.Graph(), t.Fused.DType())
	}
	distance, _ := t.Distance()
	return ReduceAllMean(distance)
}

// PointDistance is 1 - cos over the channels of target and output, without gradient: [B, N], in
// 0..2. SPEC 7a.
func PointDistance(target, output *Node) *Node {
	return OneMinus(layer.Cosine(StopGradient(target), StopGradient(output), -1))
}

// MiningFactor is (p / mean p)^power, the mean over batch and grid: [B, N]. Where all is
// reconstructed it is zero, not 0/0. SPEC 7a.
func MiningFactor(p *Node, power float64) *Node {
	return PowScalar(Div(p, MaxScalar(ReduceAllMean(p), 1e-12)), power)
}

// ReconstructionLoss is the paper's Soft Mining Loss: the mean over the groups of
// 1 - cos(vec E_g, vec R_g), averaged over the batch, a scalar. Soft mining does not change its
// value: it weighs the gradient with respect to R_g position by position, here by passing the
// gradient through R' = stop(R) + w (R - stop(R)) with w constant. SPEC 7b.
func (t *Trace) ReconstructionLoss(cfg Config) *Node {
	var losses []*Node
	for g, target := range t.Target {
		target, out := StopGradient(target), t.Output[g]
		if cfg.MiningPower != 0 {
			// [B, N, 1]
			w := StopGradient(ExpandAxes(MiningFactor(PointDistance(target, out), cfg.MiningPower),
				-1))
			out = Add(StopGradient(out), Mul(w, Sub(out, StopGradient(out))))
		}
		b := target.Shape().Dimensions[0]
		losses = append(losses,
			ReduceAllMean(OneMinus(layer.Cosine(Reshape(target, b, -1), Reshape(out, b, -1), -1))))
	}
	return encoder.Mean(losses)
}

// Loss is the training objective, reconstruction + λ · coherence, with its two parts. SPEC 7c.
func (t *Trace) Loss(cfg Config) (total, reconstruction, coherence *Node) {
	reconstruction, coherence = t.ReconstructionLoss(cfg), t.CoherenceLoss(cfg)
	return Add(reconstruction, MulScalar(coherence, cfg.CoherenceWeight)), reconstruction, coherence
}

// AnomalyMap is the mean over the groups of 1 - cos(E_g, R_g), post-processed: [B, MapSide,
// MapSide], for a crop of that many pixels a side. SPEC 9a, 9b.
func (t *Trace) AnomalyMap(cfg Config, crop int) *Node {
	distances := make([]*Node, len(t.Target))
	for g := range t.Target {
		distances[g] = PointDistance(t.Target[g], t.Output[g])
	}
	return detector.PostProcess(encoder.Mean(distances), cfg.Grid, crop)
}

// DistanceMap is the zero-shot map: each token's distance to its nearest prototype, post-processed:
// [B, MapSide, MapSide]. The decoder is not used. SPEC 5a, 9b.
func (t *Trace) DistanceMap(cfg Config, crop int) *Node {
	distance, _ := t.Distance()
	return detector.PostProcess(distance, cfg.Grid, crop)
}
