package baseline

import (
	"context"
	"fmt"
	"iter"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// scorer is a fitted detector on an encoder's features: a graph, and what it learned.
type scorer struct {
	features *encoder.Cache
	exec     *Exec
	learned  []any
}

// newScorer is for a graph that gives image scores [B] and token distances [B, N], of which it
// makes maps, from features [B, groups, N, C] and the learned tensors.
func newScorer(x *encoder.Cache, graph func(features *Node, learned []*Node) (scores,
	distances *Node), learned ...*tensors.Tensor) (*scorer, error) {
	grid, crop := x.Encoder.Grid(), x.Encoder.Transform().Crop
	exec, err := NewExec(x.Backend, func(inputs []*Node) []*Node {
		scores, distances := graph(inputs[0], inputs[1:])
		return []*Node{scores, detector.PostProcess(distances, grid, crop)}
	})
	s := &scorer{features: x, exec: exec}
	for _, t := range learned {
		s.learned = append(s.learned, t)
	}
	return s, err
}

// predict scores the samples. On nil, which is a detector that was not fitted, it says so; name is
// the detector's.
func (s *scorer) predict(ctx context.Context, name string,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	if s == nil {
		return func(yield func(detector.Prediction, error) bool) {
			yield(detector.Prediction{}, fmt.Errorf("%s: Fit comes before Predict", name))
		}
	}
	return detector.PredictFeatures(ctx, s.features, samples,
		func(batch *tensors.Tensor) (scores, maps *tensors.Tensor, err error) {
			return s.exec.Call2(append([]any{batch}, s.learned...)...)
		})
}

// extract gives the features of normal samples to learn from, at least one; name is the detector's.
func extract(ctx context.Context, name string, x *encoder.Cache,
	train []datasets.Sample) (*encoder.Features, error) {
	if len(train) == 0 {
		return nil, fmt.Errorf("%s: expected normal images to learn from, got none", name)
	}
	return x.Extract(ctx, train)
}

// tokens puts the groups of features [B, groups, N, C] side by side: [B, N, groups·C].
func tokens(features *Node) *Node {
	d := features.Shape().Dimensions
	return Reshape(TransposeAllAxes(features, 0, 2, 1, 3), d[0], d[2], d[1]*d[3])
}

// oddest is the mean of the largest hundredth of token distances, at least one: [B, N] to [B].
func oddest(distances *Node) *Node {
	return meanOfLargest(distances, max(1, distances.Shape().Dimensions[1]/100))
}

// Kept is how many bytes a fitted detector of this room keeps of normal tokens; false for one that
// keeps none, or is not fitted.
func Kept(d detector.Detector) (bytes int, ok bool) {
	var s *scorer
	switch d := d.(type) {
	case *AnomalyDINO:
		s = d.scorer
	case *KNN:
		s = d.scorer
	case *PaDiM:
		s = d.scorer
	case *PatchCore:
		s = d.scorer
	case *RAD:
		s = d.scorer
	case *SPADE:
		s = d.scorer
	case *SubspaceAD:
		s = d.scorer
	}
	if s == nil {
		return 0, false
	}
	for _, x := range s.learned {
		bytes += 4 * x.(*tensors.Tensor).Shape().Size()
	}
	return bytes, true
}
