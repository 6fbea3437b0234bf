package inpformer

import (
	"math"

	"adlab/pkg/encoder"
)

// Augmentations is the number of fixed variants that the few-shot setting makes of an image.
const Augmentations = 22

// FewShot makes the variants for an extractor, whose images have their channels last.
var FewShot = encoder.Variants{Name: " few-shot 1", Count: Augmentations,
	Make: func(image []float32, side int) (out [][]float32) {
		for _, v := range Augment(interchange(image, side*side, 3), side) {
			out = append(out, interchange(v, 3, side*side))
		}
		return out
	}}

// interchange turns [rows, columns] into [columns, rows].
func interchange(x []float32, rows, columns int) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i%columns*rows+i/columns] = v
	}
	return out
}

// Augment gives the 22 variants of a normalised image of side pixels a side, channels first
// (3·side·side values each): the image, eight rotations, eight translations, a mirror image, grey,
// three quarter turns. SPEC 10.
func Augment(image []float32, side int) [][]float32 {
	out := [][]float32{image}
	for _, k := range []float64{-4, -3, -2, -1, 1, 2, 3, 4} {
		out = append(out, rotate(image, side, k*math.Pi/16))
	}
	for _, step := range []float64{0.2, 0.1} {
		for _, sign := range [][2]float64{{1, 1}, {-1, 1}, {-1, -1}, {1, -1}} {
			a, b := step*sign[0], step*sign[1]
			out = append(out, sample(image, side, func(x, y float64) (float64, float64) {
				return x + a, y + b
			}))
		}
	}
	out = append(out, rearrange(image, side, func(x, y int) (int, int) {
		return side - 1 - x, y
	}), grey(image, side))
	turned := image
	for range 3 { // counter-clockwise
		turned = rearrange(turned, side, func(x, y int) (int, int) { return side - 1 - y, x })
		out = append(out, turned)
	}
	return out
}

func rotate(image []float32, side int, angle float64) []float32 {
	sin, cos := math.Sincos(angle)
	return sample(image, side, func(x, y float64) (float64, float64) {
		return x*cos - y*sin, x*sin + y*cos
	})
}

// sample fills the output from source(x, y), in coordinates from -1 to 1 whose pixel centres lie at
// (2j + 1)/side - 1: bilinear, reflected about the outer pixel edges. SPEC 10.
func sample(image []float32, side int, source func(x, y float64) (float64, float64)) []float32 {
	n := float64(side)
	place := func(u float64) (lo, hi int, t float32) {
		p := reflect(((u+1)*n-1)/2, n)
		lo = int(p)
		return lo, min(lo+1, side-1), float32(p - float64(lo))
	}
	out := make([]float32, len(image))
	for y := range side {
		for x := range side {
			u, v := source((2*float64(x)+1)/n-1, (2*float64(y)+1)/n-1)
			x0, x1, tx := place(u)
			y0, y1, ty := place(v)
			for c := range 3 {
				p := image[c*side*side:]
				top := p[y0*side+x0]*(1-tx) + p[y0*side+x1]*tx
				bottom := p[y1*side+x0]*(1-tx) + p[y1*side+x1]*tx
				out[(c*side+y)*side+x] = top*(1-ty) + bottom*ty
			}
		}
	}
	return out
}

// reflect folds p into -0.5..n-0.5 and clamps it to a pixel centre.
func reflect(p, n float64) float64 {
	p = math.Mod(math.Abs(p+0.5), 2*n)
	if p > n {
		p = 2*n - p
	}
	return min(max(p-0.5, 0), n-1)
}

func rearrange(image []float32, side int, source func(x, y int) (int, int)) []float32 {
	out := make([]float32, len(image))
	for y := range side {
		for x := range side {
			sx, sy := source(x, y)
			for c := range 3 {
				out[(c*side+y)*side+x] = image[(c*side+sy)*side+sx]
			}
		}
	}
	return out
}

func grey(image []float32, side int) []float32 {
	out, n := make([]float32, len(image)), side*side
	for i := range n {
		v := 0.299*image[i] + 0.587*image[n+i] + 0.114*image[2*n+i]
		out[i], out[n+i], out[2*n+i] = v, v, v
	}
	return out
}
