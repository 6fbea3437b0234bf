package detector

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Plain undoes PostProcess: it finds the token distances that a map was made of, and enlarges them
// to the crop alone, without resize and blur. PostProcess is linear and loses nothing of what a
// grid of tokens holds, so that the distances are the least-squares solution.
type Plain struct {
	crop           int
	made, enlarged mat.Dense // of an axis: [MapSide, grid], [crop, grid]
	qr             mat.QR    // of made
}

// NewPlain is for maps of that grid and crop; nil for a grid finer than a map, which keeps nothing
// apart.
func NewPlain(grid, crop int) *Plain {
	if grid < 1 || grid > MapSide {
		return nil
	}
	p := &Plain{crop: crop}
	p.enlarged.CloneFrom(Aligned(grid, crop))
	var resized mat.Dense
	resized.Mul(Resize(crop, MapSide), &p.enlarged)
	p.made.Mul(Blur(MapSide), &resized)
	p.qr.Factorize(&p.made)
	return p
}

// tolerance is how far a map made again may be from the map, in parts of its largest value: float32
// leaves 1e-6.
const tolerance = 1e-4

// Of gives the plain map, crop·crop values, row-major; false for a map that PostProcess did not
// make of such a grid.
func (p *Plain) Of(scoreMap []float32) ([]float32, bool) {
	if p == nil || len(scoreMap) != MapSide*MapSide {
		return nil, false
	}
	m := mat.NewDense(MapSide, MapSide, nil)
	most := 0.0
	for i, x := range scoreMap {
		m.RawMatrix().Data[i] = float64(x)
		most = max(most, math.Abs(float64(x)))
	}
	// map = made · tokens · madeᵀ
	var left, tokens, again, step mat.Dense
	if p.qr.SolveTo(&left, false, m) != nil || p.qr.SolveTo(&tokens, false, left.T()) != nil {
		return nil, false // the enlarging kept tokens apart too little
	}
	step.Mul(&p.made, tokens.T())
	again.Mul(&step, p.made.T())
	for i, x := range again.RawMatrix().Data {
		if !(math.Abs(x-float64(scoreMap[i])) <= tolerance*most) {
			return nil, false
		}
	}
	step.Reset()
	var large mat.Dense
	step.Mul(&p.enlarged, tokens.T())
	large.Mul(&step, p.enlarged.T())
	out := make([]float32, p.crop*p.crop)
	for i, x := range large.RawMatrix().Data {
		out[i] = float32(x)
	}
	return out, true
}
