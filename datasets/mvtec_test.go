package datasets

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree writes files into a fresh folder. An image's content is a grey PNG of 4 x 3 pixels whose
// grey depends on its place in the list; a name that ends in a slash is a folder.
func tree(t testing.TB, names ...string) string {
	root := filepath.Join(t.TempDir(), "world")
	for i, name := range names {
		path := filepath.Join(root, filepath.FromSlash(name))
		if name[len(name)-1] == '/' {
			require.NoError(t, os.MkdirAll(path, 0o777))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, grey(t, 4, 3, uint8(i)), 0o666))
	}
	return root
}

func grey(t testing.TB, w, h int, v uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = v
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

func ids(samples []Sample) []string {
	var all []string
	for _, x := range samples {
		all = append(all, x.ID)
	}
	return all
}

func TestMVTec(t *testing.T) {
	root := tree(t,
		"bottle/train/good/000.png", "bottle/train/good/001.png",
		"bottle/test/good/000.png", "bottle/test/broken/000.png", "bottle/test/broken/010.png",
		"bottle/test/broken/9_mask.png",
		"bottle/ground_truth/broken/010_mask.png", "bottle/ground_truth/broken/000.png",
		"bottle/ground_truth/broken/9_mask.png",
		"cable/train/good/a.JPG", "cable/test/good/a.Tiff", "cable/test/bent/x.jpeg",
		"cable/ground_truth/bent/x.png", "cable/ground_truth/good/",
		"cable/train/.ipynb_checkpoints/a.png", "cable/train/good/Thumbs.db",
		"cable/train/good/._a.png", "cable/train/good/desktop.ini",
		"cable/train/good/notes.txt", "__MACOSX/train/good/a.png", ".hidden/train/a.png",
		"readme/a.png",
	)
	set, err := Open("mvtec", root, Options{})
	require.NoError(t, err)
	require.Equal(t, "world", set.Name)
	require.True(t, set.HasMasks)
	require.Len(t, set.Categories, 2)
	bottle, ok := set.Category("bottle")
	require.True(t, ok)
	require.Equal(t, []string{"bottle/train/good/000.png", "bottle/train/good/001.png"},
		ids(bottle.Train))
	at := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	require.Equal(t, []Sample{
		{ID: "bottle/test/broken/000.png", Path: at("bottle/test/broken/000.png"),
			Mask: at("bottle/ground_truth/broken/000.png"), Category: "bottle", Split: "test",
			DefectType: "broken", Label: 1},
		{ID: "bottle/test/broken/010.png", Path: at("bottle/test/broken/010.png"),
			Mask: at("bottle/ground_truth/broken/010_mask.png"), Category: "bottle", Split: "test",
			DefectType: "broken", Label: 1},
		{ID: "bottle/test/broken/9_mask.png", Path: at("bottle/test/broken/9_mask.png"),
			Mask: at("bottle/ground_truth/broken/9_mask.png"), Category: "bottle", Split: "test",
			DefectType: "broken", Label: 1},
		{ID: "bottle/test/good/000.png", Path: at("bottle/test/good/000.png"), Category: "bottle",
			Split: "test", DefectType: "good"},
	}, bottle.Test)
	require.Equal(t, "train", bottle.Train[0].Split)
	cable, _ := set.Category("cable")
	require.Equal(t, []string{"cable/train/good/a.JPG"}, ids(cable.Train))
	require.Equal(t, []string{"cable/test/bent/x.jpeg", "cable/test/good/a.Tiff"}, ids(cable.Test))
	_, ok = set.Category("dog")
	require.False(t, ok)
	require.Len(t, set.Train(), 3)
	require.Len(t, set.All(), 9)

	alone, err := Open("mvtec", filepath.Join(root, "bottle"), Options{})
	require.NoError(t, err)
	require.Equal(t, "bottle", alone.Categories[0].Name)
	require.Equal(t, "train/good/000.png", alone.Categories[0].Train[0].ID)
}

func TestFolder(t *testing.T) {
	root := tree(t, "train/a.png", "train/good/a.png", "test/good/a.png", "test/dent/a.png")
	set, err := Open("folder", root, Options{})
	require.NoError(t, err)
	require.False(t, set.HasMasks)
	require.Equal(t, "world", set.Categories[0].Name)
	require.Equal(t, []string{"train/a.png", "train/good/a.png"}, ids(set.Train()))
	t.Chdir(root)
	set, err = Open("folder", ".", Options{})
	require.NoError(t, err)
	require.Equal(t, "world", set.Name, "not a dot")
}

func TestLayoutMistakesAreOneLine(t *testing.T) {
	const train, good, bad = "train/good/0.png", "test/good/0.png", "test/bad/0.png"
	for name, tt := range map[string]struct {
		files []string
		want  string
	}{
		"empty folder": {[]string{"empty/"},
			"expected folders train and test in it, got empty"},
		"no test":  {[]string{train}, "expected folders train and test in it, got train"},
		"no train": {[]string{good}, "expected folders train and test in it, got test"},
		"no train image": {[]string{"train/good/", good, bad},
			"train: expected at least one image (png, jpg, bmp, tif or webp) in it or in"},
		"anomalies in train": {[]string{train, "train/bad/0.png", good},
			`got a folder "bad"; anomalous images belong into test`},
		"empty test": {[]string{train, "test/"},
			"expected the images in folders, good and one for each kind of defect, got an empty " +
				"folder"},
		"loose test image": {[]string{train, good, "test/7.png"},
			"expected the images in folders, good and one for each kind of defect, got 7.png, " +
				"good"},
		"empty kind": {[]string{train, good, "test/bad/"},
			"bad: expected at least one image (png, jpg, bmp, tif or webp), got an empty folder"},
		"no image in kind": {[]string{train, good, "test/bad/x.txt"},
			"bad: expected at least one image (png, jpg, bmp, tif or webp), got x.txt"},
		"missing mask": {[]string{train, good, bad, "test/bad/1.png", "test/bad/2.png",
			"ground_truth/bad/1.png"}, "missing for 2 of 3: 0.png, 2.png; add them"},
		"no mask folder": {[]string{train, good, bad, "ground_truth/"},
			"expected a folder with the masks of"},
		"extra mask": {[]string{train, good, bad, "ground_truth/bad/0.png",
			"ground_truth/bad/5_mask.png"}, "got 1 without an image: 5_mask.png; remove them"},
		"two masks": {[]string{train, good, bad, "ground_truth/bad/0.png",
			"ground_truth/bad/0_mask.png"}, "got 1 without an image: 0.png; remove them"},
		"mask for good": {[]string{train, good, bad, "ground_truth/bad/0.png",
			"ground_truth/good/0.png"}, "expected no masks for normal images, got 1, first 0.png"},
		"masks of nothing": {[]string{train, good, bad, "ground_truth/bad/0.png",
			"ground_truth/gone/0.png"}, "expected test images for these 1 masks in a folder " +
			"test/gone, got none"},
		"loose mask": {[]string{train, good, bad, "ground_truth/bad/0.png",
			"ground_truth/0.png"}, "got 1 beside them, first 0.png"},
		"duplicate stem": {[]string{train, good, bad, "test/bad/0.jpg", "ground_truth/bad/0.png"},
			"expected one image of a name, got 0.jpg and 0.png"},
		"duplicate in masks": {[]string{train, good, bad, "ground_truth/bad/0.png",
			"ground_truth/bad/0.bmp"}, "expected one image of a name, got 0.bmp and 0.png"},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, tt.files...)
			_, err := Open("folder", root, Options{})
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, root)
			require.NotContains(t, err.Error(), "\n")
		})
	}
	set, err := Open("folder", tree(t, train, "train/good/0.jpg", good, bad), Options{})
	require.NoError(t, err)
	require.Len(t, set.Categories[0].Train, 2, "no mask is of either: both are learned from")
	_, err = Open("mvtec", tree(t, "a/b/c.png"), Options{})
	require.ErrorContains(t, err, "expected folders CATEGORY/train/good and CATEGORY/test in it, "+
		"got a")
	_, err = Open("mvtec", tree(t, "a/train/0.png"), Options{})
	require.ErrorContains(t, err, "a: expected folders train and test in it, got train")
}

func TestPairingIsByStemNotPosition(t *testing.T) {
	root := tree(t, "train/0.png", "test/bad/b.png", "test/bad/a.png",
		"ground_truth/bad/b_mask.png", "ground_truth/bad/a.bmp")
	set, err := Open("folder", root, Options{})
	require.NoError(t, err)
	for _, x := range set.Categories[0].Test {
		require.Equal(t, stem(x.Path)[:1], stem(x.Mask)[:1])
	}
}

func TestCheckMasks(t *testing.T) {
	root := tree(t, "train/0.png", "test/bad/b.png", "ground_truth/bad/b.png")
	set, err := Open("folder", root, Options{})
	require.NoError(t, err)
	require.NoError(t, set.CheckMasks())
	mask := filepath.Join(root, "ground_truth", "bad", "b.png")
	require.NoError(t, os.WriteFile(mask, grey(t, 3, 4, 0), 0o666))
	require.EqualError(t, set.CheckMasks(), "mask "+mask+
		": expected 4x3 pixels as its image has, got 3x4")
	require.NoError(t, os.WriteFile(mask, nil, 0o666))
	require.ErrorContains(t, set.CheckMasks(), mask+": the file is empty")
}
