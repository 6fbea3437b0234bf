package datasets

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// maskPNG is a grey mask with a square of that value.
func maskPNG(t *testing.T, w, h int, value uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h / 2 {
		for x := range w / 2 {
			m.SetGray(x, y, color.Gray{Y: value})
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

func TestMasksThatSayNothingStop(t *testing.T) {
	for label, c := range map[string]struct {
		mask    []byte // of an image of 4 x 3 pixels
		opt     Options
		want    string // of the error, "" for none
		bad     int    // anomalous pixels in the image's size
		problem string // of Check
	}{
		"0 and 255": {maskPNG(t, 4, 3, 255), Options{}, "", 2, ""},
		"0 and 1":   {maskPNG(t, 4, 3, 1), Options{}, "", 2, ""},
		"empty": {maskPNG(t, 4, 3, 0), Options{}, "AllowEmptyMasks: mask ", 0,
			"a mask without an anomalous pixel"},
		"empty, allowed": {maskPNG(t, 4, 3, 0), Options{AllowEmptyMasks: true}, "", 0,
			"a mask without an anomalous pixel"},
		"scaled": {maskPNG(t, 8, 6, 255), Options{}, "ResizeMasks: mask ", 2,
			"a mask of another size"},
		"scaled, allowed": {maskPNG(t, 8, 6, 255), Options{ResizeMasks: true}, "", 2,
			"a mask of another size"},
		"another shape": {maskPNG(t, 3, 4, 255), Options{ResizeMasks: true},
			"expected 4x3 pixels as its image has, got 3x4", 0, "a mask of another size"},
		"everywhere": {grey(t, 4, 3, 9), Options{}, "", 12, "a mask without a normal pixel"},
	} {
		t.Run(label, func(t *testing.T) {
			root := tree(t, "train/0.png", "test/good/1.png", "test/bad/b.png",
				"ground_truth/bad/b.png")
			path := filepath.Join(root, "ground_truth/bad/b.png")
			require.NoError(t, os.WriteFile(path, c.mask, 0o666))
			set, err := Open("folder", root, c.opt)
			require.NoError(t, err)
			err = set.CheckMasks()
			r, checked := Check(t.Context(), "folder", root, nil)
			require.NoError(t, checked)
			if c.problem == "" {
				require.Empty(t, r.Problems)
			} else {
				require.Len(t, r.Problems, 1)
				require.Contains(t, r.Problems[0].What, c.problem)
			}
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				require.ErrorContains(t, err, path)
				return
			}
			require.NoError(t, err)
			m, err := set.Categories[0].Test[0].ReadMask(path)
			require.NoError(t, err)
			require.Equal(t, []int{4, 3, 1}, []int{m.W, m.H, m.C})
			bad := 0
			for _, v := range m.Pix {
				if v > 127 {
					bad++
				}
			}
			require.Equal(t, c.bad, bad)
		})
	}
}

func TestInvertedMasksAreSaid(t *testing.T) {
	root := tree(t, "train/0.png", "test/good/1.png", "test/bad/a.png", "test/bad/b.png",
		"ground_truth/bad/a.png", "ground_truth/bad/b.png")
	for _, name := range []string{"a.png", "b.png"} {
		m := image.NewGray(image.Rect(0, 0, 4, 3))
		for i := range m.Pix[1:] {
			m.Pix[i] = 255
		}
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, m))
		require.NoError(t, os.WriteFile(filepath.Join(root, "ground_truth/bad", name), b.Bytes(),
			0o666))
	}
	r, err := Check(t.Context(), "folder", root, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"2 of 2 masks mark more than half of their image as anomalous: " +
		"turn them over if they are inverted"}, r.Notes)
}

func TestAnImageWithoutItsMaskStops(t *testing.T) {
	root := visaFolder(t, visaList+
		"candle,test,anomaly,candle/Data/Images/Anomaly/0001.png,\n")
	shade(t, filepath.Join(root, "candle/Data/Images/Anomaly/0001.png"), 8, 3, false)
	set, err := Open("visa", root, Options{})
	require.NoError(t, err)
	require.ErrorContains(t, set.CheckMasks(), "Anomaly/0001.png: expected a mask")
	set, err = Open("visa", root, Options{AllowEmptyMasks: true})
	require.NoError(t, err)
	require.NoError(t, set.CheckMasks())
}
