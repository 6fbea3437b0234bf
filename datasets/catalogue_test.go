package datasets

import (
	"fmt"
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

// TestTheFirstTenOffendersAreNamed, and how many there are besides.
func TestTheFirstTenOffendersAreNamed(t *testing.T) {
	files := []string{"train/0.png", "ground_truth/bad/5.png"}
	for i := range 13 {
		files = append(files, fmt.Sprintf("test/bad/%02d.png", i))
	}
	_, err := Open("folder", tree(t, append(files, "ground_truth/bad/12.png")...), Options{})
	require.ErrorContains(t, err, "missing for 12 of 13: 00.png, 01.png, 02.png, 03.png, 04.png, "+
		"05.png, 06.png, 07.png, 08.png, 09.png and 2 more")
	require.NotContains(t, err.Error(), "\n")
}

// TestAFolderThatCannotBeRead is an error, and not an empty folder.
func TestAFolderThatCannotBeRead(t *testing.T) {
	root := tree(t, "train/0.png", "test/good/0.png", "test/bad/0.png")
	closed := filepath.Join(root, "test", "bad")
	require.NoError(t, os.Chmod(closed, 0))
	t.Cleanup(func() { os.Chmod(closed, 0o777) })
	if _, err := os.ReadDir(closed); err == nil {
		t.Skip("this user reads every folder")
	}
	_, err := Open("folder", root, Options{})
	require.ErrorContains(t, err, closed)
	require.ErrorContains(t, err, "permission denied")
	require.NotContains(t, err.Error(), "\n")
}
