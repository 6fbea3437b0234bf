package view

import (
	"context"
	"fmt"
	"image"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// walkTile is the size of a picture in a walk, in pixels.
const walkTile = 190

// Images draws samples as the encoder sees them, with the outlines of their masks.
func Images(samples []datasets.Sample, enc encoder.Encoder) (image.Image, error) {
	tiles, err := Pictures(samples, enc)
	return plot.Panel("", [][]plot.Tile{tiles}, walkTile, nil), err
}

// Levels says in a line which levels of the encoder make which group.
func Levels(x *encoder.Cache) string {
	enc, used := x.Encoder, x.GroupsInUse()
	var groups []string
	for g, levels := range used {
		groups = append(groups, fmt.Sprintf("%s = mean of the levels %v", depth(g, len(used)),
			levels))
	}
	return fmt.Sprintf("%s: %d × %d tokens of %d channels; %s", enc.Name(), enc.Grid(), enc.Grid(),
		enc.Width(), strings.Join(groups, "; "))
}

// Tokens draws the fused patch tokens, their first three principal components as red, green and
// blue, beside the picture.
func (w *Trace) Tokens() (image.Image, error) {
	drawn, err := Colours(w.Fused, w.encoder.Width())
	if err != nil {
		return nil, err
	}
	grid := w.encoder.Grid()
	return plot.Panel("", [][]plot.Tile{{
		{Picture: w.Picture.Image(), Caption: "image"},
		{Picture: drawn, Caption: fmt.Sprintf("%d × %d patch tokens of %d channels", grid, grid,
			w.encoder.Width())},
	}}, 200, nil), nil
}

// Likeness draws how like each token is to one in the middle of the defect, and to one that is
// normal: the cosine, in each group.
func (w *Trace) Likeness() (image.Image, error) {
	defect, err := AnomalousTokens(w.Sample, w.encoder)
	if err != nil {
		return nil, err
	}
	inside, outside := farApart(defect, w.Error)
	scale, grid := plot.Scale{Low: 0, High: 1}, w.encoder.Grid()
	var rows [][]plot.Tile
	for _, token := range []struct {
		name string
		at   int
	}{{"a token of the defect", inside}, {"a normal token", outside}} {
		row := []plot.Tile{{Picture: plot.Outline(w.outline, only(token.at, len(defect)), grid),
			Caption: token.name}}
		for g, tokens := range w.Target {
			row = append(row, plot.Tile{Picture: plot.Overlay(w.Picture,
				cosines(tokens, token.at, w.encoder.Width()), grid, scale),
				Caption: depth(g, len(w.Target)) + " tokens like it"})
		}
		rows = append(rows, row)
	}
	return plot.Panel("cosine of every token with one of them", rows, walkTile, &scale), nil
}

// Looks is a row of tiles: over the picture, where each prototype looks, attention [M, N] over
// tokens of a grid; part is the colours' share in percent.
func Looks(picture *imageio.Image, attention []float32, grid int, scale plot.Scale, part int) (
	tiles []plot.Tile) {
	n := grid * grid
	for m := range len(attention) / n {
		tiles = append(tiles, plot.Tile{Picture: plot.Blend(picture, attention[m*n:(m+1)*n], grid,
			scale, part), Caption: fmt.Sprintf("INP %d", m+1)})
	}
	return tiles
}

// Attention draws where each prototype looks, as Attentions found it for these samples, in one
// scale for all; a row an image.
func Attention(d *inpformer.Detector, samples []datasets.Sample, attention [][]float32) (
	image.Image, error) {
	enc, scale := d.Features.Encoder, plot.ScaleOf(0.995, attention...)
	var rows [][]plot.Tile
	for i, s := range samples {
		shown, outlined, err := Picture(s, enc.Transform())
		if err != nil {
			return nil, err
		}
		rows = append(rows, append([]plot.Tile{{Picture: outlined, Caption: Caption(s)}},
			Looks(shown, attention[i], enc.Grid(), scale, plot.Half)...))
	}
	return plot.Panel("where each prototype looks (mean over the heads)", rows, TileSide-20,
		&scale), nil
}

// Attentions are, for each picture, the [M, N] attention of its prototypes over the N patch tokens,
// averaged over the heads; each prototype's sums to 1.
func Attentions(ctx context.Context, d *inpformer.Detector, samples []datasets.Sample) (
	attention [][]float32, err error) {
	features, err := d.Features.Extract(ctx, samples)
	if err != nil {
		return nil, err
	}
	defer features.Close()
	for i := range samples {
		out, err := d.Trace(features.At(i), func(t *inpformer.Trace) []*graph.Node {
			return []*graph.Node{graph.ReduceMean(t.Attention, 1)}
		})
		if err != nil {
			return nil, err
		}
		attention = append(attention, tensors.MustCopyFlatData[float32](out[0]))
	}
	return attention, nil
}

// Coherence draws how far each token is from its nearest prototype and says the mean of it, which
// is the coherence loss.
func (w *Trace) Coherence() (image.Image, error) {
	grid := w.encoder.Grid()
	shares := image.NewNRGBA(image.Rect(0, 0, grid, grid))
	for i, m := range w.Nearest {
		shares.Set(i%grid, i/grid, plot.Palette[int(m)%len(plot.Palette)])
	}
	scale := plot.ScaleOf(1, w.Distance)
	return plot.Panel(fmt.Sprintf("coherence loss of this image: %.3f", w.Loss),
		[][]plot.Tile{{
			{Picture: w.Picture.Image(), Caption: Caption(w.Sample)},
			{Picture: shares, Caption: "its nearest prototype, by colour"},
			{Picture: plot.Overlay(w.Picture, w.Distance, grid, scale),
				Caption: "how far it is: 1 − cosine"},
		}}, walkTile, &scale), nil
}

// Reconstruction draws each group's tokens, their reconstruction from the prototypes in the same
// colours, and the distance between the two.
func (w *Trace) Reconstruction() (image.Image, error) {
	grid, scale := w.encoder.Grid(), plot.ScaleOf(1, w.Error...)
	var rows [][]plot.Tile
	for g, target := range w.Target {
		axes, err := Principal(rowsOf(target, w.encoder.Width()), 3)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []plot.Tile{
			{Picture: colours(target, grid, axes), Caption: depth(g, len(w.Target)) + " tokens"},
			{Picture: colours(w.Output[g], grid, axes), Caption: "reconstructed"},
			{Picture: plot.HeatMap(w.Error[g], grid, scale), Caption: "1 − cosine"},
		})
	}
	return plot.Panel("tokens and their reconstruction from the prototypes", rows, 150, &scale), nil
}

