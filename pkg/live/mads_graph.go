package live

import (
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/multiads"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gomlx/compute"
)

// typedMaps compiles MultiADS on one image: taps [1, G, N, W], embedding [1, 1, 1, D], the text
// matrix [D, C] and, for few-shot, the references of each tap [R, W], to the anomaly map [1, S, S],
// the text score [1] and the map of every column, by columns [C, S, S]. It is what
// multiads.Detector predicts with, but for the order of the last.
func typedMaps(backend compute.Backend, adapters *model.Store, references bool) (*model.Exec,
	error) {
	return model.NewExec(backend, adapters, func(scope *model.Scope, x []*Node) []*Node {
		taps, embedding, text := encoder.Ungroup(x[0]), Squeeze(x[1], 1, 2), x[2]
		typed := multiads.TypedMap(multiads.Maps(scope, taps, text, nil, detector.MapSide))
		anomaly := multiads.AnomalyMap(typed)
		if references {
			_, few := multiads.FewShotMap(taps, x[3:], detector.MapSide)
			anomaly = Add(anomaly, few)
		}
		return []*Node{anomaly, multiads.TextScore(embedding, text),
			TransposeAllAxes(Squeeze(typed, 0), 2, 0, 1)}
	})
}
