package view

import (
	"context"
	"fmt"
	"image"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/plot"
)

// TileSide is the size of a picture in a figure, in pixels: seven in a row fill a projector's
// width.
const TileSide = 180

// Cases are anomalous test images for a figure: the categories give one after another in turn, each
// of another type as long as there are such, until there are n. Where want is given, only images
// that it wants are taken.
func Cases(set *datasets.Set, n int, want func(datasets.Sample) bool) (picked []datasets.Sample) {
	queues := make([][]datasets.Sample, len(set.Categories))
	for i, c := range set.Categories {
		var later []datasets.Sample
		types := map[string]bool{}
		for _, s := range c.Test {
			switch {
			case s.Label == 0 || want != nil && !want(s):
			case types[s.DefectType]:
				later = append(later, s)
			default:
				types[s.DefectType], queues[i] = true, append(queues[i], s)
			}
		}
		queues[i] = append(queues[i], later...)
		if len(types) > 0 { // not the first type of every category
			turn := i % len(types)
			queues[i] = append(queues[i][turn:], queues[i][:turn]...)
		}
	}
	for left := true; left && len(picked) < n; {
		left = false
		for i := range queues {
			if len(queues[i]) > 0 && len(picked) < n {
				picked, queues[i], left = append(picked, queues[i][0]), queues[i][1:], true
			}
		}
	}
	return picked
}

// Normal is the set's first normal test image that comes from the category, or from any.
func Normal(set *datasets.Set, category string) []datasets.Sample {
	for _, any := range []bool{false, true} {
		for _, c := range set.Categories {
			for _, s := range c.Test {
				if s.Label == 0 && (any || c.Name == category) {
					return []datasets.Sample{s}
				}
			}
		}
	}
	return nil
}

// Picture is a sample as an encoder of that transform sees it, and the same with the outline of its
// mask.
func Picture(s datasets.Sample, t imageio.Transform) (shown *imageio.Image, outlined image.Image,
	err error) {
	m, err := s.Decode()
	if err != nil {
		return nil, nil, err
	}
	shown = t.Picture(m)
	if s.Label == 0 {
		return shown, shown.Image(), nil
	}
	mask, err := experiment.Mask(s, t)
	if err != nil {
		return nil, nil, err
	}
	return shown, plot.Outline(shown.Image(), mask, detector.MapSide), nil
}

// Caption is a sample's category and, below it, its type of defect.
func Caption(s datasets.Sample) string {
	return s.Category + "\n" + strings.ReplaceAll(s.DefectType, "_", " ")
}

// Predictions are a detector's maps of samples, in their order.
func Predictions(ctx context.Context, d detector.Detector,
	samples []datasets.Sample) (all []detector.Prediction, err error) {
	for p, err := range d.Predict(ctx, samples) {
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// scaleImages is how many of a data set's test images its colour scale is taken from.
const scaleImages = 64

// Fair are the test images that a data set's colour scale is taken from: all, or every so manieth.
func Fair(set *datasets.Set) (samples []datasets.Sample) {
	var test []datasets.Sample
	for _, c := range set.Categories {
		test = append(test, c.Test...)
	}
	for i := 0; i < len(test); i += max(1, len(test)/scaleImages) {
		samples = append(samples, test[i])
	}
	return samples
}

// ScaleOf is one scale for a data set.
func ScaleOf(ctx context.Context, d detector.Detector, set *datasets.Set) (plot.Scale, error) {
	samples := Fair(set)
	predictions, err := Predictions(ctx, d, samples)
	var values [][]float32
	for _, p := range predictions {
		values = append(values, p.Map)
	}
	return ScaleFrom(samples, values), err
}

// ScaleFrom is the scale of maps: it begins at what nine in ten pixels of the normal images stay
// below, so that what is usual is black, and ends at what one pixel in a thousand exceeds.
func ScaleFrom(samples []datasets.Sample, maps [][]float32) plot.Scale {
	var normal [][]float32
	for i, m := range maps {
		if samples[i].Label == 0 {
			normal = append(normal, m)
		}
	}
	s := plot.ScaleOf(0.999, maps...)
	if normal != nil {
		s.Low = plot.ScaleOf(0.9, normal...).High
	}
	return s
}

// Row is a row of overlays with the image scores below.
func Row(ctx context.Context, name string, d detector.Detector, samples []datasets.Sample,
	enc encoder.Encoder, scale plot.Scale) (tiles []plot.Tile, err error) {
	predictions, err := Predictions(ctx, d, samples)
	if err != nil {
		return nil, err
	}
	for i, s := range samples {
		shown, _, err := Picture(s, enc.Transform())
		if err != nil {
			return nil, err
		}
		tiles = append(tiles,
			plot.Tile{Picture: plot.Overlay(shown, predictions[i].Map, detector.MapSide, scale),
				Caption: fmt.Sprintf("%s %.3f", name, predictions[i].Score)})
	}
	return tiles, nil
}

// Pictures is a row of the images with their masks' outlines.
func Pictures(samples []datasets.Sample, enc encoder.Encoder) (tiles []plot.Tile, err error) {
	for _, s := range samples {
		_, outlined, err := Picture(s, enc.Transform())
		if err != nil {
			return nil, err
		}
		tiles = append(tiles, plot.Tile{Picture: outlined, Caption: Caption(s)})
	}
	return tiles, nil
}
