package datasets

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// member is one entry of a wheel in a test.
type member struct {
	name string
	size int
	mode fs.FileMode
}

func wheelOf(t *testing.T, members ...member) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		h.SetMode(m.mode | 0o644)
		w, err := z.CreateHeader(h)
		require.NoError(t, err)
		_, err = w.Write(make([]byte, m.size))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	path := filepath.Join(t.TempDir(), "tiny-1.0-py3-none-any.whl")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o666))
	return path
}

// tiny registers a source of that wheel, and a python whose pip is the given shell script; $D is
// the folder to download into, $W the wheel.
func tiny(t *testing.T, wheel, script string) (home string) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for python is a shell script")
	}
	digest, _, err := fileDigest(wheel)
	require.NoError(t, err)
	sources["tiny"] = Source{Name: "tiny", Project: "tiny", Version: "1.0", SHA256: digest,
		Licence: "MIT", Holds: "three files", within: "tiny/data"}
	t.Cleanup(func() { delete(sources, "tiny") })
	python := filepath.Join(t.TempDir(), "python")
	text := fmt.Sprintf("#!/bin/sh\nW='%s'\nwhile [ \"$1\" != -d ]; do shift; done\nD=$2\n%s\n",
		wheel, script)
	require.NoError(t, os.WriteFile(python, []byte(text), 0o777))
	t.Setenv("ADLAB_PYTHON", python)
	return filepath.Join(t.TempDir(), "home")
}

var tinyMembers = []member{
	{name: "tiny/data/labels.csv", size: 3}, {name: "tiny/data/images/a.png", size: 5},
	{name: "tiny/data/images/"},
	{name: "tiny/__init__.py", size: 1}, {name: "tiny/database/b.png", size: 1},
	{name: "tiny-1.0.dist-info/licenses/LICENSE.md", size: 2}, {name: "tiny-1.0.dist-info/METADATA",
		size: 2},
}

func listing(t *testing.T, dir string) (names []string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			path, _ = filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(path))
		}
		return err
	}))
	return names
}

func TestFetch(t *testing.T) {
	home := tiny(t, wheelOf(t, tinyMembers...), `echo called >> "$D/../calls"; cp "$W" "$D"`)
	require.False(t, Fetched("tiny", home))
	var out bytes.Buffer
	require.NoError(t, Fetch(t.Context(), "tiny", home, &out))
	require.Contains(t, out.String(), "tiny: fetching tiny 1.0 (three files; MIT)")
	want := []string{"LICENSE.md", "SOURCE.txt", "images/a.png", "labels.csv"}
	require.Equal(t, want, listing(t, filepath.Join(home, "tiny")))
	require.True(t, Fetched("tiny", home))

	t.Setenv("ADLAB_PYTHON", "/nowhere/python") // a complete copy needs neither pip nor network
	require.NoError(t, Fetch(t.Context(), "tiny", home, io.Discard))
	require.NoError(t, os.Remove(filepath.Join(home, "tiny", "labels.csv")))
	require.False(t, Fetched("tiny", home))
	require.Error(t, Fetch(t.Context(), "tiny", home, io.Discard))
	require.DirExists(t, filepath.Join(home, "tiny"),
		"what is there stays when the new copy cannot be had")
}

func TestFetchMendsAnIncompleteCopy(t *testing.T) {
	home := tiny(t, wheelOf(t, tinyMembers...), `cp "$W" "$D"`)
	require.NoError(t, Fetch(t.Context(), "tiny", home, io.Discard))
	require.NoError(t, os.Remove(filepath.Join(home, "tiny", "labels.csv")))
	require.NoError(t, Fetch(t.Context(), "tiny", home, io.Discard))
	require.True(t, Fetched("tiny", home))
	require.FileExists(t, filepath.Join(home, "tiny", "labels.csv"))
	require.Equal(t, []string{"tiny/LICENSE.md", "tiny/SOURCE.txt", "tiny/images/a.png",
		"tiny/labels.csv"}, listing(t, home), "no temporary folder is left")
}

func TestFetchKeepsWhatItDidNotMake(t *testing.T) {
	home := tiny(t, wheelOf(t, tinyMembers...), `cp "$W" "$D"`)
	own := filepath.Join(home, "tiny", "mine.png")
	require.NoError(t, os.MkdirAll(filepath.Dir(own), 0o777))
	require.NoError(t, os.WriteFile(own, nil, 0o666))
	require.ErrorContains(t, Fetch(t.Context(), "tiny", home, io.Discard),
		"expected nothing, or a copy with a SOURCE.txt, got mine.png; move it away")
	require.FileExists(t, own)
}

