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

// scatter draws every prompt as the text tower places it, the mean over its sentences, on the first two principal axes of the product's prompts as
// they are shipped: so what is edited moves, and nothing else. It counts the sentences that had to be encoded.
func (s *madsSession) scatter(ctx context.Context, state State, base *kba.Base) (picture image.Image, encoded int, err error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	before := s.detector.Text().Encoded
	key := digest("scatter", state.Category, state.Own, *base)
	r, err := s.rows.get(key, func() (*row, error) {
		axes, err := s.axesOf(ctx, state)
		if err != nil {
			return nil, err
		}
		points, err := s.embed(ctx, base, state.Category)
		if err != nil {
			return nil, err
		}
		var clouds []plot.Cloud
		for c, name := range multiads.Columns(base) {
			cloud := plot.Cloud{Name: name}
			for _, e := range points[c] {
				var at mat.VecDense
				at.MulVec(axes.T(), mat.NewVecDense(len(e), e))
				cloud.X, cloud.Y = append(cloud.X, at.AtVec(0)), append(cloud.Y, at.AtVec(1))
			}
			clouds = append(clouds, cloud)
		}
		p, err := plot.Scatter(fmt.Sprintf("prompts of %q as the text tower places them", state.Category), "axis 1 of the shipped prompts", "axis 2", clouds...)
		if err != nil {
			return nil, err
		}
		small := image.NewNRGBA(image.Rect(0, 0, scatterWidth, p.Bounds().Dy()*scatterWidth/p.Bounds().Dx()))
		draw.CatmullRom.Scale(small, small.Bounds(), p, p.Bounds(), draw.Src, nil)
		return &row{small, s.detector.Text().Encoded - before}, nil
	})
	if err != nil {
		return nil, 0, err
	}
	return r.picture, r.encoded, nil
}

// axesOf are the first two principal axes of a product's prompts as they are shipped, [D, 2].
func (s *madsSession) axesOf(ctx context.Context, state State) (*mat.Dense, error) {
	return s.axes.get(fmt.Sprint(state.Category, state.Own), func() (*mat.Dense, error) {
		own, err := s.own(state)
		if err != nil {
			return nil, err
		}
		points, err := s.embed(ctx, own, state.Category)
		if err != nil {
			return nil, err
		}
		var flat []float64
		n, d := 0, 0
		for _, column := range points {
			for _, e := range column {
				flat, n, d = append(flat, e...), n+1, len(e)
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

// embed gives the embedding of every prompt by column, the mean over its sentences.
func (s *madsSession) embed(ctx context.Context, base *kba.Base, product string) ([][][]float64, error) {
	templates := len(s.detector.Sentences.Templates)
	var out [][][]float64
	for _, sentences := range base.Columns(s.detector.Sentences, product) {
		all, err := s.detector.Text().Embed(ctx, sentences)
		if err != nil {
			return nil, err
		}
		var column [][]float64
		for at := 0; at < len(all); at += templates { // prompt by prompt
			mean := make([]float64, len(all[0]))
			for _, e := range all[at : at+templates] {
				for i, v := range e {
					mean[i] += float64(v) / float64(templates)
				}
			}
			column = append(column, mean)
		}
		out = append(out, column)
	}
	return out, nil
}
