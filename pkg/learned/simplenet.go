package learned

import (
	"math"

	"adlab/pkg/detector"
	"adlab/pkg/layer"
	"adlab/pkg/setting"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/nn"
	"gonum.org/v1/gonum/mat"
)

// SimpleNetSettings are SimpleNet's own.
type SimpleNetSettings struct {
	// Noise is the deviation of the noise that makes normal tokens anomalous, in parts of the
	// adapted tokens' root mean square.
	Noise float64
}

// Validate satisfies detector.Settings.
func (s SimpleNetSettings) Validate(detector.Common) error {
	if !(s.Noise > 0) || math.IsInf(s.Noise, 1) {
		return setting.Errorf("Noise", "expected a deviation above 0, for the discriminator "+
			"learns from noise, got %g", s.Noise)
	}
	return nil
}

// simplenet is Liu et al., "SimpleNet: A Simple Network for Image Anomaly Detection and
// Localization" (CVPR 2023). From the paper are: the levels side by side, averaged over 3 × 3
// neighbourhoods; a feature adaptor of one linear layer; anomalous tokens made of normal ones by
// Gaussian noise behind the adaptor; a discriminator of two layers with a leaky ReLU, whose last
// has no bias; the truncated l1 loss with thresholds at ±0.5; Adam.
//
// Adapted are: tokens are standardised first; at the border the average is over the places that are
// there; the discriminator is as wide as the tokens, and has layer norm; the noise's deviation is
// in parts of the adapted tokens' root mean square, so that it means the same on every encoder and
// the adaptor cannot make it large by making tokens small: the paper's 0.015 is of its own
// features, and 0.5 the least of 0.25, 0.5 and 1 that is told apart in a hundred steps (their loss
// halves); one learning rate for both; a distance is softplus(-D) where the paper has -D, which has
// the same order and, as maps need it, no negative values; an image's score, which is the largest
// of -D in the paper. The paper trains 160 epochs with 2e-4 for the discriminator, which a run
// without stated steps does.
type simplenet struct {
	shape
	noise float64
}

func newSimpleNet(s shape, j detector.Job, _ int) (network, error) {
	return simplenet{s, j.Settings.(SimpleNetSettings).Noise}, nil
}

// threshold of the loss: beyond it a token is told for sure.
const threshold = 0.5

// weights satisfies network.
func (n simplenet) weights() weights {
	w, c := weights{}, n.groups*n.width
	w.linear("adaptor", c, c)
	w.linear("discriminator.body", c, c)
	w.norm("discriminator.norm", c)
	w["discriminator.tail.weight"] = []int{1, c}
	return w
}

// adapted are the tokens that the discriminator judges: from the taps [B, N, G·C].
func (n simplenet) adapted(scope *model.Scope, taps []*Node) *Node {
	return layer.Linear(scope.At("adaptor"), averaged(beside(taps)), n.groups*n.width)
}

// averaged averages each token [B, N, C] with those of its 3 × 3 neighbourhood that are there.
func averaged(x *Node) *Node {
	d := onGrid(x).Shape().Dimensions
	b, side, c := d[0], d[1], d[3]
	box := mat.NewDense(side, side, nil)
	for i := range side {
		from, to := max(0, i-1), min(side, i+2)
		for k := from; k < to; k++ {
			box.Set(i, k, 1/float64(to-from))
		}
	}
	planes := Reshape(TransposeAllAxes(x, 0, 2, 1), b*c, side, side)
	return TransposeAllAxes(Reshape(detector.Separable(planes, box), b, c, side*side), 0, 2, 1)
}

// normality is D, above zero for tokens that the discriminator takes for normal: x [B, N, K] to [B,
// N].
func normality(scope *model.Scope, x *Node) *Node {
	k := x.Shape().Dimensions[2]
	x = layer.LayerNorm(scope.At("norm"), layer.Linear(scope.At("body"), x, k), epsilon)
	x = Max(x, MulScalar(x, 0.2))
	tail := layer.Param(scope.At("tail"), x.Graph(), "weight", 1, k)
	return Squeeze(nn.Dense(x, tail, nil, compute.DenseLayoutOutputsInput), -1)
}

// truncated is the truncated l1 loss of D of normal tokens and of D of anomalous ones, [B, N] each:
// the mean of max(0, 0.5 - normal) + max(0, 0.5 + anomalous).
func truncated(normal, anomalous *Node) *Node {
	return Add(ReduceAllMean(layer.ReLU(AddScalar(Neg(normal), threshold))),
		ReduceAllMean(layer.ReLU(AddScalar(anomalous, threshold))))
}

// loss satisfies network.
func (n simplenet) loss(scope *model.Scope, taps []*Node, d *draws) *Node {
	x, judge := n.adapted(scope, taps), scope.At("discriminator")
	deviation := MulScalar(Sqrt(ReduceAllMean(Square(StopGradient(x)))), n.noise)
	noisy := Add(x, Mul(d.normal(x.Shape().Dimensions...), deviation))
	return truncated(normality(judge, x), normality(judge, noisy))
}

// distances satisfies network.
func (n simplenet) distances(scope *model.Scope, taps []*Node) *Node {
	return Softplus(Neg(normality(scope.At("discriminator"), n.adapted(scope, taps))))
}
