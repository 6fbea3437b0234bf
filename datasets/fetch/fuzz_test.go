package fetch

import (
	"archive/tar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestArchivesDoNotLeaveTheirFolder: a member that would land elsewhere is refused, and nothing of
// it is written, in each kind of archive.
func TestArchivesDoNotLeaveTheirFolder(t *testing.T) {
	for _, member := range []string{"../evil", "/evil", "a/../../evil", "a/../../../evil", ".."} {
		top := t.TempDir()
		packed, wheel := filepath.Join(top, "a.tgz"), filepath.Join(top, "a.zip")
		tarred(t, packed, tar.Header{Name: member})
		zipped(t, wheel, member)
		for _, archive := range []string{packed, wheel} {
			x := &extraction{dir: filepath.Join(top, "in", "out"), keep: all, largest: 99}
			err := x.any(t.Context(), archive)
			require.ErrorContains(t, err, "refusing the member", "%s of %s", member, archive)
			require.NotContains(t, err.Error(), "\n")
		}
		onlyBelow(t, top, "in/out", "a.tgz", "a.zip")
		// what a list keeps under another name may not leave it either
		x := &extraction{dir: filepath.Join(top, "in", "out"), largest: 99,
			keep: func(string) string { return member }}
		zipped(t, wheel, "fine")
		require.ErrorContains(t, x.any(t.Context(), wheel), "refusing the member")
		onlyBelow(t, top, "in/out", "a.tgz", "a.zip")
	}
}

// onlyBelow wants no file below top but in a folder of it and those that are named.
func onlyBelow(t *testing.T, top, folder string, besides ...string) {
	require.NoError(t, filepath.WalkDir(top, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(top, path)
		if err == nil && !strings.HasPrefix(name, folder+"/") {
			require.Contains(t, besides, name)
		}
		require.True(t, e.Type().IsRegular(), "%s is no plain file", name)
		return err
	}))
}

// FuzzExtract fuzzes an archive of any kind: it is unpacked into its folder and nowhere else, or
// refused in one line.
func FuzzExtract(f *testing.F) {
	total, members := largestTotal, mostMembers
	largestTotal, mostMembers = 1<<20, 64
	defer func() { largestTotal, mostMembers = total, members }()
	seeds(f)
	top := f.TempDir()
	archive := filepath.Join(top, "archive")
	f.Fuzz(func(t *testing.T, b []byte) {
		require.NoError(t, os.WriteFile(archive, b, 0o666))
		require.NoError(t, os.RemoveAll(filepath.Join(top, "in")))
		x := &extraction{dir: filepath.Join(top, "in", "out"), keep: all, largest: 1 << 16}
		if err := x.any(t.Context(), archive); err != nil {
			require.NotContains(t, err.Error(), "\n")
		}
		onlyBelow(t, top, "in/out", "archive")
	})
}

// seeds are small archives of each kind, one with a link.
func seeds(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed")
	for _, member := range []string{"a/b", "../evil", "a/long/name.png"} {
		for _, write := range []func(){
			func() { zipped(f, path, member, "c") },
			func() { tarred(f, path, tar.Header{Name: member}, tar.Header{Name: "c"}) },
			func() { tarred(f, path, tar.Header{Name: "link", Linkname: ".."}) },
		} {
			write()
			b, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(b)
		}
	}
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\x1f\x8b"))
}
