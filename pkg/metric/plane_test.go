package metric

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMapsAreResizedByHand(t *testing.T) {
	p := Plane{2, 1, []float32{0, 4}}
	require.Equal(t, []float32{0, 1, 3, 4}, Bilinear.Resize(p, 4, 1).Pix, "centres at 1/4 steps")
	require.Equal(t, []float32{0, 0, 4, 4}, Nearest.Resize(p, 4, 1).Pix)
	row := Plane{4, 1, []float32{0, 1, 3, 4}}
	require.Equal(t, []float32{0.5, 3.5}, Bilinear.Resize(row, 2, 1).Pix, "no anti-aliasing")
	require.Equal(t, []float32{0, 3}, Nearest.Resize(row, 2, 1).Pix)
	square := Plane{2, 2, []float32{0, 4, 8, 12}}
	require.Equal(t, []float32{0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12},
		Bilinear.Resize(square, 4, 4).Pix)
	require.Equal(t, square, Bilinear.Resize(square, 2, 2))
}

func TestMapsAreBlurredByHand(t *testing.T) {
	one := Plane{5, 1, []float32{0, 0, 1, 0, 0}}
	require.Equal(t, one, Blurring{}.Blur(one))
	// exp(-1/2) = 0.60653 beside 1; a map of one row is its own neighbour above and below
	got := Blurring{Sigma: 1, Radius: 1}.Blur(one)
	require.InDeltaSlice(t, []float32{0, 0.27407, 0.45186, 0.27407, 0}, got.Pix, 1e-5)
	edge := Plane{3, 1, []float32{1, 0, 0}}
	require.InDeltaSlice(t, []float32{0.45186 + 0.27407, 0.27407, 0},
		Blurring{Sigma: 1, Radius: 1}.Blur(edge).Pix, 1e-5, "reflected")
	require.InDeltaSlice(t, []float32{0.45186 * 0.45186, 0.45186 * 0.27407, 0},
		Blurring{Sigma: 1, Radius: 1, Zeros: true}.Blur(edge).Pix, 1e-5,
		"zeros beside, above and below")
	flat := Plane{2, 2, []float32{3, 3, 3, 3}}
	require.InDeltaSlice(t, flat.Pix, Blurring{Sigma: 4}.Blur(flat).Pix, 1e-6,
		"wider than the map")
}
