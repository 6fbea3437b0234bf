package experiment

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// grey writes a plain picture.
func grey(t *testing.T, path string) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, image.NewGray(image.Rect(0, 0, 4, 4))))
	require.NoError(t, f.Close())
}

func TestListPictures(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"in/b.png", "in/sub/deep/A.PNG", "in/sub/noending", "in/.x/h.png",
		"in/out/old.png", "elsewhere/c.png"} {
		grey(t, at(name))
	}
	require.NoError(t, os.WriteFile(at("in/notes.txt"), []byte("x"), 0o666))
	require.NoError(t, os.WriteFile(at("in/broken.jpg"), []byte("x"), 0o666))
	require.NoError(t, os.Symlink(at("elsewhere"), at("in/link")))
	require.NoError(t, os.Symlink(at("elsewhere/c.png"), at("in/z.png")))
	l, err := ListPictures([]string{at("in"), at("in/b.png")}, at("in/out"))
	require.NoError(t, err)
	require.Equal(t, []string{at("in/b.png"), at("in/broken.jpg"), at("in/sub/deep/A.PNG"),
		at("in/sub/noending"), at("in/z.png")}, l.Paths)
	require.Equal(t, at("in"), l.Root)
	require.Equal(t, "2 files that are no pictures are left out: 1 .txt, 1 links to folders",
		l.LeftOut())

	l, err = ListPictures([]string{at("in/sub/deep/A.PNG"), at("none.png"), at("in/b.png")}, "")
	require.NoError(t, err)
	require.Equal(t, []string{at("in/sub/deep/A.PNG"), at("none.png"), at("in/b.png")}, l.Paths,
		"as they are named")
	require.Empty(t, l.Root, "files that are picked have none")
	root, err := CommonFolder(l.Paths)
	require.NoError(t, err)
	require.Equal(t, dir, root)
	require.Empty(t, l.LeftOut())

	l, err = ListPictures([]string{at("in/link")}, "")
	require.NoError(t, err)
	require.Equal(t, []string{at("in/link/c.png")}, l.Paths, "a link that is named is followed")
}
