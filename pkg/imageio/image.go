// Package imageio turns image files into the numbers that encoders take: decoding with limits that are checked before a
// pixel is allocated, Pillow's resize to the bit, centre crop, normalisation, masks.
package imageio

import (
	"image"
	"image/color"
)

// Image is an 8-bit picture: Pix holds H rows of W pixels of C interleaved channels, C = 1 (grey) or 3 (RGB).
type Image struct {
	W, H, C int
	Pix     []uint8
}

// New is a black picture.
func New(w, h, c int) *Image { return &Image{W: w, H: h, C: c, Pix: make([]uint8, w*h*c)} }

// Image is the same picture for Go's image packages.
func (m *Image) Image() image.Image {
	rect := image.Rect(0, 0, m.W, m.H)
	if m.C == 1 {
		return &image.Gray{Pix: m.Pix, Stride: m.W, Rect: rect}
	}
	out := image.NewNRGBA(rect)
	for i := range m.W * m.H {
		copy(out.Pix[4*i:], m.Pix[3*i:3*i+3])
		out.Pix[4*i+3] = 255
	}
	return out
}

// From converts a decoded picture to RGB (C = 3), or to one channel where grey is asked for and the source is grey. As Pillow's
// convert("RGB") does, alpha is dropped and the colour under it kept; 16-bit channels keep their high byte.
func From(src image.Image, grey bool) *Image {
	b := src.Bounds()
	if grey && isGrey(src) {
		m := New(b.Dx(), b.Dy(), 1)
		for y := range m.H {
			for x := range m.W {
				m.Pix[y*m.W+x] = color.GrayModel.Convert(src.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y
			}
		}
		return m
	}
	m := New(b.Dx(), b.Dy(), 3)
	for y := range m.H {
		row := m.Pix[3*y*m.W : 3*(y+1)*m.W]
		for x := range m.W {
			row[3*x], row[3*x+1], row[3*x+2] = rgb(src, b.Min.X+x, b.Min.Y+y)
		}
	}
	return m
}

func isGrey(src image.Image) bool {
	switch src.ColorModel() {
	case color.GrayModel, color.Gray16Model:
		return true
	}
	return false
}

// rgb reads one pixel without premultiplying by alpha.
func rgb(src image.Image, x, y int) (r, g, b uint8) {
	switch s := src.(type) {
	case *image.Gray:
		v := s.GrayAt(x, y).Y
		return v, v, v
	case *image.NRGBA:
		c := s.NRGBAAt(x, y)
		return c.R, c.G, c.B
	case *image.YCbCr:
		c := s.YCbCrAt(x, y)
		return color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
	case *image.RGBA: // the decoders make it only for opaque pictures
		c := s.RGBAAt(x, y)
		return c.R, c.G, c.B
	case *image.NRGBA64:
		c := s.NRGBA64At(x, y)
		return uint8(c.R >> 8), uint8(c.G >> 8), uint8(c.B >> 8)
	case *image.Paletted:
		if c, ok := s.Palette[s.ColorIndexAt(x, y)].(color.NRGBA); ok {
			return c.R, c.G, c.B
		}
	}
	c := color.NRGBAModel.Convert(src.At(x, y)).(color.NRGBA)
	return c.R, c.G, c.B
}
