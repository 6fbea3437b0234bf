package view

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"
)

// Walk is one test image on its way through a trained INP-Former, every stage at hand as a picture.
type Walk struct {
	Sample   datasets.Sample
	Picture  *imageio.Image // as the encoder sees it
	grid     int
	heads    int
	trace    map[string][]float32
	inps     int
	channels int
	groups   int
	Map      []float32 // anomaly map, MapSide a side
}

// NewWalk trains the experiment's INP-Former, or finds it in the cache, and takes the index-th
// anomalous test image of a category through it.
func NewWalk(ctx context.Context, v *experiment.Env, e experiment.Experiment, category string,
	index int) (*Walk, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	set, err := datasets.Open(e.Layout, e.Data, e.Limit)
	if err != nil {
		return nil, err
	}
	c, ok := set.Category(category)
	if !ok {
		return nil, fmt.Errorf("walk: no category %q in %s", category, set.Name)
	}
	var anomalous []datasets.Sample
	for _, s := range c.Test {
		if s.Label == 1 {
			anomalous = append(anomalous, s)
		}
	}
	if index < 0 || index >= len(anomalous) {
		return nil, fmt.Errorf("walk: expected an image from 0 to %d, got %d", len(anomalous)-1,
			index)
	}
	enc, err := v.NewEncoder(e)
	if err != nil {
		return nil, err
	}
	d, err := v.Fit(ctx, e, enc, set.Train(), set)
	if err != nil {
		return nil, err
	}
	return walk(ctx, d.(*inpformer.Detector), enc, anomalous[index])
}

