package datasets

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOpenMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	t.Setenv("ADLAB_DATA", t.TempDir())
	for _, tt := range []struct{ layout, root, want string }{
		{"coco", ".",
			"Layout: expected one of autovi, btad, deeppcb, elpv, folder, ksdd2, mad, meta, " +
				"mpdd, mtd, mvtec, mvtec-ad2, mvtec-loco, realiad, textile, visa, got \"coco\""},
		{"mvtec", "", `Data: layout "mvtec" needs a folder`},
		{"mvtec", file, "Data: expected a folder, got the file " + file},
		{"mvtec", file + "x", "Data: no folder " + file + "x"},
		{"elpv", "", `data set "elpv" is not here (` + filepath.Join(os.Getenv("ADLAB_DATA"),
			"elpv") + "); fetch it with `adlab data fetch elpv`"},
	} {
		_, err := Open(tt.layout, tt.root, Options{})
		require.EqualError(t, err, tt.want)
	}
}

func TestHome(t *testing.T) {
	t.Setenv("ADLAB_DATA", "/somewhere")
	require.Equal(t, "/somewhere", Home())
	t.Setenv("ADLAB_DATA", "")
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	deep := filepath.Join(root, "a", "b")
	require.NoError(t, os.MkdirAll(deep, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(root, "a", "go.mod"), nil, 0o666))
	for dir, want := range map[string]string{deep: filepath.Join(root, "a", ".data"),
		filepath.Join(root, "a"): filepath.Join(root, "a", ".data"), root: ".data"} {
		t.Chdir(dir)
		require.Equal(t, want, Home())
	}
}

func TestDigestsSeeEveryChange(t *testing.T) {
	files := []string{"train/0.png", "train/1.png", "test/good/0.png", "test/bad/0.png",
		"ground_truth/bad/0.png"}
	digest := func(root string) string {
		set, err := Open("folder", root, Options{})
		require.NoError(t, err)
		d, err := set.Digest()
		require.NoError(t, err)
		require.Len(t, d, 64)
		return d
	}
	base := digest(tree(t, files...))
	require.Equal(t, base, digest(tree(t, files...)), "the place on the machine does not matter")
	seen := map[string]bool{base: true}
	for name, change := range map[string]func(root string) error{
		"image": func(root string) error {
			return os.WriteFile(filepath.Join(root, "train/0.png"), grey(t, 4, 3, 99), 0o666)
		},
		"mask": func(root string) error {
			return os.WriteFile(filepath.Join(root, "ground_truth/bad/0.png"), grey(t, 4, 3, 99),
				0o666)
		},
		"name": func(root string) error {
			return os.Rename(filepath.Join(root, "train/1.png"), filepath.Join(root, "train/2.png"))
		},
		"missing": func(root string) error { return os.Remove(filepath.Join(root, "train/1.png")) },
		"split": func(root string) error {
			return os.Rename(filepath.Join(root, "train/1.png"),
				filepath.Join(root, "test/good/1.png"))
		},
	} {
		root := tree(t, files...)
		require.NoError(t, change(root))
		d := digest(root)
		require.False(t, seen[d], name)
		seen[d] = true
	}
	path := filepath.Join(t.TempDir(), "abc")
	require.NoError(t, os.WriteFile(path, []byte("abc"), 0o666))
	d, err := Sample{Path: path}.Digest()
	require.NoError(t, err)
	require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", d)
	_, err = Sample{Path: path + "x"}.Digest()
	require.ErrorIs(t, err, os.ErrNotExist)
}
