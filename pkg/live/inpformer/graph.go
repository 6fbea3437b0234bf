package inpformer

import (
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/inpformer"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// traced compiles what a head's picture is made of, for features [B, G, N, C]: by token and group
// how badly it is reconstructed, 1 - cos; its distance to the nearest prototype; where each
// prototype looks, the mean over the heads: together [B, G+1+M, N]; and the anomaly map [B,
// MapSide, MapSide].
func traced(d *inpformer.Detector) (*model.Exec, error) {
	return model.NewExec(d.Features.Backend, d.Store(),
		func(scope *model.Scope, batch *Node) []*Node {
			t := inpformer.Forward(scope, d.Config, encoder.Ungroup(batch),
				encoder.Sizes(d.Features.GroupsInUse()))
			var rows []*Node
			for g := range t.Target {
				// [B, 1, N]
				rows = append(rows, ExpandAxes(inpformer.PointDistance(t.Target[g], t.Output[g]),
					1))
			}
			nearest, _ := t.Distance()
			rows = append(rows, ExpandAxes(nearest, 1), ReduceMean(t.Attention, 1))
			return []*Node{Concatenate(rows, 1),
				t.AnomalyMap(d.Config, d.Features.Encoder.Transform().Crop)}
		})
}

// postProcessed compiles the post-processing of all detectors: token distances [1, N] to a map [1,
// MapSide, MapSide].
func postProcessed(backend compute.Backend, grid, crop int) (*Exec, error) {
	return NewExec(backend, func(tokens *Node) *Node {
		return detector.PostProcess(tokens, grid, crop)
	})
}
