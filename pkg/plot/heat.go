package plot

import (
	"image"
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
	return Blend(picture, values, side, s, Half)
}

// Half is the map's part in an Overlay, in percent.
const Half = 50

// Blend is Overlay with the map's part in percent.
func Blend(picture *imageio.Image, values []float32, side int, s Scale, part int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, picture.W, picture.H))
	for i, v := range enlarge(values, side, picture.W, picture.H) {
		grey, c := int(greyAt(picture, i)), s.Colour(v)
		mix := func(v uint8) uint8 { return uint8((grey*(100-part) + int(v)*part + 50) / 100) }
		p := out.Pix[4*i : 4*i+4 : 4*i+4]
		p[0], p[1], p[2], p[3] = mix(c.R), mix(c.G), mix(c.B), 255
	}
	return out
}

// greyAt is the mean of a pixel's channels.
func greyAt(picture *imageio.Image, i int) uint8 {
	sum := 0
	for _, p := range picture.Pix[i*picture.C : (i+1)*picture.C] {
		sum += int(p)
	}
	return uint8(sum / picture.C)
}

// enlarge interpolates bilinearly between the centres of the values; beyond the outermost centres
// it repeats. The values are interpolated, not their colours: a blend of two colours of the map is
// seldom a colour of the map. NaN fills the pixels nearest to it and no others.
func enlarge(values []float32, side, w, h int) []float64 {
	columns, rows := taps(side, w), taps(len(values)/side, h)
	out := make([]float64, 0, w*h)
	for _, y := range rows {
		for _, x := range columns {
			v := [4]float64{float64(values[y.at*side+x.at]), float64(values[y.at*side+x.next]),
				float64(values[y.next*side+x.at]), float64(values[y.next*side+x.next])}
			w := [4]float64{(1 - x.part) * (1 - y.part), x.part * (1 - y.part),
				(1 - x.part) * y.part, x.part * y.part}
			if sum := w[0]*v[0] + w[1]*v[1] + w[2]*v[2] + w[3]*v[3]; !math.IsNaN(sum) {
				out = append(out, sum/(w[0]+w[1]+w[2]+w[3]))
				continue
			}
			if nearest := float64(values[y.nearest()*side+x.nearest()]); math.IsNaN(nearest) {
				out = append(out, nearest)
				continue
			}
			var sum, weight float64
			for i := range v {
				if w[i] > 0 && !math.IsNaN(v[i]) {
					sum, weight = sum+w[i]*v[i], weight+w[i]
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
