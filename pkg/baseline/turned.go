package baseline

import (
	"context"
	"fmt"
	"math"

	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/setting"
)

// mostTurns is how many copies of a reference there are at most: a degree apart.
const mostTurns = 360

// checkTurns says in one line where a number of copies cannot be.
func checkTurns(n int) error {
	if n < 0 || n > mostTurns {
		return setting.Errorf("Rotations", "expected 1 to %d copies of each normal picture, or 0 "+
			"for the paper's number, got %d", mostTurns, n)
	}
	return nil
}

// turnsOf is how many copies of each picture a method learns from: as many as are asked for, or,
// where nothing is, the paper's of a few shots and the picture alone of all pictures.
func turnsOf(asked, paper, shots int) int {
	switch {
	case asked > 0:
		return asked
	case shots > 0:
		return paper
	}
	return 1
}

// extractTurned gives the features of normal samples, each in so many turns, evenly spaced over the
// circle, the picture itself the first.
func extractTurned(ctx context.Context, name string, x *encoder.Cache, train []datasets.Sample,
	turns int) (*encoder.Features, error) {
	if turns <= 1 || len(train) == 0 {
		return extract(ctx, name, x, train)
	}
	return x.ExtractVariants(ctx, train, encoder.Variants{Name: fmt.Sprintf(" turned %d", turns),
		Count: turns, Make: func(image []float32, side int) (out [][]float32) {
			for i := range turns {
				out = append(out, turned(image, side, 2*math.Pi*float64(i)/float64(turns)))
			}
			return out
		}})
}

// turned is a normalised image of side pixels a side, channels last, turned about its middle by an
// angle: bilinear, and beyond the edge as at the edge.
func turned(image []float32, side int, angle float64) []float32 {
	if angle == 0 {
		return image
	}
	sin, cos := math.Sincos(angle)
	middle := float64(side-1) / 2
	// the two pixels that a coordinate lies between, and how far it is from the first
	between := func(u float64) (low, high int, part float32) {
		u = min(max(u, 0), float64(side-1))
		low = int(u)
		return low, min(low+1, side-1), float32(u - float64(low))
	}
	out := make([]float32, len(image))
	for i := range side * side {
		dx, dy := float64(i%side)-middle, float64(i/side)-middle
		x0, x1, tx := between(middle + dx*cos - dy*sin)
		y0, y1, ty := between(middle + dx*sin + dy*cos)
		for c := range 3 {
			at := func(y, x int) float32 { return image[3*(y*side+x)+c] }
			top := at(y0, x0)*(1-tx) + at(y0, x1)*tx
			bottom := at(y1, x0)*(1-tx) + at(y1, x1)*tx
			out[3*i+c] = top*(1-ty) + bottom*ty
		}
	}
	return out
}
