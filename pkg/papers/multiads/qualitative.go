package multiads

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"slices"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/plot"
	"adlab/pkg/view"
)

// comparedSets are the targets of the qualitative comparison, comparedMethods its methods by the
// names of Table 4, in the order of their years.
var (
	comparedSets    = []string{"visa", "mpdd"}
	comparedMethods = []string{"CLIP", "April-GAN", "MultiADS"}
)

// compared are the measurements of the comparison.
func compared(p experiment.Profile) (all []exhibit.Measurement) {
	for _, set := range comparedSets {
		for _, method := range comparedMethods {
			all = append(all, binary(p, method, set, 0)...)
		}
	}
	return all
}

func drawQualitative(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) (
	figures []exhibit.Figure, _ []*exhibit.Table, err error) {
	for _, key := range comparedSets {
		set, err := r.Set(ctx, key)
		if err != nil {
			return nil, nil, err
		}
		picked := view.Cases(set, min(r.Profile.Cases, 6), nil)
		picked = append(picked, view.Normal(set, picked[0].Category)...)
		var rows [][]plot.Tile
		for _, method := range comparedMethods {
			m := binary(r.Profile, method, key, 0)[0]
			e, err := r.Ready(ctx, m)
			if err != nil {
				return nil, nil, err
			}
			enc, err := r.EncoderOf(m, e)
			if err != nil {
				return nil, nil, err
			}
			if rows == nil {
				if rows, err = imagesAndMasks(picked, enc); err != nil {
					return nil, nil, err
				}
			}
			r.Env.Progress.Say("maps of %s", m)
			row, err := comparedRow(ctx, r, method, e, set, picked, enc)
			if err != nil {
				return nil, nil, err
			}
			rows = append(rows, row)
		}
		title := fmt.Sprintf("%s, zero-shot; each method in its own scale", r.NameOf(key))
		figures = append(figures, exhibit.Figure{Name: key, Says: r.Named(key), Over: true,
			Picture: plot.Panel(title, rows, view.TileSide-30, &plot.Scale{Low: 0, High: 1})})
	}
	return figures, nil, nil
}

// comparedRow is a row of a method's overlays, in the method's own scale over the data set.
func comparedRow(ctx context.Context, r *exhibit.Runner, method string, e experiment.Experiment,
	set *datasets.Set, picked []datasets.Sample, enc encoder.Encoder) (tiles []plot.Tile,
	err error) {
	some := view.Fair(set)
	found := map[string]detector.Prediction{}
	for _, s := range slices.Concat(picked, some) {
		found[s.Path] = detector.Prediction{}
	}
	_, err = r.Env.Evaluate(ctx, e, func(s experiment.Scored) {
		if _, ok := found[s.Path]; ok {
			found[s.Path] = s.Prediction
		}
	})
	if err != nil {
		return nil, err
	}
	var maps [][]float32
	for _, s := range some {
		maps = append(maps, found[s.Path].Map)
	}
	scale := view.ScaleFrom(some, maps)
	for _, s := range picked {
		shown, _, err := view.Picture(s, enc.Transform())
		if err != nil {
			return nil, err
		}
		p := found[s.Path]
		tiles = append(tiles, plot.Tile{Picture: plot.Overlay(shown, p.Map, detector.MapSide,
			scale), Caption: fmt.Sprintf("%s %.3f", method, p.Score)})
	}
	return tiles, nil
}

// imagesAndMasks are a row of the images and one of their masks.
func imagesAndMasks(samples []datasets.Sample, enc encoder.Encoder) ([][]plot.Tile, error) {
	var images, masks []plot.Tile
	for _, s := range samples {
		m, err := s.Decode()
		if err != nil {
			return nil, err
		}
		mask, err := experiment.Mask(s, enc.Transform())
		if err != nil {
			return nil, err
		}
		white := image.NewGray(image.Rect(0, 0, detector.MapSide, detector.MapSide))
		for i, v := range mask {
			if v != 0 {
				white.SetGray(i%detector.MapSide, i/detector.MapSide, color.Gray{0xff})
			}
		}
		images = append(images, plot.Tile{Picture: enc.Transform().Picture(m).Image(),
			Caption: view.Caption(s)})
		masks = append(masks, plot.Tile{Picture: white, Caption: "mask"})
	}
	return [][]plot.Tile{images, masks}, nil
}
