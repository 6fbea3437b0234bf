package plot

import (
	"image/color"
	"math"
	"testing"

	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

func TestEnlarge(t *testing.T) {
	require.Equal(t, []float64{0, 0.25, 0.75, 1}, enlarge([]float32{0, 1}, 2, 4, 1),
		"between the centres, and flat beyond them")
	require.Equal(t, []float64{0, 1, 2, 3}, enlarge([]float32{0, 1, 2, 3}, 2, 2, 2),
		"of its own size it is itself")
	require.Equal(t, []float64{1.5}, enlarge([]float32{0, 1, 2, 3}, 2, 1, 1))
	require.Equal(t, []float64{5, 5, 5}, enlarge([]float32{5}, 1, 3, 1))
	nan := float32(math.NaN())
	holed := enlarge([]float32{2, nan}, 2, 4, 1)
	require.Equal(t, []float64{2, 2}, holed[:2], "NaN does not spread")
	require.True(t, math.IsNaN(holed[2]) && math.IsNaN(holed[3]))
}

func TestHeatMap(t *testing.T) {
	h := HeatMap([]float32{0, 1, 2, 3, 4, float32(math.NaN())}, 3, Scale{0, 4})
	require.Equal(t, 3, h.Bounds().Dx())
	require.Equal(t, 2, h.Bounds().Dy())
	require.Equal(t, colours[128], h.NRGBAAt(2, 0))
	require.Equal(t, colours[255], h.NRGBAAt(1, 1))
	require.Equal(t, notANumber, h.NRGBAAt(2, 1))
}

func TestOverlayBlendsGreyAndMapHalfAndHalf(t *testing.T) {
	for _, channels := range []int{1, 3} {
		picture := imageio.New(30, 20, channels)
		for i := range picture.Pix {
			picture.Pix[i] = uint8(90 + 10*(i%channels))
		}
		grey := 90 + 10*(channels-1)/2
		o := Overlay(picture, []float32{0, 1, 2, 3}, 2, Scale{0, 3})
		require.Equal(t, 30, o.Bounds().Dx())
		require.Equal(t, 20, o.Bounds().Dy())
		half := func(v uint8) uint8 { return uint8((grey + int(v) + 1) / 2) }
		hot := colours[255]
		require.Equal(t, color.NRGBA{half(hot.R), half(hot.G), half(hot.B), 255}, o.NRGBAAt(29, 19))
		require.Equal(t, color.NRGBA{half(0), half(0), half(0), 255}, o.NRGBAAt(0, 0))
	}
}
