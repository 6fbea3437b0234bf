package plot

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScale(t *testing.T) {
	s := Scale{1, 3}
	require.Equal(t, colours[0], s.Colour(-5))
	require.Equal(t, colours[0], s.Colour(math.Inf(-1)))
	require.Equal(t, colours[128], s.Colour(2))
	require.Equal(t, colours[255], s.Colour(9))
	require.Equal(t, colours[255], s.Colour(math.Inf(1)))
	require.Equal(t, notANumber, s.Colour(math.NaN()))
	require.Equal(t, colours[0], Scale{2, 2}.Colour(2))
	require.Equal(t, colours[255], Scale{2, 2}.Colour(2.1))
}

func TestScaleOf(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	require.Equal(t, Scale{1, 4}, ScaleOf(1, []float32{4, nan}, []float32{1, 2}))
	require.Equal(t, Scale{-1, 4}, ScaleOf(1, []float32{4, inf, -inf, -1}))
	require.Equal(t, Scale{0, 8}, ScaleOf(0.89, []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 1e6}),
		"one hot pixel")
	require.Equal(t, Scale{1, 2}, ScaleOf(7, []float32{1, 2}))
	require.Equal(t, Scale{1, 1}, ScaleOf(-7, []float32{1, 2}))
	require.Equal(t, Scale{0, 1}, ScaleOf(1, []float32{nan}))
	require.Equal(t, Scale{0, 1}, ScaleOf(1))
}

// The map reads in grey: every colour is lighter than the one before, and none is the colour of NaN
// or of outlines.
func TestColoursGrowLighter(t *testing.T) {
	lightness := func(c color.NRGBA) float64 {
		linear := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
		return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
	}
	distance := func(a, b color.NRGBA) float64 {
		return math.Hypot(math.Hypot(float64(a.R)-float64(b.R), float64(a.G)-float64(b.G)),
			float64(a.B)-float64(b.B))
	}
	for i, c := range colours {
		if i > 0 {
			require.GreaterOrEqual(t, lightness(c), lightness(colours[i-1])-1e-3, "colour %d", i)
		}
		require.Greater(t, distance(c, notANumber), 60.0, "colour %d", i)
		require.Greater(t, distance(c, outline), 60.0, "colour %d", i)
	}
}
