package prompted

import (
	"context"
	"fmt"

	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/multiads"

	"github.com/gomlx/gomlx/core/tensors"
)

// lessons computes the differences of the sources' pictures to normal ones of their category, the
// first others; they begin anew where there are fewer than K. A picture of a category without
// another normal one is left out.
func (d *InCTRL) lessons(ctx context.Context, sources []multiads.Source) (r residuals, err error) {
	for _, s := range sources {
		f, err := d.space.Extract(ctx, s.Samples)
		if err != nil {
			return r, err
		}
		err = d.compare(ctx, &r, f, s.Samples)
		f.Close()
		if err != nil {
			return r, err
		}
	}
	if r.Len() == 0 {
		return r, fmt.Errorf("inctrl: expected images to learn from, and normal ones of their " +
			"categories, got none")
	}
	return r, nil
}

// compare adds the differences of a source's pictures.
func (d *InCTRL) compare(ctx context.Context, r *residuals, f *encoder.Features,
	samples []datasets.Sample) error {
	normal := map[string][]int{}
	for i, s := range samples {
		if s.Label == 0 {
			normal[s.Category] = append(normal[s.Category], i)
		}
	}
	texts := map[string]*tensors.Tensor{}
	for i, s := range samples {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		places := d.others(normal[s.Category], i)
		if places == nil {
			continue
		}
		if texts[s.Category] == nil {
			var err error
			if texts[s.Category], err = d.text.Matrix(ctx, d.base.Columns(d.sentences,
				s.Category)); err != nil {
				return err
			}
		}
		x, references := f.Batch([]int{i}), f.Batch(places)
		out, err := d.residual.Call(x, texts[s.Category], references)
		x.FinalizeAll()
		references.FinalizeAll()
		if err != nil {
			return err
		}
		for column, o := range out {
			r.columns[column] = append(r.columns[column], tensors.MustCopyFlatData[float32](o))
			o.FinalizeAll()
		}
		r.columns[len(out)] = append(r.columns[len(out)], []float32{float32(s.Label)})
	}
	return nil
}

// others are K of the places but one, the first, or those again; nil where there are none.
func (d *InCTRL) others(places []int, but int) (chosen []int) {
	var rest []int
	for _, p := range places {
		if p != but {
			rest = append(rest, p)
		}
	}
	for i := 0; len(rest) > 0 && i < d.count; i++ {
		chosen = append(chosen, rest[i%len(rest)])
	}
	return chosen
}
