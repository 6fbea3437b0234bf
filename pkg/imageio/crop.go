package imageio

import "math"

// CenterCrop cuts a square of side pixels, at most the picture's width and height, out of the
// middle; the offset is rounded half to even, as Python does.
func CenterCrop(m *Image, side int) *Image {
	x0, y0 := offset(m.W, side), offset(m.H, side)
	out := New(side, side, m.C)
	for y := range side {
		copy(out.Pix[y*side*m.C:(y+1)*side*m.C], m.Pix[((y0+y)*m.W+x0)*m.C:])
	}
	return out
}

func offset(n, side int) int { return int(math.RoundToEven(float64(n-side) / 2)) }
