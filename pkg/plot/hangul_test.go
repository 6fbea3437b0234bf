package plot

import (
	"image"
	"testing"

	"github.com/stretchr/testify/require"
	gonumfont "gonum.org/v1/plot/font"
)

// TestKoreanWordsAreWritten: in a caption and in a legend no letter is left out or a box, and Latin
// text stands in its own typeface.
func TestKoreanWordsAreWritten(t *testing.T) {
	ink := func(text string) (n int) {
		picture := image.NewRGBA(image.Rect(0, 0, 200, 30))
		write(picture, 14, label{text: text, x: 5, y: 15})
		for _, v := range picture.Pix {
			if v != 0 {
				n++
			}
		}
		return n
	}
	require.Equal(t, typeface, typefaceOf("rust stain"))
	require.Equal(t, hangul, typefaceOf("녹슨 자국 (rust)"))
	letters := []rune("녹슨자국ㅎ")
	for a := '가'; a <= '힣'; a++ {
		letters = append(letters, a)
	}
	for _, a := range letters {
		i, err := gonumfont.DefaultCache.Lookup(hangul, 12).Face.GlyphIndex(nil, a)
		require.NoError(t, err)
		require.NotZero(t, i, string(a))
	}
	require.NotEqual(t, ink("녹슨"), ink("자국"), "boxes are alike")
	require.Greater(t, width("녹슨 자국", 14), width("녹슨", 14))
	points := func(name string) []byte {
		p, err := Scatter("t", "x", "y", Cloud{Name: name, X: []float64{1}, Y: []float64{2}})
		require.NoError(t, err)
		return p.Image.(*image.RGBA).Pix
	}
	require.NotEqual(t, points("녹슨"), points("자국"))
}
