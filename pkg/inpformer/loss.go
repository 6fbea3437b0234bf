package inpformer

import (
	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
)

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
