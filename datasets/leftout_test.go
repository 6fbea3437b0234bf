package datasets

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestImagesOfSubfoldersAndKinds(t *testing.T) {
	root := tree(t, "a/Train/good/0.JPG", "a/Train/good/1.jfif", "a/Train/good/2.gif",
		"a/Train/good/3.pgm", "a/Train/good/cam2/0.PNG", "a/Train/good/cam2/deep/0.Tif",
		"a/TEST/good/cam2/0.png", "a/TEST/cut/0.png", "a/TEST/cut/cam2/0.png",
		"a/Ground_Truth/cut/0_mask.png", "a/Ground_Truth/cut/cam2/0.png", "a/license.txt",
		"a/LICENSE", "a/Train/good/.hidden.png")
	set, err := Open("mvtec", root, Options{})
	require.NoError(t, err)
	require.Empty(t, set.Notes)
	require.Equal(t, []string{"a/Train/good/0.JPG", "a/Train/good/1.jfif", "a/Train/good/2.gif",
		"a/Train/good/3.pgm", "a/Train/good/cam2/0.PNG", "a/Train/good/cam2/deep/0.Tif"},
		ids(set.Categories[0].Train))
	for _, x := range set.Categories[0].Test[:2] {
		require.Equal(t, x.ID == "a/TEST/cut/cam2/0.png", filepath.Base(filepath.Dir(x.Mask)) ==
			"cam2", x.ID)
	}
	require.Equal(t, "mvtec", Detect(root))

	set, err = Open("mvtec", tree(t, "a/train/good/c/0.png", "a/train/good/c/0.bmp",
		"a/test/good/0.png"), Options{})
	require.NoError(t, err)
	require.Len(t, set.Categories[0].Train, 2)
	_, err = Open("mvtec", tree(t, "a/train/good/0.png", "a/test/good/0.png", "a/test/cut/c/0.png",
		"a/test/cut/c/0.bmp", "a/ground_truth/cut/c/0.png"), Options{})
	require.ErrorContains(t, err, "got 0.bmp and 0.png")
}

func TestWhatIsLeftOutIsCounted(t *testing.T) {
	root := tree(t, "a/train/good/0.png", "a/train/good/1.heic", "a/train/good/2.HEIC",
		"a/train/good/clip.mp4", "a/train/good/raw", "a/test/good/0.png", "a/test/cut/0.png",
		"a/val/good/9.png", "b/9.jpg", "a/train/good/notes.txt", "a/README")
	set, err := Open("mvtec", root, Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"left out are 2 .heic, 1 .jpg, 1 .mp4, 1 .png, 1 without an " +
		"extension, in a/train/good, a/val/good, b"}, set.Notes)
	r, err := Check(t.Context(), "", root, nil)
	require.NoError(t, err)
	require.Contains(t, r.Text(), "note: left out are 2 .heic")
}

func TestTrainingAloneNeedsNoTest(t *testing.T) {
	for label, files := range map[string][]string{
		"no test":              {"train/good/0.png", "train/good/1.png"},
		"a test that is empty": {"train/ok/0.png", "train/ok/1.png", "test/good/", "test/defect/"},
		"the images":           {"0.png", "1.png"},
		"the folder good":      {"good/0.png", "good/1.png"},
	} {
		root := tree(t, files...)
		set, err := Open("folder", root, Options{TrainOnly: true})
		require.NoError(t, err, label)
		require.Len(t, set.Train(), 2, label)
		require.Empty(t, set.Categories[0].Test, label)
		_, err = Open("folder", root, Options{})
		require.Error(t, err, label)
	}
	set, err := Open("mvtec", tree(t, "a/train/good/0.png", "b/train/0.png"),
		Options{TrainOnly: true})
	require.NoError(t, err)
	require.Len(t, set.Categories, 2)
	_, err = Open("folder", tree(t, "notes.txt"), Options{TrainOnly: true})
	require.ErrorContains(t, err, "expected at least one image")
}

func TestInit(t *testing.T) {
	root := filepath.Join(t.TempDir(), "part")
	require.NoError(t, Init(root, "then"))
	text, err := os.ReadFile(filepath.Join(root, "README.txt"))
	require.NoError(t, err)
	for _, f := range emptyLayout {
		require.DirExists(t, filepath.Join(root, f[0]))
		require.Contains(t, string(text), f[0])
	}
	require.Contains(t, string(text), "then")
	require.ErrorContains(t, Init(root, ""), "expected an empty folder or none, got README.txt")
	require.NoError(t, Init(t.TempDir(), ""))
	require.NoError(t, os.WriteFile(filepath.Join(root, "train/good/0.png"), grey(t, 4, 3, 1),
		0o666))
	set, err := Open("folder", root, Options{TrainOnly: true})
	require.NoError(t, err, "it can be trained on as soon as there are images")
	require.Empty(t, set.Notes)
}
