package synth

import (
	"fmt"
	"image"
	"image/color"
	"math"
)

// Picture is one generated image with what is known of it.
type Picture struct {
	Image *image.NRGBA
	Masks map[string]*image.Gray // one a defect type, 255 where the flaw is seen; none when normal
}

// smallest and largest part of the picture that a flaw may cover.
const smallest, largest = 0.001, 0.15

// visible is by how much a value (0..1) must change to count as part of a flaw.
const visible = 0.045

// DrawPicture makes the picture called name: the same name, category and side give the same bytes.
// Each type is planned on the flawless picture, and its mask is where the lit picture with that
// flaw alone differs from the flawless one; lines of one or two pixels are kept in it where thin is
// set.
func DrawPicture(name string, c Category, side int, kinds []string, wild float64,
	thin bool) (*Picture, error) {
	p, _, err := drawPicture(name, c, side, kinds, wild, thin)
	return p, err
}

// drawPicture is DrawPicture, and gives the edits that the flaws are.
func drawPicture(name string, c Category, side int, kinds []string, wild float64,
	thin bool) (*Picture, edits, error) {
	paint := func(e edits) *Scene { return paintScene(name, c, side, wild, e) }
	clean := paint(edits{})
	if len(kinds) == 0 {
		return &Picture{Image: clean.expose(clean.finish(), name)}, edits{}, nil
	}
	flawless := clean.shade(clean.light)
	masks, all := map[string]*image.Gray{}, edits{}
	for _, kind := range kinds {
		plan := planOf(kind)
		if plan == nil {
			return nil, edits{}, fmt.Errorf("synth: no defect type %q", kind)
		}
		for try := 0; ; try++ {
			e := plan(&clue{Stream(fmt.Sprint(name, " ", kind, " ", try)), clean})
			mask, share := differing(flawless, paint(e).finish(), side, thin)
			if share >= smallest && share <= largest {
				masks[kind] = mask
				all.add(e)
				break
			}
			if try == 40 {
				return nil, edits{}, fmt.Errorf("synth: %s: no %s between %g and %g of the "+
					"picture in %d tries", name, kind, smallest, largest, try)
			}
		}
	}
	sc := paint(all)
	return &Picture{Image: sc.expose(sc.finish(), name), Masks: masks}, all, nil
}

// paintScene paints a specimen with edits; the name decides how it looks.
func paintScene(name string, c Category, side int, wild float64, e edits) *Scene {
	sc := newScene(side, Stream(name+" look"), wild, e)
	c.Paint(sc)
	return sc
}

// differing marks where two lit pictures differ visibly, closes gaps of a few pixels, drops what is
// thin unless that is kept, and gives the share of the picture.
func differing(a, b []float64, side int, thin bool) (*image.Gray, float64) {
	marked := make([]bool, side*side)
	for i := range marked {
		for k := range 3 {
			marked[i] = marked[i] || math.Abs(min(a[3*i+k], 1)-min(b[3*i+k], 1)) > visible
		}
	}
	r := max(1, side/64)
	marked = spread(spread(marked, side, r, true), side, r, false) // closing
	if !thin {
		marked = spread(spread(marked, side, 1, false), side, 1, true) // opening: no lone pixels
	}
	mask, count := image.NewGray(image.Rect(0, 0, side, side)), 0
	for i, m := range marked {
		if m {
			mask.Pix[i] = 255
			count++
		}
	}
	return mask, float64(count) / float64(len(marked))
}

// spread grows what is marked by r pixels (a square), or shrinks it.
func spread(marked []bool, side, r int, grow bool) []bool {
	pass := func(in []bool) []bool { // along rows, giving columns
		out := make([]bool, side*side)
		for y := range side {
			last := -side // the last pixel that decides
			row := in[y*side : (y+1)*side]
			for x := range side + r {
				if x < side && row[x] == grow {
					last = x
				}
				if x >= r {
					near := x-last <= 2*r
					out[(x-r)*side+y] = near == grow
				}
			}
		}
		return out
	}
	return pass(pass(marked))
}

// expose blurs as the lens does, adds the sensor's grain and rounds to eight bits.
func (sc *Scene) expose(lit []float64, name string) *image.NRGBA {
	n, noise := sc.side, Stream(name+" grain")
	sigma := sc.blur * float64(n) / 256
	lit = lens(lit, n, sigma)
	out := image.NewNRGBA(image.Rect(0, 0, n, n))
	to8 := func(v float64) uint8 {
		v = min(max(v, 0), 1)
		return uint8(math.Round(255 * min(max(v+sc.grain*(0.6+0.7*v)*noise.NormFloat64(), 0), 1)))
	}
	for i := range n * n {
		out.SetNRGBA(i%n, i/n, color.NRGBA{to8(lit[3*i]), to8(lit[3*i+1]), to8(lit[3*i+2]), 255})
	}
	return out
}

// lens blurs three channels with a Gaussian of sigma pixels, cut at two of its neighbours.
func lens(values []float64, n int, sigma float64) []float64 {
	w := [3]float64{1, math.Exp(-1 / (2 * sigma * sigma)), math.Exp(-4 / (2 * sigma * sigma))}
	total := w[0] + 2*w[1] + 2*w[2]
	blur := func(in []float64, stride, across int) []float64 {
		out := make([]float64, len(in))
		for line := range n {
			for k := range n {
				i := line*across + k*stride
				for c := range 3 {
					sum := w[0] * in[i+c]
					for d := 1; d <= 2; d++ {
						sum += w[d] * (in[line*across+max(k-d, 0)*stride+c] +
							in[line*across+min(k+d, n-1)*stride+c])
					}
					out[i+c] = sum / total
				}
			}
		}
		return out
	}
	return blur(blur(values, 3, 3*n), 3*n, 3)
}

// Example is a picture of a category with flaws of the given types, none for a normal one, of side
// pixels a side: the index-th of seed.
func (b Benchmark) Example(c Category, types []Type, index int, seed uint64, side int) (*Picture,
	error) {
	j := job{category: c, split: "example", index: index, types: types}
	return j.picture(b, side, seed)
}
