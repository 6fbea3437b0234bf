package view

import (
	"context"
	"fmt"
	"image"
	"math"

	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/inpformer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Trace is one image on its way through a trained INP-Former, every stage at hand, and as a
// picture: N tokens of C channels, G groups of levels, M prototypes.
type Trace struct {
	Sample    datasets.Sample
	Picture   *imageio.Image // as the encoder sees it
	Fused     []float32      // [N, C]
	Attention []float32      // [M, N], where each prototype looks: the mean over the heads
	Distance  []float32      // [N], to the nearest prototype
	Nearest   []int32        // [N], which one it is
	Target    [][]float32    // [N, C], one a group
	Output    [][]float32    // [N, C], their reconstructions, at their targets' lengths
	Error     [][]float32    // [N], one a group: 1 - cosine of the two
	Map       []float32      // anomaly map, MapSide a side
	Loss      float64        // coherence

	encoder encoder.Encoder
	outline image.Image // the picture with the mask's outline
}

// NewTrace takes an image through a trained detector.
func NewTrace(ctx context.Context, d *inpformer.Detector, s datasets.Sample) (*Trace, error) {
	enc := d.Features.Encoder
	w := &Trace{Sample: s, encoder: enc}
	var err error
	if w.Picture, w.outline, err = Picture(s, enc.Transform()); err != nil {
		return nil, err
	}
	features, err := d.Features.Extract(ctx, []datasets.Sample{s})
	if err != nil {
		return nil, err
	}
	defer features.Close()
	out, err := d.Trace(features.At(0), func(t *inpformer.Trace) []*Node {
		distance, nearest := t.Distance()
		stages := []*Node{t.Fused, ReduceMean(t.Attention, 1), distance, nearest,
			t.AnomalyMap(d.Config, enc.Transform().Crop), t.CoherenceLoss(d.Config)}
		for g := range t.Target {
			stages = append(stages, t.Target[g], t.Output[g],
				inpformer.PointDistance(t.Target[g], t.Output[g]))
		}
		return stages
	})
	if err != nil {
		return nil, err
	}
	floats := tensors.MustCopyFlatData[float32]
	w.Fused, w.Attention, w.Distance = floats(out[0]), floats(out[1]), floats(out[2])
	w.Nearest = tensors.MustCopyFlatData[int32](out[3])
	w.Map, w.Loss = floats(out[4]), float64(floats(out[5])[0])
	for g := 6; g < len(out); g += 3 {
		target, output := floats(out[g]), floats(out[g+1])
		lengthen(output, target, enc.Width()) // the loss sees directions only
		w.Target, w.Output = append(w.Target, target), append(w.Output, output)
		w.Error = append(w.Error, floats(out[g+2]))
	}
	return w, nil
}

// lengthen gives each token of x the length that the same token of as has.
func lengthen(x, as []float32, channels int) {
	for from := 0; from < len(x); from += channels {
		var a, b float64
		for c := from; c < from+channels; c++ {
			a, b = a+float64(as[c])*float64(as[c]), b+float64(x[c])*float64(x[c])
		}
		factor := float32(math.Sqrt(a / max(b, 1e-12)))
		for c := from; c < from+channels; c++ {
			x[c] *= factor
		}
	}
}

// depth names a group of levels.
func depth(g, groups int) string {
	switch {
	case groups == 2:
		return []string{"shallow", "deep"}[g]
	case groups == 1:
		return "all"
	}
	return fmt.Sprintf("group %d", g+1)
}
