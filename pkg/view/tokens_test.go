package view

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestLikeness(t *testing.T) {
	require.Equal(t, []float32{1, 0, -1}, cosines([]float32{2, 0, 0, 3, -1, 0}, 0, 2))
	worst, best := farApart([]bool{true, true, false, false},
		[][]float32{{1, 3, 5, 0}, {1, 1, 1, 1}})
	require.Equal(t, []int{1, 3}, []int{worst, best})
	worst, best = farApart([]bool{false, false}, [][]float32{{1, 3}})
	require.Equal(t, []int{1, 0}, []int{worst, best}, "no token lies mostly in the defect")
}

func TestPrincipalAxes(t *testing.T) {
	// along (3, 4)/5 with deviation 5, across with 1/5 of it
	points := mat.NewDense(4, 2, []float64{13, 14, 7, 6, 9.2, 10.6, 10.8, 9.4})
	a, err := Principal(points, 2)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{10, 10}, a.Mean, 1e-12)
	require.InDelta(t, 0.6, a.Vectors.At(0, 0)/a.Vectors.At(1, 0)*0.8, 1e-9)
	require.InDelta(t, 5/1.4142135623730951, a.Spread[0], 1e-9)
	require.InDelta(t, 1/1.4142135623730951, a.Spread[1], 1e-9)
	require.InDelta(t, 25.0/26, a.Shares[0], 1e-9)
	flat := a.Project(points)
	require.InDelta(t, 10, max(flat.At(0, 0)-flat.At(1, 0), flat.At(1, 0)-flat.At(0, 0)), 1e-9)

	_, err = Principal(mat.NewDense(1, 2, []float64{1, 2}), 2)
	require.ErrorContains(t, err, "1 points of 2 dimensions have no principal axes")
}
