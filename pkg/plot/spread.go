package plot

import (
	"image"
	"image/color"
	"math"

	"adlab/pkg/imageio"

	"golang.org/x/image/draw"
)

// Part is what part of a picture a map is of, as shares of its width and height, 0 to 1.
type Part struct{ Left, Top, Right, Bottom float64 }

// WholePicture is all of it.
var WholePicture = Part{0, 0, 1, 1}

// Spread brings a map with rows of side values to the w x h pixels of its picture, interpolated
// bilinearly between the values' centres; no value grows beyond the largest. Pixels outside the
// part are NaN.
func Spread(values []float32, side, w, h int, p Part) []float32 {
	columns := partTaps(side, w, p.Left, p.Right)
	rows := partTaps(len(values)/side, h, p.Top, p.Bottom)
	out := make([]float32, w*h)
	nan := float32(math.NaN())
	for y, v := range rows {
		line := out[y*w : (y+1)*w]
		above, below := values[max(v.at, 0)*side:], values[max(v.next, 0)*side:]
		for x, u := range columns {
			if u.at < 0 || v.at < 0 {
				line[x] = nan
				continue
			}
			a := float64(above[u.at])*(1-u.part) + float64(above[u.next])*u.part
			b := float64(below[u.at])*(1-u.part) + float64(below[u.next])*u.part
			line[x] = float32(a*(1-v.part) + b*v.part)
		}
	}
	return out
}

// partTaps are taps of n values over the part from low to high; outside it at is -1.
func partTaps(n, pixels int, low, high float64) []tap {
	out := make([]tap, pixels)
	for i := range out {
		share := (float64(i) + 0.5) / float64(pixels)
		if share < low || share > high || high <= low {
			out[i].at = -1
			continue
		}
		at := (share-low)/(high-low)*float64(n) - 0.5
		at = min(max(at, 0), float64(n-1))
		whole := int(at)
		out[i] = tap{whole, min(whole+1, n-1), at - float64(whole)}
	}
	return out
}

// Over blends a picture, in grey, half and half with values of its own size; where they are NaN it
// stays grey.
func Over(picture *imageio.Image, values []float32, s Scale) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, picture.W, picture.H))
	for i, v := range values {
		grey := greyAt(picture, i)
		c := color.NRGBA{grey, grey, grey, 255}
		if v == v {
			heat := s.Colour(float64(v))
			mix := func(h uint8) uint8 { return uint8((int(grey) + int(h) + 1) / 2) }
			c = color.NRGBA{mix(heat.R), mix(heat.G), mix(heat.B), 255}
		}
		copy(out.Pix[4*i:], []uint8{c.R, c.G, c.B, c.A})
	}
	return out
}

// Heat draws values with rows of w, one pixel a value; where they are NaN it is transparent.
func Heat(values []float32, w int, s Scale) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, w, len(values)/w))
	for i, v := range values {
		if v == v {
			c := s.Colour(float64(v))
			copy(out.Pix[4*i:], []uint8{c.R, c.G, c.B, c.A})
		}
	}
	return out
}

// White draws a mask with rows of w: white where it is not 0, on black.
func White(mask []uint8, w int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, w, len(mask)/w))
	for i, m := range mask {
		if m != 0 {
			out.Pix[i] = 255
		}
	}
	return out
}

// Box frames a rectangle of a picture: the frame lies around it, as far as there is room, in the
// colour of outlines.
func Box(picture *image.NRGBA, r image.Rectangle) {
	size := picture.Bounds().Size()
	width := max(1, min(size.X, size.Y)/200)
	frame := func(r image.Rectangle, width int, c color.Color) {
		outer := r.Inset(-width).Intersect(picture.Bounds())
		inner := outer.Inset(width)
		for _, side := range []image.Rectangle{
			{outer.Min, image.Pt(outer.Max.X, inner.Min.Y)},
			{image.Pt(outer.Min.X, inner.Max.Y), outer.Max},
			{image.Pt(outer.Min.X, inner.Min.Y), image.Pt(inner.Min.X, inner.Max.Y)},
			{image.Pt(inner.Max.X, inner.Min.Y), image.Pt(outer.Max.X, inner.Max.Y)}} {
			draw.Draw(picture, side, image.NewUniform(c), image.Point{}, draw.Src)
		}
	}
	frame(r.Inset(-width), max(1, width/2), rim)
	frame(r, width, outline)
}

// Shrink brings a picture to at most so many pixels a side, in its proportions.
func Shrink(picture image.Image, side int) image.Image {
	from := picture.Bounds()
	longest := max(from.Dx(), from.Dy())
	if longest <= side {
		return picture
	}
	out := image.NewNRGBA(image.Rect(0, 0, max(1, from.Dx()*side/longest),
		max(1, from.Dy()*side/longest)))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), picture, from, draw.Src, nil)
	return out
}
