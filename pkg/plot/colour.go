// Package plot draws what adlab shows: anomaly maps and attention maps over pictures, mask
// outlines, panels of tiles with one colour scale, curves. Pictures carry, inside the file, what
// made them. The same input gives the same bytes.
//
// There is one colour map, Moreland's extended black body (black, blue, purple, red, yellow,
// white): its lightness rises throughout, so that it reads in grey and for the colour-blind. NaN is
// green and mask outlines are cyan, which it does not contain.
package plot

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/palette/moreland"
)

// notANumber is the colour of NaN.
var notANumber = color.NRGBA{0x00, 0xb0, 0x50, 0xff}

// colours is the house colour map.
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

// Palette is Okabe and Ito's, which the colour-blind tell apart, without its yellow, which white
// paper swallows.
var Palette = []color.Color{
	color.NRGBA{0x00, 0x72, 0xb2, 255}, color.NRGBA{0xd5, 0x5e, 0x00, 255},
	color.NRGBA{0x00, 0x9e, 0x73, 255},
	color.NRGBA{0xcc, 0x79, 0xa7, 255}, color.NRGBA{0xe6, 0x9f, 0x00, 255},
	color.NRGBA{0x56, 0xb4, 0xe9, 255}, color.NRGBA{0x00, 0x00, 0x00, 255},
}

// Scale is the range of values that the colour map spans. One scale serves a whole data set: scaled
// each on its own, normal pictures would glow.
type Scale struct{ Low, High float64 }

// Colour is the colour of a value; beyond the scale it is the nearest end's.
func (s Scale) Colour(v float64) color.NRGBA {
	switch {
	case math.IsNaN(v):
		return notANumber
	case v <= s.Low:
		return colours[0]
	case v >= s.High:
		return colours[len(colours)-1]
	}
	return colours[int(math.Round(255*(v-s.Low)/(s.High-s.Low)))]
}

// ScaleOf spans the finite values of maps from their smallest to the given quantile (0..1) of them:
// with 0.999 a hot pixel does not darken all others. Of no values it is 0 to 1.
func ScaleOf(quantile float64, maps ...[]float32) Scale {
	var all []float32
	for _, m := range maps {
		for _, v := range m {
			if v-v == 0 { // neither NaN nor infinite
				all = append(all, v)
			}
		}
	}
	if len(all) == 0 {
		return Scale{0, 1}
	}
	slices.Sort(all)
	return Scale{float64(all[0]), float64(all[int(min(max(quantile, 0), 1)*float64(len(all)-1))])}
}
