package multiads

import (
	"context"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Levels gives, for one image, the probabilities of every column at every tap, [taps][C][MapSide²],
// and the columns' names.
func (d *Detector) Levels(ctx context.Context, s datasets.Sample) (levels [][][]float32,
	columns []string, err error) {
	base, err := d.BaseOf(s.Category)
	if err != nil {
		return nil, nil, err
	}
	text, err := d.text.Matrix(ctx, base.Columns(d.Sentences, s.Category))
	if err != nil {
		return nil, nil, err
	}
	f, err := d.taps.Extract(ctx, []datasets.Sample{s})
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	maps, err := model.CallOnceN(d.backend, d.store,
		func(scope *model.Scope, x []*Node) (out []*Node) {
			for _, m := range Maps(scope, encoder.Ungroup(x[0]), x[1], nil, detector.MapSide) {
				out = append(out, TransposeAllAxes(Squeeze(m, 0), 2, 0, 1)) // [C, S, S]
			}
			return out
		}, f.Batch([]int{0}), text)
	if err != nil {
		return nil, nil, err
	}
	const pixels = detector.MapSide * detector.MapSide
	for _, m := range maps {
		var level [][]float32
		flat := tensors.MustCopyFlatData[float32](m)
		for c := range len(base.Types) + 1 {
			level = append(level, flat[c*pixels:(c+1)*pixels])
		}
		levels = append(levels, level)
	}
	return levels, Columns(base), nil
}

// Losses gives the focal and the dice loss of one sample at every tap, as training sees it.
func (d *Detector) Losses(ctx context.Context, source Source, s datasets.Sample) (focal,
	dice []float64, err error) {
	columns, err := columnsOf(s, source.Base, source.TypeOf, d.model.Transform())
	if err != nil {
		return nil, nil, err
	}
	text, err := d.text.Matrix(ctx, source.Base.Columns(d.Sentences, s.Category))
	if err != nil {
		return nil, nil, err
	}
	f, err := d.taps.Extract(ctx, []datasets.Sample{s})
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	side := d.model.Transform().Crop
	out, err := model.CallOnce(d.backend, d.store, func(scope *model.Scope, x []*Node) *Node {
		c := ConvertDType(x[2], dtypes.Int32)
		mask := ConvertDType(GreaterThan(c, ZerosLike(c)), dtypes.Float32)
		_, f, d := Loss(Sum, Maps(scope, encoder.Ungroup(x[0]), x[1], nil, side), c, mask)
		return Stack([]*Node{Stack(f, 0), Stack(d, 0)}, 0) // [2, taps]
	}, f.Batch([]int{0}), text, tensors.FromFlatDataAndDimensions(columns, 1, side, side))
	if err != nil {
		return nil, nil, err
	}
	flat := tensors.MustCopyFlatData[float32](out)
	for i, v := range flat {
		if i < len(flat)/2 {
			focal = append(focal, float64(v))
		} else {
			dice = append(dice, float64(v))
		}
	}
	return focal, dice, nil
}

// Prompts gives, for a product, the embedding of every prompt, the mean over its sentences, by
// column.
func (d *Detector) Prompts(ctx context.Context, product string) (embeddings [][][]float32,
	columns []string, err error) {
	base, err := d.BaseOf(product)
	if err != nil {
		return nil, nil, err
	}
	templates := len(d.Sentences.Templates)
	for _, sentences := range base.Columns(d.Sentences, product) {
		all, err := d.text.Embed(ctx, sentences)
		if err != nil {
			return nil, nil, err
		}
		var column [][]float32
		for at := 0; at < len(all); at += templates { // prompt by prompt
			mean := make([]float32, len(all[0]))
			for _, e := range all[at : at+templates] {
				for i, v := range e {
					mean[i] += v / float32(templates)
				}
			}
			column = append(column, unit(mean))
		}
		embeddings = append(embeddings, column)
	}
	return embeddings, Columns(base), nil
}
