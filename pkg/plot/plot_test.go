package plot

import (
	"image/color"
	"math"
	"path/filepath"
	"testing"

	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

func TestScale(t *testing.T) {
	s := Scale{1, 3}
	require.Equal(t, colours[0], s.Colour(-5))
	require.Equal(t, colours[255], s.Colour(9))
	require.Equal(t, notANumber, s.Colour(math.NaN()))
	require.Equal(t, Scale{1, 4}, ScaleOf(1, []float32{4, float32(math.NaN())}, []float32{1, 2}))
}

func TestOverlayIsAsLargeAsThePicture(t *testing.T) {
	o := Overlay(imageio.New(30, 20, 3), []float32{0, 1, 2, 3}, 2, Scale{0, 3})
	require.Equal(t, 30, o.Bounds().Dx())
	require.Equal(t, 20, o.Bounds().Dy())
	require.NotEqual(t, o.At(0, 0), o.At(29, 19))
}

func TestPictureSaysWhatMadeIt(t *testing.T) {
	path, made := filepath.Join(t.TempDir(), "p.png"), map[string]string{"seed": "1", "encoder": "x é"}
	panel := Panel("title", [][]Tile{{{HeatMap([]float32{0, 1, 2, 3}, 2, Scale{0, 3}), "caption"}}}, 60, &Scale{0, 3})
	require.NoError(t, WritePNG(path, panel, made))
	got, err := ReadMade(path)
	require.NoError(t, err)
	require.Equal(t, made, got)
	m, err := imageio.Decode(path)
	require.NoError(t, err)
	black := 0
	for i := 0; i < len(m.Pix); i += 3 {
		if y := i / 3 / m.W; y < 30 && m.Pix[i] < 60 {
			black++
		}
	}
	require.Greater(t, black, 10, "the title is there")
	require.Equal(t, colours[0], color.NRGBA{m.Pix[(40*m.W+12)*3], m.Pix[(40*m.W+12)*3+1], m.Pix[(40*m.W+12)*3+2], 255})
	one, err := PNG(panel, made)
	require.NoError(t, err)
	two, err := PNG(panel, made)
	require.NoError(t, err)
	require.Equal(t, one, two)
}
