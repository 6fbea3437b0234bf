package multiads

import (
	"context"
	"fmt"
	"image"

	"adlab/datasets/kba"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/store"
	"adlab/pkg/view"

	"gonum.org/v1/gonum/mat"
)

// scatterWidth is that of the projection in pixels.
const scatterWidth = 620

// places are the prompts of a product as the text tower places them.
type places struct {
	names   []string      // of the columns
	points  [][][]float32 // embeddings of the prompts, by column
	axes    *view.Axes
	encoded int         // sentences that had to be encoded
	picture image.Image // once drawn
}

// places asks the text tower for every prompt.
func (s *Session) places(ctx context.Context, state State, base *kba.Base) (*places, error) {
	s.detecting.Lock()
	defer s.detecting.Unlock()
	return s.placed.Get(store.Address(state.Category, state.Own, *base),
		func() (p *places, err error) {
			p = &places{names: multiads.Columns(base)}
			before := s.detector.Encoder().Encoded
			if p.axes, err = s.axesOf(ctx, state); err != nil {
				return nil, err
			}
			p.points, err = s.detector.Prompts(ctx, state.Category, base)
			p.encoded = s.detector.Encoder().Encoded - before
			return p, err
		})
}

// axesOf are the first two principal axes of a product's prompts as they are shipped.
func (s *Session) axesOf(ctx context.Context, state State) (*view.Axes, error) {
	return s.axes.Get(fmt.Sprint(state.Category, state.Own), func() (*view.Axes, error) {
		own, err := s.own(state)
		if err != nil {
			return nil, err
		}
		columns, err := s.detector.Prompts(ctx, state.Category, own)
		if err != nil {
			return nil, err
		}
		var all [][]float32
		for _, column := range columns {
			all = append(all, column...)
		}
		return view.Principal(rows(all), 2)
	})
}

// rows are points as a matrix.
func rows(points [][]float32) *mat.Dense {
	m := mat.NewDense(len(points), len(points[0]), nil)
	for i, p := range points {
		for k, v := range p {
			m.Set(i, k, float64(v))
		}
	}
	return m
}

// scatter draws every prompt on the first two principal axes of the product's prompts as they are
// shipped: so what is edited moves, and nothing else.
func (p *places) scatter(product string) (image.Image, error) {
	if p.picture != nil {
		return p.picture, nil
	}
	var clouds []plot.Cloud
	for c, name := range p.names {
		cloud := plot.Cloud{Name: name}
		at := p.axes.Project(rows(p.points[c]))
		for i := range p.points[c] {
			cloud.X, cloud.Y = append(cloud.X, at.At(i, 0)), append(cloud.Y, at.At(i, 1))
		}
		clouds = append(clouds, cloud)
	}
	drawn, err := plot.Scatter(fmt.Sprintf("prompts of %q as the text tower places them", product),
		"axis 1 of the shipped prompts", "axis 2", clouds...)
	if err != nil {
		return nil, err
	}
	p.picture = plot.Narrow(drawn.Image, scatterWidth)
	return p.picture, nil
}
