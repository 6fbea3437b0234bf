package imageio

import "math"

// precision of Pillow's integer coefficients, in bits.
const precision = 22

// taps are the source pixels lo..lo+len(weight)-1 of one output pixel, with integer weights that
// sum to about 2^22.
type taps struct {
	lo     int
	weight []int32
}

// Filter is one of Pillow's resampling kernels.
type Filter string

// The filters that the papers' preprocessing uses: pkg/inpformer/SPEC.md 2, pkg/multiads/SPEC.md 2.
const (
	Bilinear Filter = "" // a triangle
	Bicubic  Filter = "bicubic"
)

// kernel gives the weight at a distance of x pixels, and the distance beyond which it is zero.
func (f Filter) kernel() (weight func(x float64) float64, support float64) {
	if f == Bicubic {
		const a = -0.5
		return func(x float64) float64 {
			switch x = math.Abs(x); {
			case x < 1:
				return ((a+2)*x-(a+3))*x*x + 1
			case x < 2:
				return (((x-5)*x+8)*x - 4) * a
			}
			return 0
		}, 2
	}
	return func(x float64) float64 { return max(0, 1-math.Abs(x)) }, 1
}

// Weights are the filter's for resizing n pixels to m, as Pillow computes them before rounding:
// output i is the sum of weight[i][j] times pixel lo[i]+j. The kernel widens with the scale when
// shrinking, so that it low-passes; taps beyond the edge are left out.
func (f Filter) Weights(n, m int) (lo []int, weight [][]float64) {
	kernel, support := f.kernel()
	ratio := float64(n) / float64(m)
	scale := max(ratio, 1)
	support *= scale
	lo, weight = make([]int, m), make([][]float64, m)
	all := make([]float64, 0, m*(2*int(math.Ceil(support))+1))
	for i := range weight {
		centre := (float64(i) + 0.5) * ratio
		lo[i] = max(int(centre-support+0.5), 0)
		hi := min(int(centre+support+0.5), n)
		sum, start := 0.0, len(all)
		for j := lo[i]; j < hi; j++ {
			w := kernel((float64(j) - centre + 0.5) / scale)
			all, sum = append(all, w), sum+w
		}
		weight[i] = all[start:]
		for j := range weight[i] {
			weight[i][j] /= sum
		}
	}
	return lo, weight
}

// coefficients are the weights as Pillow's integers. most is the largest number of taps.
func coefficients(n, m int, f Filter) (table []taps, most int) {
	lo, weights := f.Weights(n, m)
	table = make([]taps, m)
	for i, ws := range weights {
		table[i] = taps{lo[i], make([]int32, len(ws))}
		for j, w := range ws {
			table[i].weight[j] = int32(math.Round(w * (1 << precision)))
		}
		most = max(most, len(ws))
	}
	return table, most
}

// Resize is Pillow's bilinear resize.
func Resize(m *Image, w, h int) *Image { return Bilinear.Resize(m, w, h) }

// Nearest is Pillow's resize by the nearest pixel: its place grows by repeated addition, which
// decides ties.
func Nearest(m *Image, w, h int) *Image {
	places := func(n, m int) []int {
		out, scale := make([]int, m), float64(n)/float64(m)
		at := 0.5 * scale
		for i := range out {
			out[i] = min(int(at), n-1)
			at += scale
		}
		return out
	}
	columns, rows := places(m.W, w), places(m.H, h)
	out := New(w, h, m.C)
	for y, sy := range rows {
		for x, sx := range columns {
			copy(out.Pix[(y*w+x)*m.C:(y*w+x+1)*m.C], m.Pix[(sy*m.W+sx)*m.C:])
		}
	}
	return out
}

// Resize is Pillow's resize of 8-bit data, bit for bit, without keeping the aspect ratio: two
// integer passes, the horizontal one first, its result rounded to 8 bits; a pass that changes
// nothing is skipped.
func (f Filter) Resize(m *Image, w, h int) *Image {
	if h == m.H {
		out := New(w, h, m.C)
		row := horizontal(m, w, f)
		for y := range h {
			copy(out.Pix[y*w*m.C:], row(y))
		}
		return out
	}
	// The vertical pass asks for rows in rising order and needs few at a time, so they are kept in
	// a ring.
	out, stride, row := New(w, h, m.C), w*m.C, horizontal(m, w, f)
	table, most := coefficients(m.H, h, f)
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

// horizontal gives the rows of m, resized to a width of w; a row is valid until the next one is
// asked for.
func horizontal(m *Image, w int, f Filter) func(y int) []uint8 {
	stride := m.W * m.C
	if w == m.W {
		return func(y int) []uint8 { return m.Pix[y*stride : (y+1)*stride] }
	}
	table, _ := coefficients(m.W, w, f)
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
		dst[3*x], dst[3*x+1], dst[3*x+2] = clamp(r>>precision), clamp(g>>precision),
			clamp(b>>precision)
	}
}

func clamp(x int32) uint8 { return uint8(min(max(x, 0), 255)) }
