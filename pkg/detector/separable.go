package detector

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/mat"
)

// Separable applies linear maps of one axis to both axes of a [B, h, w], the first map first.
// Resizing and blurring are such maps, so a whole chain of them is one matrix L and the result
// L·a·Lᵀ.
func Separable(a *Node, steps ...*mat.Dense) *Node {
	l := chain(a.Graph(), steps)
	return bothSides(a, l, l)
}

// SeparableAxes is Separable with other maps for the columns, which change the width w, than for
// the rows, which change the height h.
func SeparableAxes(a *Node, height, width []*mat.Dense) *Node {
	return bothSides(a, chain(a.Graph(), height), chain(a.Graph(), width))
}

// bothSides is l·a·rᵀ for each of a [B, h, w].
func bothSides(a, l, r *Node) *Node {
	return Einsum("biw,jw->bij", Einsum("ih,bhw->biw", l, a), r)
}

// chain is the product of the maps, the first one rightmost, in float32: [m, n].
func chain(g *Graph, steps []*mat.Dense) *Node {
	product := steps[0]
	for _, step := range steps[1:] {
		var next mat.Dense
		next.Mul(step, product)
		product = &next
	}
	rows, _ := product.Dims()
	weights := make([][]float32, rows)
	for i := range weights {
		for _, x := range product.RawRowView(i) {
			weights[i] = append(weights[i], float32(x))
		}
	}
	return Const(g, weights)
}

// Aligned resizes one axis from n to m bilinearly with aligned corners: [m, n].
func Aligned(n, m int) *mat.Dense {
	return bilinear(n, m, func(i int) float64 {
		return float64(i) * float64(n-1) / float64(max(1, m-1))
	})
}

// Resize resizes one axis from n to m bilinearly with pixel centres at half integers and no
// anti-aliasing: [m, n].
func Resize(n, m int) *mat.Dense {
	return bilinear(n, m, func(i int) float64 {
		return max(0, (float64(i)+0.5)*float64(n)/float64(m)-0.5)
	})
}

// Blur blurs one axis of n pixels with INP-Former's normalised Gaussian of five taps and deviation
// 4, which is nearly flat; beyond the edge are zeros, so the border darkens: [n, n].
func Blur(n int) *mat.Dense {
	const taps, sigma = 5, 4.0
	var kernel [taps]float64
	sum := 0.0
	for k := range kernel {
		x := float64(k - taps/2)
		kernel[k] = math.Exp(-x * x / (2 * sigma * sigma))
		sum += kernel[k]
	}
	m := mat.NewDense(n, n, nil)
	for i := range n {
		for k, w := range kernel {
			if j := i + k - taps/2; j >= 0 && j < n {
				m.Set(i, j, w/sum)
			}
		}
	}
	return m
}

// bilinear is the [m, n] matrix whose row i interpolates between the two neighbours of source(i),
// the upper one clamped.
func bilinear(n, m int, source func(i int) float64) *mat.Dense {
	w := mat.NewDense(m, n, nil)
	for i := range m {
		u := source(i)
		lo := min(int(u), n-1)
		hi, t := min(lo+1, n-1), u-float64(lo)
		w.Set(i, lo, w.At(i, lo)+1-t)
		w.Set(i, hi, w.At(i, hi)+t)
	}
	return w
}
