package plot

import (
	"image/color"
	"testing"

	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

func TestOutline(t *testing.T) {
	mask := make([]uint8, 8*8)
	for y := range 5 {
		for x := range 5 {
			mask[y*8+x] = 255 // at the picture's corner
		}
	}
	picture := imageio.New(8, 8, 3).Image()
	o := Outline(picture, mask, 8)
	require.Equal(t, outline, o.NRGBAAt(4, 2))
	require.Equal(t, outline, o.NRGBAAt(2, 4))
	require.Equal(t, rim, o.NRGBAAt(5, 2))
	require.Equal(t, picture.At(0, 0), o.At(0, 0), "no line where the picture ends")
	require.Equal(t, picture.At(2, 2), o.At(2, 2), "none inside")
	require.Equal(t, picture.At(7, 7), o.At(7, 7), "none far outside")
	o = Outline(imageio.New(32, 16, 3).Image(), mask, 8)
	require.Equal(t, outline, o.NRGBAAt(19, 5), "a mask smaller than the picture is spread over it")
	require.Equal(t, color.NRGBA{0, 0, 0, 255}, o.NRGBAAt(31, 15))
}
