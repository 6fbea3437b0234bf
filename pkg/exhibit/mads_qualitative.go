package exhibit

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"slices"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/plot"
)

// comparedSets are the targets of the qualitative comparison, comparedMethods its methods by the
// names of Table 4, in the order of their years.
var (
	comparedSets    = []string{"visa", "mpdd"}
	comparedMethods = []string{"CLIP", "April-GAN", "MultiADS"}
)

func qualitative() Exhibit {
	return Exhibit{
		ID: "mads-qualitative", Paper: "MultiADS", Kind: KindFigure, Notebook: madsFiguresNotebook,
		draw:  drawQualitative,
		Title: Words{"Anomaly maps beside other CLIP methods", "다른 CLIP 방법과 견준 이상 지도"},
		Caption: Words{"Zero-shot on data sets that the adapters have not seen: the image, its " +
			"mask, plain CLIP, a method in the manner of April-GAN (the same adapters on two " +
			"texts), and MultiADS, with the image scores, which without references are the " +
			"same for the first two; the last column is a normal image. " +
			"One colour scale for each data set and method, since their values do not compare: 0 " +
			"and black is what nine in ten pixels of the data set's normal images stay below, " +
			"1 is what one pixel in a thousand exceeds.",
			"어댑터가 본 적 없는 데이터 세트에서의 제로샷 결과이다. 위에서부터 이미지, 마스크, CLIP 자체, April-GAN 방식의 방법(같은 어댑터에 " +
				"텍스트 두 개), MultiADS와 이미지 점수이다. 참조 이미지가 없으면 앞의 두 방법은 이미지 점수가 같다. 마지막 열은 정상 이미지이다. " +
				"값의 크기를 서로 견줄 수 없으므로 색 눈금은 데이터 세트와 방법마다 하나이다. 0(검정)은 정상 이미지 화소 열 개 중 아홉 개가 넘지 않는 " +
				"값이고, 1은 화소 천 개 중 하나가 넘는 값이다."},
		heads: func(s Settings) (all []Measurement) {
			for _, set := range comparedSets {
				for _, method := range comparedMethods {
					all = append(all, s.binary(method, set, 0)...)
				}
			}
			return all
		},
	}
}

func drawQualitative(ctx context.Context, r *Runner, _ *Table) (figures []Figure, _ []*Table,
	err error) {
	for _, key := range comparedSets {
		set, err := r.set(ctx, key)
		if err != nil {
			return nil, nil, err
		}
		picked := cases(set, min(r.Cases, 6), nil)
		picked = append(picked, normal(set, picked[0].Category)...)
		var rows [][]plot.Tile
		for _, method := range comparedMethods {
			m := r.binary(method, key, 0)[0]
			e, err := r.ready(ctx, m)
			if err != nil {
				return nil, nil, err
			}
			enc, err := r.encoder(m, e)
			if err != nil {
				return nil, nil, err
			}
			if rows == nil {
				if rows, err = imagesAndMasks(picked, enc); err != nil {
					return nil, nil, err
				}
			}
			r.Env.Progress.Say("maps of %s", m)
			row, err := r.comparedRow(ctx, method, e, set, picked, enc)
			if err != nil {
				return nil, nil, err
			}
			rows = append(rows, row)
		}
		title := fmt.Sprintf("%s, zero-shot; each method in its own scale", r.nameOf(key))
		figures = append(figures, Figure{Name: key, Picture: plot.Panel(title, rows, tileSide-30,
			&plot.Scale{Low: 0, High: 1}), Caption: Words{r.nameOf(key) + ".", r.nameOf(key) +
			"."}})
	}
	return figures, nil, nil
}

// comparedRow is a row of a method's overlays, in the method's own scale over the data set.
func (r *Runner) comparedRow(ctx context.Context, method string, e experiment.Experiment,
	set *datasets.Set, picked []datasets.Sample, enc encoder.Encoder) (tiles []plot.Tile,
	err error) {
	some := fair(set)
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
	scale := ScaleFrom(some, maps)
	for _, s := range picked {
		shown, _, err := picture(s, enc)
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
		m, err := imageio.Decode(s.Path)
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
			Caption: caption(s)})
		masks = append(masks, plot.Tile{Picture: white, Caption: "mask"})
	}
	return [][]plot.Tile{images, masks}, nil
}
