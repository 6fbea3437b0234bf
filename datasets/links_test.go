package datasets

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// linked is a category on another disk, and a set that links to it.
func linked(t *testing.T) (root, disk string) {
	disk = tree(t, "cap/train/good/0.png", "cap/test/good/0.png", "cap/test/dent/0.png",
		"cap/ground_truth/dent/0.png")
	root = t.TempDir()
	require.NoError(t, os.Symlink(filepath.Join(disk, "cap"), filepath.Join(root, "cap")))
	text(t, filepath.Join(root, "meta.json"), `{"train": {"cap": [{"img_path": `+
		`"cap/train/good/0.png", "cls_name": "cap", "anomaly": 0}]}, "test": {"cap": [`+
		`{"img_path": "cap/test/good/0.png", "cls_name": "cap", "anomaly": 0}, {"img_path": `+
		`"cap/test/dent/0.png", "mask_path": "cap/ground_truth/dent/0.png", "cls_name": "cap", `+
		`"specie_name": "dent", "anomaly": 1}]}}`)
	text(t, filepath.Join(root, "split_csv/1cls.csv"), "object,split,label,image,mask\n"+
		"cap,train,normal,cap/train/good/0.png,\ncap,test,normal,cap/test/good/0.png,\n"+
		"cap,test,anomaly,cap/test/dent/0.png,cap/ground_truth/dent/0.png\n")
	return root, disk
}

func TestLinksHaveOneRuleInAllLayouts(t *testing.T) {
	for _, layout := range []string{"mvtec", "meta", "visa"} {
		root, disk := linked(t)
		set, err := Open(layout, root, Options{})
		require.NoError(t, err, "%s: a category may be a link", layout)
		require.Len(t, set.All(), 3)

		elsewhere := filepath.Join(t.TempDir(), "0.png")
		require.NoError(t, os.WriteFile(elsewhere, grey(t, 4, 3, 77), 0o666))
		file := filepath.Join(disk, "cap/train/good/0.png")
		require.NoError(t, os.Remove(file))
		require.NoError(t, os.Symlink(elsewhere, file))
		_, err = Open(layout, root, Options{})
		require.ErrorContains(t, err, "FollowLinks: ")
		require.ErrorContains(t, err, "is a link that leads out of", layout)
		_, err = Open(layout, root, Options{FollowLinks: true})
		require.NoError(t, err, layout)

		require.NoError(t, os.Remove(file))
		require.NoError(t, os.Symlink("../../test/good/0.png", file))
		_, err = Open(layout, root, Options{})
		require.NoError(t, err, "%s: a link within the category", layout)
	}
}

func TestLinkedFoldersInACircleEnd(t *testing.T) {
	root := tree(t, "train/good/0.png", "test/good/0.png", "test/cut/0.png")
	require.NoError(t, os.Symlink("..", filepath.Join(root, "train/good/up")))
	require.NoError(t, os.Symlink(".", filepath.Join(root, "train/good/here")))
	set, err := Open("folder", root, Options{})
	require.NoError(t, err)
	require.Len(t, set.Train(), 1)
}
