package imageio

import (
	"image"
	"image/color"
)

// From converts any picture of Go's image packages to RGB (C = 3). As Pillow's convert("RGB") does,
// alpha is dropped and the colour under it kept, not multiplied by it; 16-bit channels keep their
// high byte.
func From(src image.Image) *Image { return fromYCbCr(src, color.YCbCrToRGB) }

// fromYCbCr is From with the conversion that the file format prescribes for YCbCr.
func fromYCbCr(src image.Image, toRGB func(y, cb, cr uint8) (r, g, b uint8)) *Image {
	if p, ok := src.(*image.Paletted); ok {
		return fromPalette(p)
	}
	b := src.Bounds()
	m := New(b.Dx(), b.Dy(), 3)
	for y := range m.H {
		rgbRow(m.Pix[3*y*m.W:3*(y+1)*m.W], src, b.Min.X, b.Min.Y+y, toRGB)
	}
	return m
}

// rgbRow reads the row of pixels that starts at (x0, y).
func rgbRow(dst []uint8, src image.Image, x0, y int, toRGB func(y, cb, cr uint8) (r, g, b uint8)) {
	n := len(dst) / 3
	switch s := src.(type) {
	case *image.Gray:
		replicate(dst, s.Pix[s.PixOffset(x0, y):], 1)
	case *image.Gray16: // big endian: the high byte comes first
		replicate(dst, s.Pix[s.PixOffset(x0, y):], 2)
	case *image.NRGBA:
		for x, pix := 0, s.Pix[s.PixOffset(x0, y):]; x < n; x++ {
			copy(dst[3*x:3*x+3], pix[4*x:4*x+3])
		}
	case *image.NRGBA64:
		for x, pix := 0, s.Pix[s.PixOffset(x0, y):]; x < n; x++ {
			dst[3*x], dst[3*x+1], dst[3*x+2] = pix[8*x], pix[8*x+2], pix[8*x+4]
		}
	case *image.YCbCr:
		for x := range n {
			at, c := s.YOffset(x0+x, y), s.COffset(x0+x, y)
			dst[3*x], dst[3*x+1], dst[3*x+2] = toRGB(s.Y[at], s.Cb[c], s.Cr[c])
		}
	case *image.NYCbCrA:
		rgbRow(dst, &s.YCbCr, x0, y, toRGB)
	// the decoders make it for opaque pictures, and for TIFF with multiplied alpha
	case *image.RGBA:
		for x, pix := 0, s.Pix[s.PixOffset(x0, y):]; x < n; x++ {
			if pix[4*x+3] == 255 {
				copy(dst[3*x:3*x+3], pix[4*x:4*x+3])
			} else {
				put(dst[3*x:], s.RGBAAt(x0+x, y))
			}
		}
	default:
		for x := range n {
			put(dst[3*x:], src.At(x0+x, y))
		}
	}
}

// replicate writes every step-th byte of src three times.
func replicate(dst, src []uint8, step int) {
	for x := range len(dst) / 3 {
		v := src[step*x]
		dst[3*x], dst[3*x+1], dst[3*x+2] = v, v, v
	}
}

// put writes one colour, freed from a multiplication by its alpha.
func put(dst []uint8, c color.Color) {
	n, ok := c.(color.NRGBA)
	if !ok {
		wide := color.NRGBA64Model.Convert(c).(color.NRGBA64)
		n = color.NRGBA{R: uint8(wide.R >> 8), G: uint8(wide.G >> 8), B: uint8(wide.B >> 8)}
	}
	dst[0], dst[1], dst[2] = n.R, n.G, n.B
}

// fromPalette looks every pixel up; an index beyond the palette is black.
func fromPalette(p *image.Paletted) *Image {
	var table [256][3]uint8
	for i, c := range p.Palette[:min(len(p.Palette), 256)] {
		put(table[i][:], c)
	}
	m := New(p.Rect.Dx(), p.Rect.Dy(), 3)
	for y := range m.H {
		at := p.PixOffset(p.Rect.Min.X, p.Rect.Min.Y+y)
		for x, index := range p.Pix[at : at+m.W] {
			copy(m.Pix[3*(y*m.W+x):], table[index][:])
		}
	}
	return m
}

// grey keeps a picture that is stored in grey as one channel (16 bits: the high byte); ok is false
// for any other.
func grey(src image.Image) (m *Image, ok bool) {
	b := src.Bounds()
	var pix []uint8
	var stride, step int
	switch s := src.(type) {
	case *image.Gray:
		pix, stride, step = s.Pix, s.Stride, 1
	case *image.Gray16:
		pix, stride, step = s.Pix, s.Stride, 2
	default:
		return nil, false
	}
	m = New(b.Dx(), b.Dy(), 1)
	for y := range m.H {
		for x := range m.W {
			m.Pix[y*m.W+x] = pix[y*stride+x*step]
		}
	}
	return m, true
}

// studioRGB converts YCbCr of ITU-R BT.601 with the studio range (Y 16 to 235), as VP8 and so lossy
// WebP store it; JPEG uses the full range, which is what Go's image packages assume of both.
func studioRGB(y, cb, cr uint8) (r, g, b uint8) {
	luma := 1.164383 * (float32(y) - 16)
	u, v := float32(cb)-128, float32(cr)-128
	return round8(luma + 1.596027*v), round8(luma - 0.391762*u - 0.812968*v),
		round8(luma + 2.017232*u)
}

func round8(x float32) uint8 { return uint8(min(max(x+0.5, 0), 255)) }
