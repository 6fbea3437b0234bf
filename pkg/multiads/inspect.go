package multiads

import (
	"context"

	"adlab/datasets"
	"adlab/pkg/detector"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Levels gives the probabilities of every column of a text at every tap, [taps][C][MapSide²].
func (d *Detector) Levels(look *Look, text *Text) (levels [][][]float32, err error) {
	maps, err := d.run("levels", func(scope *model.Scope, x []*Node) (out []*Node) {
		t := Forward(scope, Inputs{Taps: d.tapsOf(x[0]), Text: x[1]}, detector.MapSide)
		for _, m := range t.Probabilities {
			out = append(out, TransposeAllAxes(Squeeze(m, 0), 2, 0, 1)) // [C, S, S]
		}
		return out
	}, look.Levels, text.Matrix)
	if err != nil {
		return nil, err
	}
	for _, m := range maps {
		var level [][]float32
		flat := tensors.MustCopyFlatData[float32](m)
		for c := range len(text.Base.Types) + 1 {
			level = append(level, flat[c*mapPixels:(c+1)*mapPixels])
		}
		levels = append(levels, level)
	}
	return levels, nil
}

// Losses gives the focal and the dice loss of one sample at every tap, as training sees it.
func (d *Detector) Losses(ctx context.Context, source Source, s datasets.Sample) (focal,
	dice []float64, err error) {
	columns, err := columnsOf(s, source.Base, source.TypeOf, d.Model.Transform())
	if err != nil {
		return nil, nil, err
	}
	text, err := d.Text(ctx, s.Category, source.Base)
	if err != nil {
		return nil, nil, err
	}
	f, err := d.tower.Extract(ctx, []datasets.Sample{s})
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	side := d.Model.Transform().Crop
	out, err := d.run("losses", func(scope *model.Scope, x []*Node) []*Node {
		columns, mask := lesson(x[2])
		_, focal, dice := Forward(scope, Inputs{Taps: d.tapsOf(x[0]), Text: x[1]}, side).
			Loss(Sum, columns, mask)
		return []*Node{Stack(focal, 0), Stack(dice, 0)}
	}, f.Batch([]int{0}), text.Matrix, columnsTensor(side, columns))
	if err != nil {
		return nil, nil, err
	}
	for i, v := range tensors.MustCopyFlatData[float32](out[0]) {
		focal = append(focal, float64(v))
		dice = append(dice, float64(tensors.MustCopyFlatData[float32](out[1])[i]))
	}
	return focal, dice, nil
}
