package learned

import (
	"adlab/pkg/detector"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// rd4ad is reverse distillation of Deng and Li, "Anomaly Detection via Reverse Distillation from
// One-Class Embedding" (CVPR 2022). From the paper are: the teacher's levels are fused and squeezed
// into a one-class bottleneck embedding, from which the student draws the levels again, the deep
// ones first, so that what is not normal gets lost on the way; the loss is the sum over the levels
// of the mean of 1 - cos over the places (equations 1 and 2), and so is the map.
//
// Adapted are: the teacher's levels, which are the groups' means on one grid, so that the embedding
// halves the grid and the student doubles it once, where the paper's three levels halve it each
// time; blocks with layer norm; the mean over the levels in the map, where the paper has the sum;
// an image's score, which is the map's largest value in the paper. The paper trains 200 epochs of
// 16 pictures with Adam (0.5, 0.999) at 5e-3, which a run without stated steps does.
type rd4ad struct{ bottleneck }

func newRD4AD(s shape, _ detector.Job, _ int) (network, error) { return rd4ad{bottleneck{s}}, nil }

// weights satisfies network.
func (n rd4ad) weights() weights {
	w := weights{}
	n.add(w, "")
	return w
}

// loss satisfies network.
func (n rd4ad) loss(scope *model.Scope, taps []*Node, _ *draws) *Node {
	return MulScalar(ReduceAllMean(n.distances(scope, taps)), float64(n.groups))
}

// distances satisfies network.
func (n rd4ad) distances(scope *model.Scope, taps []*Node) *Node {
	return cosineDistances(taps, n.forward(scope, taps))
}
