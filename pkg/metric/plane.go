package metric

import "math"

// Plane is an anomaly map, row-major.
type Plane struct {
	W, H int
	Pix  []float32
}

// NewPlane is a map of zeros.
func NewPlane(w, h int) Plane { return Plane{w, h, make([]float32, w*h)} }

// Resizing is how a map gets another size.
type Resizing int

// The ways that published evaluations take.
const (
	// between the four nearest pixels, centres at half integers, no anti-aliasing: PyTorch's
	// interpolate with mode "bilinear", OpenCV's INTER_LINEAR
	Bilinear Resizing = iota
	// source index floor(i·from/to) on each axis: PyTorch's mode "nearest", OpenCV's INTER_NEAREST
	Nearest
)

// Resize brings a map to w x h pixels.
func (r Resizing) Resize(p Plane, w, h int) Plane {
	if w == p.W && h == p.H {
		return p
	}
	out := NewPlane(w, h)
	if r == Nearest {
		for y := range h {
			row := p.Pix[y*p.H/h*p.W:]
			for x := range w {
				out.Pix[y*w+x] = row[x*p.W/w]
			}
		}
		return out
	}
	// in float64, and rounded: in float32 it depends on the processor which scores tie
	columns, rows := between(p.W, w), between(p.H, h)
	for y, v := range rows {
		upper, lower := p.Pix[v.lo*p.W:][:p.W], p.Pix[v.hi*p.W:][:p.W]
		for x, u := range columns {
			a := u.left*float64(upper[u.lo]) + u.right*float64(upper[u.hi])
			b := u.left*float64(lower[u.lo]) + u.right*float64(lower[u.hi])
			out.Pix[y*w+x] = float32(v.left*a + v.right*b)
		}
	}
	return out
}

// pair are the neighbours that a pixel of the new size lies between, and their shares.
type pair struct {
	lo, hi      int
	left, right float64
}

// between finds them on an axis that goes from n to m pixels.
func between(n, m int) []pair {
	out := make([]pair, m)
	scale := float64(n) / float64(m)
	for i := range out {
		at := max(0, (float64(i)+0.5)*scale-0.5)
		lo := min(int(at), n-1)
		right := at - float64(lo)
		out[i] = pair{lo, min(lo+1, n-1), 1 - right, right}
	}
	return out
}

// Blurring is a Gaussian filter of a map; the zero value leaves it alone.
type Blurring struct {
	Sigma  float64 // deviation in pixels
	Radius int     // pixels to each side; 0 for 4 deviations, rounded, as SciPy's gaussian_filter
	// Zeros tells that zeros lie beyond the edge, as in a padded convolution; else the map is
	// reflected there, edge pixels repeated, as SciPy does by default
	Zeros bool
}

// Blur filters rows, then columns, in float64.
func (b Blurring) Blur(p Plane) Plane {
	if b.Sigma == 0 {
		return p
	}
	radius := b.Radius
	if radius == 0 {
		radius = int(4*b.Sigma + 0.5)
	}
	kernel := make([]float64, 2*radius+1)
	sum := 0.0
	for i := range kernel {
		x := float64(i - radius)
		kernel[i] = math.Exp(-x * x / (2 * b.Sigma * b.Sigma))
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	from, rows := make([]float64, len(p.Pix)), make([]float64, len(p.Pix))
	for i, x := range p.Pix {
		from[i] = float64(x)
	}
	for y := range p.H {
		b.line(rows[y*p.W:], from[y*p.W:], p.W, 1, kernel)
	}
	for x := range p.W {
		b.line(from[x:], rows[x:], p.H, p.W, kernel)
	}
	out := NewPlane(p.W, p.H)
	for i, x := range from {
		out.Pix[i] = float32(x)
	}
	return out
}

// line filters n values that lie step apart.
func (b Blurring) line(dst, src []float64, n, step int, kernel []float64) {
	radius := len(kernel) / 2
	for i := range n {
		sum := 0.0
		for k, weight := range kernel {
			j := i + k - radius
			if j < 0 || j >= n {
				if b.Zeros {
					continue
				}
				j = mirrored(j, n)
			}
			sum += weight * src[j*step]
		}
		dst[i*step] = sum
	}
}

// mirrored is the pixel that an index beyond 0..n-1 is reflected to; edge pixels are repeated.
func mirrored(i, n int) int {
	i %= 2 * n
	if i < 0 {
		i += 2 * n
	}
	if i >= n {
		i = 2*n - 1 - i
	}
	return i
}