func TestFetchMistakesAreOneLineAndLeaveNothing(t *testing.T) {
	wheel := wheelOf(t, tinyMembers...)
	for name, tt := range map[string]struct{ wheel, script, want string }{
		"no network": {wheel,
			`echo "WARNING: Retrying"; ` +
				`echo "ERROR: No matching distribution found for tiny==1.0"; echo; exit 1`,
			"data fetch tiny: pip could not download tiny 1.0: No matching distribution found " +
				"for tiny==1.0; is the network or the registry reachable?"},
		"no pip": {wheel, `echo "python: No module named pip" >&2; exit 1`,
			"tiny 1.0: python: No module named pip; is"},
		"silent": {wheel, `exit 3`, "tiny 1.0: exit status 3; is"},
		"another wheel": {wheel, `echo else > "$D/tiny.whl"`,
			"data fetch tiny: tiny.whl: expected SHA-256 "},
		"no wheel": {wheel, `true`, "expected pip to leave one wheel, got 0"},
		"outside": {wheelOf(t, member{name: "tiny/data/../../../evil", size: 1}),
			`cp "$W" "$D"`, `refusing the member "tiny/data/../../../evil"`},
		"rooted": {wheelOf(t, member{name: "tiny/data//etc/evil", size: 1}), `cp "$W" "$D"`,
			`refusing the member "tiny/data//etc/evil"`},
		"link": {wheelOf(t, member{name: "tiny/data/a", size: 1, mode: fs.ModeSymlink}),
			`cp "$W" "$D"`, `refusing the member "tiny/data/a"`},
		"twice": {wheelOf(t, member{name: "tiny/data/a"}, member{name: "tiny/data/a"}),
			`cp "$W" "$D"`, `member "tiny/data/a": `},
		"too large": {wheelOf(t, member{name: "tiny/data/a", size: largestFile + 1}),
			`cp "$W" "$D"`, "expected at most 16777216 bytes, got more"},
		"nothing of use": {wheelOf(t, member{name: "tiny/__init__.py"}), `cp "$W" "$D"`,
			"expected data in tiny/data, got none"},
	} {
		t.Run(name, func(t *testing.T) {
			home := tiny(t, tt.wheel, tt.script)
			err := Fetch(t.Context(), "tiny", home, io.Discard)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "\n")
			require.Empty(t, listing(t, home))
			require.NoFileExists(t, filepath.Join(filepath.Dir(home), "evil"))
		})
	}
	home := t.TempDir()
	require.EqualError(t, Fetch(t.Context(), "imagenet", home, io.Discard),
		`data fetch: expected one of deeppcb, elpv, mtd, textile, got "imagenet"`)
	for _, python := range []string{"no-such-python", "/nowhere/python"} {
		t.Setenv("ADLAB_PYTHON", python)
		require.EqualError(t, Fetch(t.Context(), "elpv", home, io.Discard),
			fmt.Sprintf("data fetch elpv: needs Python with pip, got no %q; install it or name "+
				"one in $ADLAB_PYTHON", python))
	}
}

func TestFetchStopsWhenCancelled(t *testing.T) {
	home := tiny(t, wheelOf(t, tinyMembers...), `cp "$W" "$D"`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Fetch(ctx, "tiny", home, io.Discard), context.Canceled)
	require.Empty(t, listing(t, home))
}

func TestSources(t *testing.T) {
	var names []string
	for _, s := range Sources() {
		names = append(names, s.Name)
		require.Len(t, s.SHA256, 64)
		require.NotEmpty(t, s.Licence+s.Notice)
		if s.kept != nil {
			require.Len(t, s.Version, 40, "a whole commit")
		}
		_, known := layoutOf(s.Name)
		require.True(t, known, "a fetched set is opened in the layout of its name")
	}
	require.Equal(t, []string{"deeppcb", "elpv", "mtd", "textile"}, names)
}

func TestWhatIsKeptOfACommit(t *testing.T) {
	for set, places := range map[string]map[string]string{
		"mtd": {"x-cc4eb53/MT_Free/Imgs/exp1_num_1.jpg": "MT_Free/Imgs/exp1_num_1.jpg",
			"./MT_Fray/Imgs/a.png": "MT_Fray/Imgs/a.png", "MT_Free/Imgs/": "",
			"x/README.md": "README.md", "README.md": "README.md", "x/y/README.md": "",
			"x/dataset.jpg": "", "x/MT_Free/Imgs/../../../a.jpg": "", "x/MT_Other/Imgs/a.jpg": ""},
		"deeppcb": {"x/PCBData/group1/1/1_temp.jpg": "PCBData/group1/1/1_temp.jpg",
			"PCBData/test.txt": "PCBData/test.txt", "x/LICENSE": "LICENSE", "x/fig/a.jpg": "",
			"x/PCBData/../../a.txt": "PCBData/../../a.txt"}, // which unpacking refuses
	} {
		for member, want := range places {
			require.Equal(t, want, sources[set].place(member), member)
		}
	}
}

func TestFetchFromAnArchive(t *testing.T) {
	members := []member{{name: "top/MT_Free/Imgs/a.jpg", size: 5}, {name: "top/MT_Fray/Imgs/b.png",
		size: 6}, {name: "top/README.md", size: 2}, {name: "top/dataset.jpg", size: 3}}
	archive := wheelOf(t, members...)
	home := filepath.Join(t.TempDir(), "home")
	s := sources["mtd"]
	t.Cleanup(func() { sources["mtd"] = s })
	err := FetchFrom(t.Context(), "mtd", archive, home, io.Discard)
	require.ErrorContains(t, err, "data fetch mtd: ")
	require.ErrorContains(t, err, "at cc4eb530b57b: expected the content with SHA-256 "+s.SHA256+
		", got 3 files with ")
	require.Empty(t, listing(t, home))

	known := s
	_, known.SHA256, _ = strings.Cut(strings.TrimSuffix(err.Error(),
		": they are not those of that commit"), "got 3 files with ")
	sources["mtd"] = known
	var out bytes.Buffer
	require.NoError(t, FetchFrom(t.Context(), "mtd", archive, home, &out))
	require.Contains(t, out.String(), "mtd: fetching "+archive+" (1,344 pictures")
	require.Contains(t, out.String(), "none stated")
	require.Equal(t, []string{"MT_Fray/Imgs/b.png", "MT_Free/Imgs/a.jpg", "README.md",
		"SOURCE.txt"}, listing(t, filepath.Join(home, "mtd")))
	require.True(t, Fetched("mtd", home))
	require.ErrorContains(t, FetchFrom(t.Context(), "elpv", archive, home, io.Discard),
		"Archive: elpv comes from a package registry")
}
