package plot

import (
	"image"
	"image/color"
	"testing"

	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

func TestSpread(t *testing.T) {
	got := Spread([]float32{0, 4, 8, 12}, 2, 4, 2, WholePicture)
	require.Equal(t, []float32{0, 1, 3, 4, 8, 9, 11, 12}, got)
	got = Spread([]float32{1, 2, 3, 4}, 2, 4, 4, Part{0.25, 0.25, 0.75, 0.75})
	for i, v := range got {
		inside := i%4 > 0 && i%4 < 3 && i/4 > 0 && i/4 < 3
		require.Equal(t, inside, v == v, i)
	}
	require.Equal(t, []float32{1, 2, 3, 4}, []float32{got[5], got[6], got[9], got[10]})
	wide := Spread([]float32{5}, 1, 7, 3, WholePicture)
	require.Len(t, wide, 21)
	require.Equal(t, float32(5), wide[20])
}

func TestOverAndHeat(t *testing.T) {
	picture := &imageio.Image{W: 2, H: 1, C: 1, Pix: []uint8{100, 100}}
	values := Spread([]float32{1}, 1, 2, 1, Part{0, 0, 0.5, 1})
	s := Scale{0, 1}
	over := Over(picture, values, s)
	require.Equal(t, color.NRGBA{100, 100, 100, 255}, over.NRGBAAt(1, 0), "not looked at")
	top := s.Colour(1)
	require.Equal(t, (100+int(top.R)+1)/2, int(over.NRGBAAt(0, 0).R))
	heat := Heat(values, 2, s)
	require.Equal(t, top, heat.NRGBAAt(0, 0))
	require.Zero(t, heat.NRGBAAt(1, 0).A)
	require.Equal(t, []uint8{0, 255}, White([]uint8{0, 1}, 2).Pix)
}

func TestBoxLiesAround(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 20, 20))
	Box(m, image.Rect(5, 5, 10, 12))
	for y := range 20 {
		for x := range 20 {
			if image.Pt(x, y).In(image.Rect(5, 5, 10, 12)) {
				require.Zero(t, m.NRGBAAt(x, y).A, "%d %d is hidden", x, y)
			}
		}
	}
	require.Equal(t, outline, m.NRGBAAt(4, 4))
	require.Equal(t, outline, m.NRGBAAt(10, 12))
	require.Equal(t, rim, m.NRGBAAt(3, 3))
	Box(m, image.Rect(0, 0, 20, 20)) // no room
	require.Equal(t, outline, m.NRGBAAt(0, 0))
	require.Equal(t, image.Pt(10, 5), Shrink(image.NewGray(image.Rect(0, 0, 40, 20)),
		10).Bounds().Size())
}
