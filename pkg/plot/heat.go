package plot

import (
	"image"
	"image/color"
	"math"

	"adlab/pkg/imageio"
)

// HeatMap draws a map with rows of side values, one pixel a value.
func HeatMap(values []float32, side int, s Scale) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, side, len(values)/side))
	for i, v := range values {
		out.SetNRGBA(i%side, i/side, s.Colour(float64(v)))
	}
	return out
}

// Overlay blends a picture, in grey, half and half with its map, whose values are enlarged
// bilinearly to the picture.
func Overlay(picture *imageio.Image, values []float32, side int, s Scale) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, picture.W, picture.H))
	for i, v := range enlarge(values, side, picture.W, picture.H) {
		sum := 0
		for _, p := range picture.Pix[i*picture.C : (i+1)*picture.C] {
			sum += int(p)
		}
		grey, c := sum/picture.C, s.Colour(v)
		blend := func(v uint8) uint8 { return uint8((grey + int(v) + 1) / 2) }
		out.SetNRGBA(i%picture.W, i/picture.W, color.NRGBA{blend(c.R), blend(c.G), blend(c.B), 255})
	}
	return out
}

// enlarge interpolates bilinearly between the centres of the values; beyond the outermost centres
// it repeats. The values are interpolated, not their colours: a blend of two colours of the map is
// seldom a colour of the map. NaN fills the pixels nearest to it and no others.
func enlarge(values []float32, side, w, h int) []float64 {
	columns, rows := taps(side, w), taps(len(values)/side, h)
	out := make([]float64, 0, w*h)
	for _, y := range rows {
		for _, x := range columns {
			if nearest := float64(values[y.nearest()*side+x.nearest()]); math.IsNaN(nearest) {
				out = append(out, nearest)
				continue
			}
			var sum, weight float64
			for _, p := range [4]struct {
				x, y   int
				weight float64
			}{{x.at, y.at, (1 - x.part) * (1 - y.part)}, {x.next, y.at, x.part * (1 - y.part)},
				{x.at, y.next, (1 - x.part) * y.part}, {x.next, y.next, x.part * y.part}} {
				if v := float64(values[p.y*side+p.x]); p.weight > 0 && !math.IsNaN(v) {
					sum, weight = sum+p.weight*v, weight+p.weight
				}
			}
			out = append(out, sum/weight)
		}
	}
	return out
}

// tap names the two of n values between whose centres a pixel lies, and how far it is on the way to
// the second.
type tap struct {
	at, next int
	part     float64
}

func (t tap) nearest() int {
	if t.part >= 0.5 {
		return t.next
	}
	return t.at
}

func taps(n, pixels int) []tap {
	out := make([]tap, pixels)
	for i := range out {
		at := (float64(i)+0.5)*float64(n)/float64(pixels) - 0.5
		at = min(max(at, 0), float64(n-1))
		whole := int(at)
		out[i] = tap{whole, min(whole+1, n-1), at - float64(whole)}
	}
	return out
}
