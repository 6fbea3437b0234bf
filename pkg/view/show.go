package view

import (
	"fmt"
	"image"
	"slices"

	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
)

// Pick gives the test images that the detector got most right, the one in the middle and the one
// most wrong, of each label, of a category: six, or fewer where there are fewer. Right means a high
// score for an anomalous image and a low one for a normal one.
func Pick(scored []experiment.Scored) (labels []string, picked []experiment.Scored) {
	for label, kind := range []string{"normal", "anomalous"} {
		var of []experiment.Scored
		for _, s := range scored {
			if s.Label == label {
				of = append(of, s)
			}
		}
		slices.SortStableFunc(of, func(a, b experiment.Scored) int { // most right first
			d := a.Score - b.Score
			if label == 1 {
				d = -d
			}
			switch {
			case d < 0:
				return -1
			case d > 0:
				return 1
			}
			return 0
		})
		if len(of) == 0 {
			continue
		}
		for _, at := range []struct {
			name  string
			index int
		}{{"best", 0}, {"median", len(of) / 2}, {"worst", len(of) - 1}} {
			labels, picked = append(labels, kind+", "+at.name), append(picked, of[at.index])
		}
	}
	return labels, picked
}

// Overlays draws the picked images over their anomaly maps, in one colour scale: a row of pictures
// and a row of overlays.
func Overlays(title string, t imageio.Transform, labels []string, picked []experiment.Scored,
	scale plot.Scale,
	side int) (image.Image, error) {
	var pictures, overlays []plot.Tile
	for i, s := range picked {
		m, err := s.Decode()
		if err != nil {
			return nil, err
		}
		picture := t.Picture(m)
		pictures = append(pictures, plot.Tile{Picture: picture.Image(), Caption: labels[i]})
		overlays = append(overlays,
			plot.Tile{Picture: plot.Overlay(picture, s.Map, detector.MapSide, scale),
				Caption: fmt.Sprintf("%s, score %.3f", s.Category, s.Score)})
	}
	return plot.Panel(title, [][]plot.Tile{pictures, overlays}, side, &scale), nil
}

// Extremes draws the images of a category that Pick picks over their anomaly maps. The colour scale
// is that of all that were scored: up to the largest value but for one in two hundred.
func Extremes(title string, t imageio.Transform, scored []experiment.Scored, category string,
	side int) (image.Image, error) {
	var of []experiment.Scored
	var maps [][]float32
	for i, s := range scored {
		if s.Category == category {
			of = append(of, s)
		}
		if i%max(1, len(scored)/200) == 0 {
			maps = append(maps, s.Map)
		}
	}
	labels, picked := Pick(of)
	return Overlays(title, t, labels, picked, plot.ScaleOf(0.995, maps...), side)
}

// shownTypes is the number of defect types whose maps are drawn, the strongest first.
const shownTypes = 5

// TypePanel draws first, and the maps of the strongest defect types over the picture, in one colour
// scale from 0 to 1, as means over the taps. types are sums over so many taps.
func TypePanel(title string, first image.Image, picture *imageio.Image, types map[string][]float32,
	taps int) image.Image {
	strength := multiads.Strength(types, taps)
	scale := plot.Scale{Low: 0, High: 1}
	tiles := []plot.Tile{{Picture: first, Caption: "image"}}
	for _, f := range strength[:min(shownTypes, len(strength))] {
		mean := slices.Clone(types[f.Type])
		for i := range mean {
			mean[i] /= float32(taps)
		}
		tiles = append(tiles, plot.Tile{Picture: plot.Overlay(picture, mean, detector.MapSide,
			scale), Caption: fmt.Sprintf("%s %.2f", f.Type, f.Value)})
	}
	return plot.Panel(title, [][]plot.Tile{tiles}, 120, &scale)
}