// Anomaly draws the anomaly map over the picture, beside the picture.
func (w *Trace) Anomaly() (image.Image, error) {
	scale := plot.ScaleOf(1, w.Map)
	return plot.Panel("", [][]plot.Tile{{
		{Picture: w.Picture.Image(), Caption: w.Sample.Category + ", " + w.Sample.DefectType},
		{Picture: plot.Overlay(w.Picture, w.Map, detector.MapSide, scale),
			Caption: fmt.Sprintf("anomaly map, score %.3f", detector.TopMean(w.Map))},
	}}, 180, &scale), nil
}

// Maps draws the distances of each group and the anomaly map that their mean becomes, in one scale:
// a row for each head that the image was taken through.
func Maps(traces ...*Trace) image.Image {
	var all [][]float32
	for _, w := range traces {
		all = append(all, w.Error...)
	}
	scale := plot.ScaleOf(1, all...)
	var rows [][]plot.Tile
	for _, w := range traces {
		grid := w.encoder.Grid()
		row := []plot.Tile{{Picture: w.outline,
			Caption: fmt.Sprintf("M = %d", len(w.Attention)/(grid*grid))}}
		for g, e := range w.Error {
			row = append(row, plot.Tile{Picture: plot.Overlay(w.Picture, e, grid, scale),
				Caption: depth(g, len(w.Error)) + ": 1 − cosine"})
		}
		rows = append(rows,
			append(row, plot.Tile{Picture: plot.Overlay(w.Picture, w.Map, detector.MapSide, scale),
				Caption: fmt.Sprintf("anomaly map, score %.3f", detector.TopMean(w.Map))}))
	}
	return plot.Panel("from distances to the anomaly map", rows, walkTile, &scale)
}

// Judged draws samples above a detector's maps of them, in the scale of their data set.
func Judged(ctx context.Context, title string, d detector.Detector, set *datasets.Set,
	samples []datasets.Sample, enc encoder.Encoder) (image.Image, error) {
	scale, err := ScaleOf(ctx, d, set)
	if err != nil {
		return nil, err
	}
	top, err := Pictures(samples, enc)
	if err != nil {
		return nil, err
	}
	bottom, err := Row(ctx, "score", d, samples, enc, scale)
	return plot.Panel(title, [][]plot.Tile{top, bottom}, walkTile, &scale), err
}
