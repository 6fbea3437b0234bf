package baseline

import (
	"math"
	"math/rand/v2"
	"testing"

	"adlab/pkg/backend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// TestTheComponentEqualsASingularVector, and points to the middle.
func TestTheComponentEqualsASingularVector(t *testing.T) {
	const grid, width = 6, 5
	rng := rand.New(rand.NewPCG(9, 1))
	mark := middleOf(grid)
	data := mat.NewDense(grid*grid, width, nil)
	x := make([][][]float32, 1)
	for n := range grid * grid {
		row := make([]float32, width)
		for c := range row {
			// the middle differs along one direction, everything a little along all
			row[c] = float32(10 + rng.NormFloat64() - 3*float64(mark[n])*float64(c%2))
			data.Set(n, c, float64(row[c]))
		}
		x[0] = append(x[0], row)
	}
	for c := range width {
		column, mean := mat.Col(nil, c, data), 0.0
		for _, v := range column {
			mean += v / grid / grid
		}
		for n, v := range column {
			data.Set(n, c, v-mean)
		}
	}
	var svd mat.SVD
	require.True(t, svd.Factorize(data, mat.SVDThin))
	var u mat.Dense
	svd.UTo(&u)
	require.Greater(t, svd.Values(nil)[0], 1.3*svd.Values(nil)[1], "one direction is the strongest")
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnce(b.Backend, func(x *Node) *Node { return component(x, mark) }, x)
		require.NoError(t, err)
		got := out.Value().([][]float32)[0]
		product, middle := 0.0, 0.0
		for n, v := range got {
			product += float64(v) * u.At(n, 0)
			middle += float64(v) * float64(mark[n])
		}
		require.InDelta(t, 1, math.Abs(product), 1e-3)
		require.Positive(t, middle)
	}
}

// TestForeground: an object with a seam around it, and a texture, of which all counts.
func TestForeground(t *testing.T) {
	const grid = 8
	object, texture := make([][]float32, grid*grid), make([][]float32, grid*grid)
	for n := range object {
		y, x := n/grid, n%grid
		object[n], texture[n] = []float32{1, 0, 0}, []float32{float32(x % 2), float32(1 - x%2), 0}
		if y >= 2 && y < 6 && x >= 2 && x < 6 {
			object[n] = []float32{0, 1, float32(n%3) / 10}
		}
	}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnce(b.Backend, func(x *Node) *Node { return foreground(x, grid) },
			[][][]float32{object, texture})
		require.NoError(t, err)
		got := out.Value().([][]float32)
		for n := range object {
			y, x := n/grid, n%grid
			want := float32(0)
			if y >= 1 && y < 7 && x >= 1 && x < 7 {
				want = 1
			}
			require.Equal(t, want, got[0][n], "row %d, column %d", y, x)
			require.Equal(t, float32(1), got[1][n])
		}
	}
}
