package inpformer

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/exhibit"
	"adlab/pkg/plot"
	"adlab/pkg/view"

	"gonum.org/v1/gonum/mat"
)

// noisiest are the n categories whose first normal picture changes most from pixel to pixel.
func noisiest(set *datasets.Set, n int) ([]string, error) {
	type noise struct {
		category string
		change   float64
	}
	var all []noise
	for _, c := range set.Categories {
		s := view.Normal(set, c.Name)
		if s == nil {
			continue
		}
		m, err := s[0].Decode()
		if err != nil {
			return nil, err
		}
		sum, step := 0.0, m.C
		for i := step; i < len(m.Pix); i++ {
			sum += math.Abs(float64(m.Pix[i]) - float64(m.Pix[i-step]))
		}
		all = append(all, noise{c.Name, sum / float64(len(m.Pix))})
	}
	slices.SortStableFunc(all, func(a, b noise) int { return cmp.Compare(b.change, a.change) })
	var names []string
	for _, x := range all[:min(n, len(all))] {
		names = append(names, x.category)
	}
	return names, nil
}

// tokens are the patch tokens of samples, the mean over the groups of levels, each of length 1: a
// row a token.
func tokens(ctx context.Context, x *encoder.Cache, samples []datasets.Sample) (*mat.Dense,
	error) {
	f, err := x.Extract(ctx, samples)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := mat.NewDense(f.Len*f.Tokens, f.Width, nil)
	for i := range f.Len {
		values := f.At(i)
		for t := range f.Tokens {
			row := out.RawRowView(i*f.Tokens + t)
			for g := range f.Groups {
				for c := range row {
					row[c] += float64(values[(g*f.Tokens+t)*f.Width+c])
				}
			}
			length := math.Max(mat.Norm(mat.NewVecDense(len(row), row), 2), 1e-12)
			for c := range row {
				row[c] /= length
			}
		}
	}
	return out, nil
}

// nearest is the cosine distance of each row of x to the nearest row of y that may is true of.
func nearest(x, y *mat.Dense, may func(i, j int) bool) []float64 {
	var cosines mat.Dense
	cosines.Mul(x, y.T())
	rows, columns := cosines.Dims()
	out := make([]float64, rows)
	for i := range rows {
		best := math.Inf(-1)
		for j := range columns {
			if may(i, j) {
				best = max(best, cosines.At(i, j))
			}
		}
		out[i] = 1 - best
	}
	return out
}

// drawVariation compares distances to normal tokens of training images with those within the same
// image.
func drawVariation(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) ([]exhibit.Figure,
	[]*exhibit.Table, error) {
	// training images a category; tokens that a defect must fill to be looked at
	const memory, fewest = 4, 3
	set, err := r.Set(ctx, walked)
	if err != nil {
		return nil, nil, err
	}
	m := Walked(r.Profile)
	e, err := r.Ready(ctx, m)
	if err != nil {
		return nil, nil, err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return nil, nil, err
	}
	x := r.Env.Features(enc)
	names := []string{"normal, to training images", "normal, to its own image",
		"defect, to training images", "defect, to its own image"}
	distances := make([][]float64, len(names))
	var scatter *exhibit.Figure
	for _, c := range set.Categories {
		known, err := tokens(ctx, x, c.Train[:min(memory, len(c.Train))])
		if err != nil {
			return nil, nil, err
		}
		used := 0
		for _, s := range c.Test {
			if s.Label == 0 || used == r.Profile.Cases {
				continue
			}
			defect, err := view.AnomalousTokens(s, enc)
			if err != nil {
				return nil, nil, err
			}
			own, err := tokens(ctx, x, []datasets.Sample{s})
			if err != nil {
				return nil, nil, err
			}
			count := 0
			for _, d := range defect {
				if d {
					count++
				}
			}
			if count < fewest || count > len(defect)/2 {
				continue
			}
			used++
			to := nearest(own, known, func(i, j int) bool { return true })
			within := nearest(own, own, func(i, j int) bool { return i != j && !defect[j] })
			for t, d := range defect {
				at := 0
				if d {
					at = 2
				}
				distances[at], distances[at+1] = append(distances[at], to[t]),
					append(distances[at+1], within[t])
			}
			if scatter == nil && count >= 2*fewest {
				if scatter, err = scatterTokens(s, known, own, defect); err != nil {
					return nil, nil, err
				}
			}
		}
	}
	var lines []plot.Line
	all := slices.Concat(distances...)
	slices.Sort(all)
	for i, values := range distances {
		if len(values) > 0 {
			lines = append(lines, density(names[i], values, all[len(all)-1]))
		}
	}
	if len(lines) == 0 {
		return nil, nil, fmt.Errorf("inp-figure1: expected test images of %s whose defects fill "+
			"at least %d patches, found none", r.NameOf(walked), fewest)
	}
	f, err := curves("distances", "distance to the nearest normal token", "1 − cosine",
		"share of tokens, percent", lines...)
	figures := []exhibit.Figure{f}
	if scatter != nil {
		figures = append(figures, *scatter)
	}
	return figures, nil, err
}

// density is a histogram as a line: the share of values in each of 40 bins up to last, in percent.
func density(name string, values []float64, last float64) plot.Line {
	const bins = 40
	l := plot.Line{Name: name, X: make([]float64, bins), Y: make([]float64, bins)}
	for k := range bins {
		l.X[k] = (float64(k) + 0.5) * last / bins
	}
	for _, v := range values {
		l.Y[min(max(int(v*bins/max(last, 1e-12)), 0), bins-1)] += 100 / float64(len(values))
	}
	return l
}

// scatterTokens draws the first two principal components of an image's tokens among those of
// training images.
func scatterTokens(s datasets.Sample, known, own *mat.Dense, defect []bool) (*exhibit.Figure,
	error) {
	var all mat.Dense
	all.Stack(known, own)
	axes, err := view.Principal(&all, 2)
	if err != nil {
		return nil, fmt.Errorf("inp-figure1: the tokens of %s: %w", s.ID, err)
	}
	flat := axes.Project(&all)
	clouds := []plot.Cloud{{Name: "training images"}, {Name: "this image, normal"},
		{Name: "this image, defect"}}
	rows, _ := known.Dims()
	total, _ := flat.Dims()
	for i := range total {
		at := 0
		if i >= rows {
			if at = 1; defect[i-rows] {
				at = 2
			}
		}
		clouds[at].X, clouds[at].Y = append(clouds[at].X, flat.At(i, 0)),
			append(clouds[at].Y, flat.At(i, 1))
	}
	title := "patch tokens of " + strings.ReplaceAll(view.Caption(s), "\n", ", ")
	picture, err := plot.Scatter(title, "first principal component", "second principal component",
		clouds...)
	return &exhibit.Figure{Name: "tokens", Picture: picture}, err
}
