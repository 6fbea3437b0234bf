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
// shrinking, so that it low-passes. most is the largest number of taps.
func coefficients(n, m int) (table []taps, most int) {
	ratio := float64(n) / float64(m)
	filter := max(ratio, 1)
	reach := 2*int(math.Ceil(filter)) + 1
	all, w := make([]int32, 0, m*reach), make([]float64, reach)
	table = make([]taps, m)
	for i := range table {
		centre := (float64(i) + 0.5) * ratio
		lo := max(int(centre-filter+0.5), 0)
		hi := min(int(centre+filter+0.5), n)
		w, sum := w[:hi-lo], 0.0
		for j := range w {
			w[j] = max(0, 1-math.Abs((float64(lo+j)-centre+0.5)/filter))
			sum += w[j]
		}
		start := len(all)
		for _, x := range w {
			all = append(all, int32(math.Floor(x/sum*(1<<precision)+0.5)))
		}
		table[i] = taps{lo, all[start:]}
		most = max(most, len(w))
	}
	return table, most
}

// Resize is Pillow's bilinear resize of 8-bit data, bit for bit, without keeping the aspect ratio: two integer passes,
// the horizontal one first, its result rounded to 8 bits; a pass that changes nothing is skipped.
func Resize(m *Image, w, h int) *Image {
	if h == m.H {
		out := New(w, h, m.C)
		row := horizontal(m, w)
		for y := range h {
			copy(out.Pix[y*w*m.C:], row(y))
		}
		return out
	}
	// The vertical pass asks for rows in rising order and needs few at a time, so they are kept in a ring.
	out, stride, row := New(w, h, m.C), w*m.C, horizontal(m, w)
	table, most := coefficients(m.H, h)
	ring, next := make([][]uint8, most), 0
	sums := make([]int32, stride)
	for y, t := range table {
		for i := range sums {
			sums[i] = 1 << (precision - 1)
		}
		for j, weight := range t.weight {
			at := (t.lo + j) % most
			if t.lo+j >= next {
				ring[at], next = append(ring[at][:0], row(t.lo+j)...), t.lo+j+1
			}
			for i, p := range ring[at][:len(sums)] {
				sums[i] += weight * int32(p)
			}
		}
		dst := out.Pix[y*stride : (y+1)*stride]
		for i, s := range sums {
			dst[i] = clamp(s >> precision)
		}
	}
	return out
}

// horizontal gives the rows of m, resized to a width of w; a row is valid until the next one is asked for.
func horizontal(m *Image, w int) func(y int) []uint8 {
	stride := m.W * m.C
	if w == m.W {
		return func(y int) []uint8 { return m.Pix[y*stride : (y+1)*stride] }
	}
	table, _ := coefficients(m.W, w)
	dst := make([]uint8, w*m.C)
	return func(y int) []uint8 {
		row := m.Pix[y*stride : (y+1)*stride]
		if m.C == 3 {
			horizontalRGB(dst, row, table)
			return dst
		}
		for x, t := range table {
			sum := int32(1 << (precision - 1))
			for j, p := range row[t.lo : t.lo+len(t.weight)] {
				sum += t.weight[j] * int32(p)
			}
			dst[x] = clamp(sum >> precision)
		}
		return dst
	}
}

// horizontalRGB does three channels in one go, which is where the time of a resize goes.
func horizontalRGB(dst, row []uint8, table []taps) {
	for x, t := range table {
		r, g, b := int32(1<<(precision-1)), int32(1<<(precision-1)), int32(1<<(precision-1))
		src := row[3*t.lo:]
		for _, weight := range t.weight {
			r += weight * int32(src[0])
			g += weight * int32(src[1])
			b += weight * int32(src[2])
			src = src[3:]
		}
		dst[3*x], dst[3*x+1], dst[3*x+2] = clamp(r>>precision), clamp(g>>precision), clamp(b>>precision)
	}
}

func clamp(x int32) uint8 { return uint8(min(max(x, 0), 255)) }
