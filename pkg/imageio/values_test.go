package imageio

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValuesAreThoseOfTheFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, m image.Image) string {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, m))
		require.NoError(t, f.Close())
		return path
	}
	deep := image.NewGray16(image.Rect(0, 0, 2, 1))
	deep.SetGray16(0, 0, color.Gray16{Y: 1})
	deep.SetGray16(1, 0, color.Gray16{Y: 65535})
	w, h, values, err := ReadValues(write("deep.png", deep))
	require.NoError(t, err)
	require.Equal(t, []int{2, 1}, []int{w, h})
	require.Equal(t, []float32{1, 65535}, values)
	shallow := image.NewGray(image.Rect(0, 0, 1, 2))
	shallow.Pix[1] = 200
	w, h, values, err = ReadValues(write("shallow.png", shallow))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, []int{w, h})
	require.Equal(t, []float32{0, 200}, values)
	colour := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	colour.SetNRGBA(0, 0, color.NRGBA{R: 9, A: 255})
	_, _, _, err = ReadValues(write("colour.png", colour))
	require.ErrorContains(t, err, "colour.png: expected a grey PNG or TIFF")
	_, _, _, err = ReadValues(filepath.Join(dir, "none.png"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
