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

// shade writes a grey picture whose pixels say which it is; a white square marks masks.
func shade(t *testing.T, path string, side, shade int, square bool) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	m := image.NewGray(image.Rect(0, 0, side, side))
	for i := range m.Pix {
		m.Pix[i] = uint8(shade)
	}
	if square {
		for i := range 4 {
			m.SetGray(2+i%2, 2+i/2, color.Gray{Y: 255})
		}
	}
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
}

// sound is a small category without faults.
func sound(t *testing.T, root string) {
	at := func(parts ...string) string {
		return filepath.Join(append([]string{root, "plate"}, parts...)...)
	}
	shade(t, at("train", "good", "0.png"), 16, 1, false)
	shade(t, at("train", "good", "1.png"), 16, 2, false)
	shade(t, at("test", "good", "0.png"), 16, 3, false)
	shade(t, at("test", "dent", "0.png"), 16, 4, false)
	shade(t, at("ground_truth", "dent", "0_mask.png"), 16, 0, true)
}

func TestCheck(t *testing.T) {
	for label, c := range map[string]struct {
		spoil func(t *testing.T, dir string)
		want  string // "" for nothing wrong
	}{
		"sound": {func(*testing.T, string) {}, ""},
		"truncated": {func(t *testing.T, d string) {
			require.NoError(t, os.Truncate(filepath.Join(d, "test/good/0.png"), 40))
		}, "an unreadable image"},
		"mask's size": {func(t *testing.T, d string) {
			shade(t, filepath.Join(d, "ground_truth/dent/0_mask.png"), 12, 0, true)
		}, "a mask of another size"},
		"empty mask": {func(t *testing.T, d string) {
			shade(t, filepath.Join(d, "ground_truth/dent/0_mask.png"), 16, 0, false)
		}, "without an anomalous pixel"},
		"twins": {func(t *testing.T, d string) {
			shade(t, filepath.Join(d, "test/good/1.png"), 16, 1, false)
		}, "both learned from and tested on"},
		"normal masked": {func(t *testing.T, d string) {
			shade(t, filepath.Join(d, "ground_truth/good/0_mask.png"), 16, 0, true)
		}, "expected no masks for normal images"},
		"no mask": {func(t *testing.T, d string) {
			shade(t, filepath.Join(d, "test/dent/1.png"), 16, 9, false)
		}, "expected a mask"},
		"train anomaly": {func(t *testing.T, d string) {
			shade(t, filepath.Join(d, "train/dent/1.png"), 16, 9, false)
		}, "expected normal images only"},
		"one kind": {func(t *testing.T, d string) {
			require.NoError(t, os.RemoveAll(filepath.Join(d, "test/good")))
		}, "of one kind only"},
		"Jupyter's copy": {func(t *testing.T, d string) {
			shade(t, filepath.Join(d, "test/.ipynb_checkpoints/0.png"), 16, 9, false)
		}, ""},
	} {
		t.Run(label, func(t *testing.T) {
			root := t.TempDir()
			sound(t, root)
			c.spoil(t, filepath.Join(root, "plate"))
			r, err := Check(t.Context(), "", root, nil)
			require.NoError(t, err)
			require.Equal(t, "mvtec", r.Layout)
			if c.want == "" {
				require.Empty(t, r.Problems, r.Text())
				require.Equal(t, []Counts{{Name: "plate", Train: 2, Good: 1, Anomalous: 1, Masks: 1,
					DefectTypes: map[string]int{"dent": 1}}}, r.Categories)
				return
			}
			require.Len(t, r.Problems, 1, r.Text())
			require.Contains(t, r.Problems[0].What, c.want)
			require.NotEmpty(t, r.Problems[0].Do)
		})
	}
}

func TestCheckShowsAllCategories(t *testing.T) {
	root := t.TempDir()
	sound(t, root)
	shade(t, filepath.Join(root, "broken", "test", "good", "0.png"), 8, 1, false)
	r, err := Check(t.Context(), "mvtec", root, nil)
	require.NoError(t, err)
	require.Len(t, r.Categories, 1, "the sound one is still counted")
	require.Len(t, r.Problems, 1)
	require.Contains(t, r.Problems[0].Where[0], "broken")
	_, err = Check(t.Context(), "", t.TempDir(), nil)
	require.ErrorContains(t, err, "expected a data set in one of the layouts")
}
