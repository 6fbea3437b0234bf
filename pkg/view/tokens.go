package view

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Axes are the first principal axes of points in D dimensions.
type Axes struct {
	Mean    []float64  // [D], of the points
	Vectors *mat.Dense // [D, K], a column an axis
	Spread  []float64  // [K], standard deviation of the points along each axis
	Shares  []float64  // [K], of the whole variance
}

// Principal gives the first k principal axes of points, a row each. What cannot be decomposed, such
// as a single point, is an error.
func Principal(points *mat.Dense, k int) (*Axes, error) {
	rows, width := points.Dims()
	var pc stat.PC
	if rows < 2 || !pc.PrincipalComponents(points, nil) {
		return nil, fmt.Errorf("%d points of %d dimensions have no principal axes", rows, width)
	}
	var vectors mat.Dense
	pc.VectorsTo(&vectors)
	variances, all := pc.VarsTo(nil), 0.0
	for _, v := range variances {
		all += v
	}
	a := &Axes{Mean: make([]float64, width)}
	_, columns := vectors.Dims()
	k = min(k, columns)
	a.Vectors = mat.DenseCopyOf(vectors.Slice(0, width, 0, k))
	for c := range width {
		a.Mean[c] = stat.Mean(mat.Col(nil, c, points), nil)
	}
	for i := range k {
		a.Spread = append(a.Spread, math.Sqrt(variances[i]*float64(rows-1)/float64(rows)))
		a.Shares = append(a.Shares, variances[i]/all)
	}
	return a, nil
}

// Project gives the places of points, a row each, along the axes, from the origin: [N, K].
func (a *Axes) Project(points mat.Matrix) *mat.Dense {
	var flat mat.Dense
	flat.Mul(points, a.Vectors)
	return &flat
}

// rowsOf are tokens of so many channels as a matrix.
func rowsOf(tokens []float32, channels int) *mat.Dense {
	out := mat.NewDense(len(tokens)/channels, channels, nil)
	for i, v := range tokens {
		out.Set(i/channels, i%channels, float64(v))
	}
	return out
}

// Colours draws a square grid of tokens of so many channels, a pixel each: their first three
// principal components as red, green and blue.
func Colours(tokens []float32, channels int) (image.Image, error) {
	axes, err := Principal(rowsOf(tokens, channels), 3)
	if err != nil {
		return nil, err
	}
	return colours(tokens, int(math.Sqrt(float64(len(tokens)/channels))), axes), nil
}

// colours draws a grid of tokens by three axes as red, green and blue: two deviations of each axis
// span a colour channel.
func colours(tokens []float32, grid int, a *Axes) image.Image {
	channels := len(a.Mean)
	out := image.NewNRGBA(image.Rect(0, 0, grid, grid))
	for i := range grid * grid {
		rgb := [3]uint8{128, 128, 128}
		for k := range a.Spread {
			sum := 0.0
			for c := range channels {
				sum += (float64(tokens[i*channels+c]) - a.Mean[c]) * a.Vectors.At(c, k)
			}
			rgb[k] = uint8(min(max(127.5+sum/max(a.Spread[k], 1e-9)*127.5/2, 0), 255))
		}
		out.SetNRGBA(i%grid, i/grid, color.NRGBA{rgb[0], rgb[1], rgb[2], 255})
	}
	return out
}

// AnomalousTokens tells which tokens of a sample lie mostly in its mask.
func AnomalousTokens(s datasets.Sample, enc encoder.Encoder) ([]bool, error) {
	const half = 0.5
	mask, err := experiment.Mask(s, enc.Transform())
	if err != nil {
		return nil, err
	}
	side, grid := int(math.Sqrt(float64(len(mask)))), enc.Grid()
	sum, count := make([]float64, grid*grid), make([]float64, grid*grid)
	for i, v := range mask {
		t := i/side*grid/side*grid + i%side*grid/side
		sum[t], count[t] = sum[t]+float64(v), count[t]+1
	}
	out := make([]bool, grid*grid)
	for t := range out {
		out[t] = sum[t] >= half*count[t]
	}
	return out, nil
}

// farApart gives the token of a defect that is reconstructed worst, and the normal one that is
// reconstructed best. Without a token that lies mostly in the defect it is the worst of all.
func farApart(defect []bool, errors [][]float32) (worst, best int) {
	worst, best = -1, -1
	sum := make([]float32, len(defect))
	any := false
	for i, d := range defect {
		any = any || d
		for _, e := range errors {
			sum[i] += e[i]
		}
	}
	for i, d := range defect {
		if (d || !any) && (worst < 0 || sum[i] > sum[worst]) {
			worst = i
		}
		if !d && (best < 0 || sum[i] < sum[best]) {
			best = i
		}
	}
	return worst, max(best, 0)
}

// only is a mask of n tokens with one of them.
func only(at, n int) []uint8 {
	mask := make([]uint8, n)
	mask[at] = 1
	return mask
}

// cosines are those of tokens [N, C] with one of them.
func cosines(tokens []float32, at, channels int) []float32 {
	one := tokens[at*channels : (at+1)*channels]
	dot := func(a, b []float32) (sum float64) {
		for c := range a {
			sum += float64(a[c]) * float64(b[c])
		}
		return sum
	}
	out := make([]float32, len(tokens)/channels)
	for i := range out {
		x := tokens[i*channels : (i+1)*channels]
		out[i] = float32(dot(x, one) / math.Sqrt(max(dot(x, x)*dot(one, one), 1e-12)))
	}
	return out
}
