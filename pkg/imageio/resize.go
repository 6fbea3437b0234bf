package imageio

import "math"

// precision of Pillow's integer coefficients, in bits.
const precision = 22

// taps are the source pixels lo..lo+len(weight)-1 of one output pixel, with integer weights that sum to about 2^22.
type taps struct {
	lo     int
	weight []int32
}

// coefficients are Pillow's for the bilinear filter from n to m pixels: a triangle that widens with the scale when
// shrinking, so that it low-passes.
func coefficients(n, m int) []taps {
	ratio := float64(n) / float64(m)
	filter := max(ratio, 1)
	out := make([]taps, m)
	for i := range out {
		centre := (float64(i) + 0.5) * ratio
		lo := max(int(centre-filter+0.5), 0)
		hi := min(int(centre+filter+0.5), n)
		w, sum := make([]float64, hi-lo), 0.0
		for j := range w {
			w[j] = max(0, 1-math.Abs((float64(lo+j)-centre+0.5)/filter))
			sum += w[j]
		}
		out[i] = taps{lo, make([]int32, len(w))}
		for j := range w {
			out[i].weight[j] = int32(math.Floor(w[j]/sum*(1<<precision) + 0.5))
		}
	}
	return out
}

// Resize is Pillow's bilinear resize of 8-bit data, bit for bit: two integer passes, the horizontal one first, its
// result rounded to 8 bits; a pass that changes nothing is skipped.
func Resize(m *Image, w, h int) *Image {
	if w != m.W {
		out, table, c := New(w, m.H, m.C), coefficients(m.W, w), m.C
		for y := range m.H {
			row, dst := m.Pix[y*m.W*c:(y+1)*m.W*c], out.Pix[y*w*c:(y+1)*w*c]
			for x, t := range table {
				for k := range c {
					sum := int32(1 << (precision - 1))
					for j, weight := range t.weight {
						sum += weight * int32(row[(t.lo+j)*c+k])
					}
					dst[x*c+k] = clamp(sum >> precision)
				}
			}
		}
		m = out
	}
	if h != m.H {
		out, stride := New(m.W, h, m.C), m.W*m.C
		sums := make([]int32, stride)
		for y, t := range coefficients(m.H, h) {
			for i := range sums {
				sums[i] = 1 << (precision - 1)
			}
			for j, weight := range t.weight {
				row := m.Pix[(t.lo+j)*stride : (t.lo+j+1)*stride]
				for i, p := range row {
					sums[i] += weight * int32(p)
				}
			}
			dst := out.Pix[y*stride : (y+1)*stride]
			for i, s := range sums {
				dst[i] = clamp(s >> precision)
			}
		}
		m = out
	}
	return m
}

func clamp(x int32) uint8 { return uint8(min(max(x, 0), 255)) }

// CenterCrop cuts a square of side pixels out of the middle; the offset is rounded half to even, as Python does.
func CenterCrop(m *Image, side int) *Image {
	x0, y0 := offset(m.W, side), offset(m.H, side)
	out := New(side, side, m.C)
	for y := range side {
		copy(out.Pix[y*side*m.C:(y+1)*side*m.C], m.Pix[((y0+y)*m.W+x0)*m.C:])
	}
	return out
}

func offset(n, side int) int { return int(math.RoundToEven(float64(n-side) / 2)) }