func walk(ctx context.Context, d *inpformer.Detector, enc encoder.Encoder,
	s datasets.Sample) (*Walk, error) {
	m, err := imageio.Decode(s.Path)
	if err != nil {
		return nil, err
	}
	features, err := d.Features.Extract(ctx, []datasets.Sample{s})
	if err != nil {
		return nil, err
	}
	defer features.Close()
	w := &Walk{Sample: s, Picture: enc.Transform().Picture(m), grid: enc.Grid(),
		heads: d.Config.Heads, inps: d.Config.INPs, channels: enc.Width(),
		groups: features.Groups, trace: map[string][]float32{}}
	names := []string{"fused", "attention", "distance", "map"}
	outputs, err := d.Trace(features.At(0), func(t *inpformer.Trace) []*Node {
		distance, _ := t.Distance()
		out := []*Node{t.Fused, ReduceMean(t.Attention, 1), distance,
			t.AnomalyMap(d.Config, enc.Transform().Crop)}
		for g := range t.Target {
			out = append(out, t.Target[g], t.Output[g], inpformer.PointDistance(t.Target[g],
				t.Output[g]))
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	for g := range w.groups {
		names = append(names, fmt.Sprintf("target%d", g), fmt.Sprintf("output%d", g),
			fmt.Sprintf("error%d", g))
	}
	for i, name := range names {
		w.trace[name] = tensors.MustCopyFlatData[float32](outputs[i])
	}
	// the loss sees directions only: give the outputs their targets' lengths
	for g := range w.groups {
		lengthen(w.trace[fmt.Sprintf("output%d", g)], w.trace[fmt.Sprintf("target%d", g)],
			w.channels)
	}
	w.Map = w.trace["map"]
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

// Tokens draws the fused patch tokens, their first three principal components as red, green and
// blue, beside the picture.
func (w *Walk) Tokens() image.Image {
	basis := w.basis("fused")
	return plot.Panel("", [][]plot.Tile{{
		{Picture: w.Picture.Image(), Caption: "image"},
		{Picture: w.colours("fused", basis), Caption: fmt.Sprintf("%d × %d patch tokens of %d "+
			"channels", w.grid, w.grid, w.channels)},
	}}, 200, nil)
}

// Attention draws where each prototype looks: the extractor's attention, averaged over its heads,
// all in one scale.
func (w *Walk) Attention() image.Image {
	a := w.trace["attention"]
	n := w.grid * w.grid
	scale := plot.ScaleOf(0.999, a)
	var tiles []plot.Tile
	for m := range w.inps {
		tiles = append(tiles, plot.Tile{Picture: plot.Overlay(w.Picture, a[m*n:(m+1)*n], w.grid,
			scale), Caption: fmt.Sprintf("INP %d", m+1)})
	}
	return plot.Panel("where each prototype looks (mean over the heads)", [][]plot.Tile{tiles}, 100,
		&scale)
}

// Reconstruction draws each group's tokens, their reconstruction from the prototypes in the same
// colours, and the distance between the two.
func (w *Walk) Reconstruction() image.Image {
	var all []float32
	for g := range w.groups {
		all = append(all, w.trace[fmt.Sprintf("error%d", g)]...)
	}
	scale := plot.ScaleOf(1, all)
	var rows [][]plot.Tile
	for g, depth := range []string{"shallow", "deep"}[:w.groups] {
		target, output, e := fmt.Sprintf("target%d", g), fmt.Sprintf("output%d", g),
			fmt.Sprintf("error%d", g)
		basis := w.basis(target)
		rows = append(rows, []plot.Tile{
			{Picture: w.colours(target, basis), Caption: depth + " tokens"},
			{Picture: w.colours(output, basis), Caption: "reconstructed"},
			{Picture: plot.HeatMap(w.trace[e], w.grid, scale), Caption: "1 − cosine"},
		})
	}
	return plot.Panel("tokens and their reconstruction from the prototypes", rows, 150, &scale)
}

// Anomaly draws the anomaly map over the picture, beside the picture.
func (w *Walk) Anomaly() image.Image {
	scale := plot.ScaleOf(1, w.Map)
	return plot.Panel("", [][]plot.Tile{{
		{Picture: w.Picture.Image(), Caption: w.Sample.Category + ", " + w.Sample.DefectType},
		{Picture: plot.Overlay(w.Picture, w.Map, detector.MapSide, scale),
			Caption: fmt.Sprintf("anomaly map, score %.3f", detector.TopMean(w.Map))},
	}}, 180, &scale)
}

// basis is a token picture's mean and first three principal axes, [channels, 4].
func (w *Walk) basis(name string) *mat.Dense {
	x, n := w.trace[name], w.grid*w.grid
	tokens := mat.NewDense(n, w.channels, nil)
	mean := make([]float64, w.channels)
	for i, v := range x {
		tokens.Set(i/w.channels, i%w.channels, float64(v))
		mean[i%w.channels] += float64(v) / float64(n)
	}
	tokens.Apply(func(_, c int, v float64) float64 { return v - mean[c] }, tokens)
	var svd mat.SVD
	svd.Factorize(tokens, mat.SVDThin)
	var axes mat.Dense
	svd.VTo(&axes)
	out := mat.NewDense(w.channels, 4, nil)
	out.SetCol(0, mean)
	for k := range 3 {
		deviation := svd.Values(nil)[k] / math.Sqrt(float64(n))
		for c := range w.channels {
			out.Set(c, k+1, axes.At(c, k)/max(deviation, 1e-9))
		}
	}
	return out
}

// colours draws tokens by a basis: two deviations of each axis span a colour channel.
func (w *Walk) colours(name string, basis *mat.Dense) image.Image {
	x := w.trace[name]
	out := image.NewNRGBA(image.Rect(0, 0, w.grid, w.grid))
	for i := range w.grid * w.grid {
		var rgb [3]uint8
		for k := range rgb {
			sum := 0.0
			for c := range w.channels {
				sum += (float64(x[i*w.channels+c]) - basis.At(c, 0)) * basis.At(c, k+1)
			}
			rgb[k] = uint8(min(max(127.5+sum*127.5/2, 0), 255))
		}
		out.SetNRGBA(i%w.grid, i/w.grid, color.NRGBA{rgb[0], rgb[1], rgb[2], 255})
	}
	return out
}
