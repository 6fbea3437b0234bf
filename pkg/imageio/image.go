// Package imageio turns image files into the numbers that encoders take: decoding with limits that
// are checked before a pixel is allocated, Pillow's resize to the bit, centre crop, normalisation,
// masks.
package imageio

import "image"

// Image is an 8-bit picture: Pix holds H rows of W pixels of C interleaved channels, C = 1 (grey)
// or 3 (RGB).
type Image struct {
	W, H, C int
	Pix     []uint8
}

// New is a black picture.
func New(w, h, c int) *Image { return &Image{W: w, H: h, C: c, Pix: make([]uint8, w*h*c)} }

// Image is the same picture for Go's image packages: *image.Gray, which shares the pixels, or an
// opaque *image.NRGBA.
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
