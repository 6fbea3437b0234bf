package live

import (
	"context"
	"fmt"
	"image"

	"adlab/datasets/kba"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"

	"golang.org/x/image/draw"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// scatterWidth is that of the projection in pixels.
const scatterWidth = 620

// places are the prompts of a product as the text tower places them.
type places struct {
	names   []string      // of the columns
	points  [][][]float32 // the mean over a prompt's sentences, by column
	axes    *mat.Dense    // [D, 2]
	encoded int           // sentences that had to be encoded
	picture image.Image   // once drawn
}

// places asks the text tower for every prompt.
func (s *madsSession) places(ctx context.Context, state State, base *kba.Base) (*places, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.placed.get(digest("places", state.Category, state.Own, *base),
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

// scatter draws every prompt on the first two principal axes of the product's prompts as they are
// shipped: so what is edited moves, and nothing else.
func (p *places) scatter(product string) (image.Image, error) {
	if p.picture != nil {
		return p.picture, nil
	}
	var clouds []plot.Cloud
	for c, name := range p.names {
		cloud := plot.Cloud{Name: name}
		for _, e := range p.points[c] {
			var at mat.VecDense
			at.MulVec(p.axes.T(), mat.NewVecDense(len(e), wide(e)))
			cloud.X, cloud.Y = append(cloud.X, at.AtVec(0)), append(cloud.Y, at.AtVec(1))
		}
		clouds = append(clouds, cloud)
	}
	drawn, err := plot.Scatter(fmt.Sprintf("prompts of %q as the text tower places them", product),
		"axis 1 of the shipped prompts", "axis 2", clouds...)
	if err != nil {
		return nil, err
	}
	small := image.NewRGBA(image.Rect(0, 0, scatterWidth,
		drawn.Bounds().Dy()*scatterWidth/drawn.Bounds().Dx()))
	draw.CatmullRom.Scale(small, small.Bounds(), drawn.Image, drawn.Bounds(), draw.Src, nil)
	p.picture = small
	return small, nil
}

// axesOf are the first two principal axes of a product's prompts as they are shipped, [D, 2].
func (s *madsSession) axesOf(ctx context.Context, state State) (*mat.Dense, error) {
	return s.axes.get(fmt.Sprint(state.Category, state.Own), func() (*mat.Dense, error) {
		own, err := s.own(state)
		if err != nil {
			return nil, err
		}
		points, err := s.detector.Prompts(ctx, state.Category, own)
		if err != nil {
			return nil, err
		}
		var flat []float64
		n, d := 0, 0
		for _, column := range points {
			for _, e := range column {
				flat, n, d = append(flat, wide(e)...), n+1, len(e)
			}
		}
		var pc stat.PC
		if !pc.PrincipalComponents(mat.NewDense(n, d, flat), nil) {
			return nil, errNoAxes
		}
		var axes mat.Dense
		pc.VectorsTo(&axes)
		return mat.DenseCopyOf(axes.Slice(0, d, 0, 2)), nil
	})
}

// wide is a copy in float64.
func wide(v []float32) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}
