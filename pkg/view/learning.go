package view

import (
	"context"
	"fmt"
	"image"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"
	"adlab/pkg/plot"
	"adlab/pkg/train"
)

// Learning is what a detector that is being trained says of one image, every so many steps.
type Learning struct {
	Sample   datasets.Sample
	Every    int // steps
	captions []string
	maps     [][]float32
}

// learningTiles is how many stages are drawn, the first, the last and some between.
const learningTiles = 6

// Look asks the detector, where the step is one to look at; it tells whether there is something new
// to draw.
func (l *Learning) Look(ctx context.Context, d detector.Detector, s train.Step) (bool, error) {
	if s.Number != 1 && s.Number%l.Every != 0 && s.Number != s.Of {
		return false, nil
	}
	for p, err := range d.Predict(ctx, []datasets.Sample{l.Sample}) {
		if err != nil {
			return false, err
		}
		l.captions = append(l.captions, fmt.Sprintf("step %d, score %.3f", s.Number, p.Score))
		l.maps = append(l.maps, p.Map)
	}
	return true, nil
}

// Draw draws the image and its maps over it, each in a colour scale of its own: at the first steps
// everything is far from what it should be.
func (l *Learning) Draw(title string, t imageio.Transform, side int) (image.Image, error) {
	m, err := l.Sample.Decode()
	if err != nil {
		return nil, err
	}
	picture := t.Picture(m)
	tiles := []plot.Tile{{Picture: picture.Image(), Caption: "image"}}
	n := len(l.maps)
	for k := range min(n, learningTiles) {
		i := k
		if n > learningTiles {
			i = k * (n - 1) / (learningTiles - 1)
		}
		tiles = append(tiles, plot.Tile{Picture: plot.Overlay(picture, l.maps[i], detector.MapSide,
			plot.ScaleOf(0.995, l.maps[i])), Caption: l.captions[i]})
	}
	return plot.Panel(title, [][]plot.Tile{tiles}, side, nil), nil
}
