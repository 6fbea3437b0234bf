package datasets

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStrangeFiles: what copying, unpacking and painting tools leave in a data set.
func TestStrangeFiles(t *testing.T) {
	for label, c := range map[string]struct {
		spoil   func(t *testing.T, dir string)
		problem string // "" for none
		note    string
	}{
		"dangling link": {func(t *testing.T, d string) {
			require.NoError(t, os.Symlink("gone.png", filepath.Join(d, "test/good/9.png")))
		}, "an unreadable image", ""},
		"link to itself": {func(t *testing.T, d string) {
			require.NoError(t, os.Symlink("9.png", filepath.Join(d, "test/good/9.png")))
		}, "an unreadable image", ""},
		"folder in a circle": {func(t *testing.T, d string) {
			require.NoError(t, os.Symlink(".", filepath.Join(d, "test/loop")))
		}, "loop: expected at least one image", ""},
		"mask in upper case": {func(t *testing.T, d string) {
			require.NoError(t, os.Rename(filepath.Join(d, "ground_truth/dent/0_mask.png"),
				filepath.Join(d, "ground_truth/dent/0_MASK.PNG")))
		}, "expected a mask NAME_mask.png or NAME.png", ""},
		"zero bytes": {func(t *testing.T, d string) {
			require.NoError(t, os.WriteFile(filepath.Join(d, "train/good/0.png"), nil, 0o666))
		}, "an unreadable image", ""},
		"a mask with soft edges in colour": {func(t *testing.T, d string) {
			m := image.NewRGBA(image.Rect(0, 0, 16, 16))
			for i, v := range []uint8{255, 128, 60} {
				m.Set(4+i, 4, color.RGBA{v, v, v, 255})
			}
			f, err := os.Create(filepath.Join(d, "ground_truth/dent/0_mask.png"))
			require.NoError(t, err)
			require.NoError(t, png.Encode(f, m))
			require.NoError(t, f.Close())
		}, "", "1 masks have other values than 0 and 255"},
	} {
		t.Run(label, func(t *testing.T) {
			root := t.TempDir()
			sound(t, root)
			c.spoil(t, filepath.Join(root, "plate"))
			r, err := Check(t.Context(), "mvtec", root, nil)
			require.NoError(t, err)
			if c.problem == "" {
				require.Empty(t, r.Problems, r.Text())
			} else {
				require.NotEmpty(t, r.Problems)
				require.Contains(t, r.Problems[0].What, c.problem)
			}
			if c.note != "" {
				require.Len(t, r.Notes, 1)
				require.Contains(t, r.Notes[0], c.note)
			}
		})
	}
}
