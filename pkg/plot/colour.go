// Package plot draws what adlab shows: anomaly maps and attention maps over pictures, panels of tiles with one colour
// scale, curves. Pictures carry, inside the file, what made them.
package plot

import (
	"image"
	"image/color"
	"math"
	"slices"

	"adlab/pkg/imageio"

	"golang.org/x/image/draw"
	"gonum.org/v1/plot/palette/moreland"
)

// notANumber is the colour of NaN, which the colour map does not contain.
var notANumber = color.NRGBA{0x00, 0xb0, 0x50, 0xff}

// colours is the house colour map: Moreland's extended black body, whose lightness rises throughout, so that it reads in
// grey and for the colour-blind.
var colours = func() (table [256]color.NRGBA) {
	m := moreland.ExtendedBlackBody()
	m.SetMin(0)
	m.SetMax(255)
	for i := range table {
		c, err := m.At(float64(i))
		if err != nil {
			panic(err)
		}
		table[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
	}
	return table
}()

// Scale is the range of values that the colour map spans. One scale serves a whole data set: scaled each on its own,
// normal pictures would glow.
type Scale struct{ Low, High float64 }

// Colour is the colour of a value; beyond the scale it is the nearest end's.
func (s Scale) Colour(v float64) color.NRGBA {
	if math.IsNaN(v) {
		return notANumber
	}
	t := 0.0
	if s.High > s.Low {
		t = (v - s.Low) / (s.High - s.Low)
	}
	return colours[int(math.Round(255*min(max(t, 0), 1)))]
}

// ScaleOf spans the values of maps from their smallest to the given quantile (0..1) of them.
func ScaleOf(quantile float64, maps ...[]float32) Scale {
	var all []float32
	for _, m := range maps {
		for _, v := range m {
			if v == v {
				all = append(all, v)
			}
		}
	}
	if len(all) == 0 {
		return Scale{0, 1}
	}
	slices.Sort(all)
	return Scale{float64(all[0]), float64(all[int(quantile*float64(len(all)-1))])}
}

// HeatMap draws a square map of side values a side, one pixel a value.
func HeatMap(values []float32, side int, s Scale) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, side, len(values)/side))
	for i, v := range values {
		out.SetNRGBA(i%side, i/side, s.Colour(float64(v)))
	}
	return out
}

// Overlay blends a picture, in grey, half and half with its map, enlarged bilinearly to the picture.
func Overlay(picture *imageio.Image, values []float32, side int, s Scale) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, picture.W, picture.H))
	draw.BiLinear.Scale(out, out.Bounds(), HeatMap(values, side, s), image.Rect(0, 0, side, len(values)/side), draw.Src, nil)
	for y := range picture.H {
		for x := range picture.W {
			sum := 0
			for k := range picture.C {
				sum += int(picture.Pix[(y*picture.W+x)*picture.C+k])
			}
			grey, c := sum/picture.C, out.NRGBAAt(x, y)
			blend := func(v uint8) uint8 { return uint8((grey + int(v) + 1) / 2) }
			out.SetNRGBA(x, y, color.NRGBA{blend(c.R), blend(c.G), blend(c.B), 255})
		}
	}
	return out
}
