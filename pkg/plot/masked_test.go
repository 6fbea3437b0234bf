package plot

import (
	"image"
	"image/color"
	"testing"

	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

func TestMaskedTellsFoundMissedAndFalseApart(t *testing.T) {
	picture := imageio.New(4, 2, 1)
	for i := range picture.Pix {
		picture.Pix[i] = 100
	}
	mix := func(c color.NRGBA) color.NRGBA {
		part := func(v uint8) uint8 { return uint8((2*100 + 3*int(v)) / 5) }
		return color.NRGBA{part(c.R), part(c.G), part(c.B), 255}
	}
	called := []bool{true, false, true, false}
	m := Masked(picture, []uint8{1, 1, 0, 0}, called, 2)
	grey := color.NRGBA{100, 100, 100, 255}
	require.Equal(t, mix(foundColour), m.At(1, 0))
	require.Equal(t, mix(missedColour), m.At(2, 0))
	require.Equal(t, mix(wrongColour), m.At(0, 1))
	require.Equal(t, grey, m.At(3, 1))
	m = Masked(picture, nil, called, 2)
	require.Equal(t, mix(wrongColour), m.At(0, 0), "no truth is known")
	require.Equal(t, grey, m.At(3, 0))
}

func TestStackPutsPicturesUnderOneAnother(t *testing.T) {
	narrow, wide := image.NewGray(image.Rect(5, 5, 7, 8)), image.NewGray(image.Rect(0, 0, 4, 1))
	s := Stack(narrow, wide)
	require.Equal(t, image.Rect(0, 0, 4, 4), s.Bounds())
	black, white := color.RGBA{0, 0, 0, 255}, color.RGBA{255, 255, 255, 255}
	require.Equal(t, black, s.At(1, 2))
	require.Equal(t, white, s.At(2, 2))
	require.Equal(t, black, s.At(3, 3))
}

func TestBlendsEnds(t *testing.T) {
	picture := imageio.New(1, 1, 1)
	picture.Pix[0] = 90
	at := func(part int) color.NRGBA {
		return Blend(picture, []float32{1}, 1, Scale{0, 1}, part).NRGBAAt(0, 0)
	}
	require.Equal(t, color.NRGBA{90, 90, 90, 255}, at(0))
	require.Equal(t, colours[255], at(100))
}
