package inpformer

import (
	"adlab/pkg/detector"
	"adlab/pkg/encoder"

	. "github.com/gomlx/gomlx/core/graph"
)

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
