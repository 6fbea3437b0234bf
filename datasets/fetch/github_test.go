package fetch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// member is a file of an archive in a test.
type member struct{ name, content string }

func tarOf(t *testing.T, members ...member) []byte {
	var b bytes.Buffer
	a := tar.NewWriter(&b)
	for _, m := range members {
		require.NoError(t, a.WriteHeader(&tar.Header{Name: m.name, Mode: 0o644,
			Size: int64(len(m.content))}))
		_, err := a.Write([]byte(m.content))
		require.NoError(t, err)
	}
	require.NoError(t, a.Close())
	return b.Bytes()
}

func gzipped(t *testing.T, b []byte) []byte {
	var out bytes.Buffer
	g := gzip.NewWriter(&out)
	_, err := g.Write(b)
	require.NoError(t, err)
	require.NoError(t, g.Close())
	return out.Bytes()
}

// contentOf is the digest of files with these names and contents.
func contentOf(t *testing.T, members ...member) string {
	dir := t.TempDir()
	for _, m := range members {
		path := filepath.Join(dir, m.name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(m.content), 0o666))
	}
	d, files, err := Content(dir)
	require.NoError(t, err)
	require.Len(t, members, files)
	return d
}

var (
	inArchive = []member{{"r-feed/data/a.txt", "first"}, {"r-feed/data/b.txt", strings.Repeat("b",
		90_000)}, {"r-feed/code.py", "pass"}}
	inFolder = []member{{"a.txt", "first"}, {"b.txt", strings.Repeat("b", 90_000)}}
)

func keepData(name string) string {
	_, kept, _ := strings.Cut(name, "/data/")
	return kept
}

// served lets answer be what the package's server does, and gives the package.
func served(t *testing.T, answer http.HandlerFunc) Package {
	server := httptest.NewTLSServer(answer)
	t.Cleanup(server.Close)
	oldArchives, oldWeb, oldPause := archives, web, pause
	archives, web, pause = server.URL, server.Client(), 0
	web.CheckRedirect = onlySecure
	t.Cleanup(func() { archives, web, pause = oldArchives, oldWeb, oldPause })
	return Package{Client: GitHub, Name: "o/r", Version: "feed", Largest: 1 << 20,
		SHA256: contentOf(t, inFolder...)}
}

func bring(t *testing.T, p Package, goal string) error {
	return p.Folder(t.Context(), goal, keepData, func(files int) (string, error) {
		return fmt.Sprint(files, " files"), nil
	})
}

func left(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestCommitComesWhole(t *testing.T) {
	archive := gzipped(t, tarOf(t, inArchive...))
	p := served(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/o/r/tar.gz/feed", r.URL.Path)
		w.Write(archive)
	})
	home := t.TempDir()
	require.NoError(t, bring(t, p, filepath.Join(home, "set")))
	require.Equal(t, "first", content(t, home, "set", "a.txt"))
	require.Equal(t, "2 files", content(t, home, "set", Manifest))
	require.Equal(t, []string{"set"}, left(t, home), "nothing else is left")
}

// A server that stops in the middle is asked for the rest: in the same call, and in the next one.
func TestInterruptedDownloadGoesOn(t *testing.T) {
	archive := gzipped(t, tarOf(t, append(inArchive, member{"r-feed/data/c.txt", noise()})...))
	var asked []string
	broken := 2
	p := served(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("Range"))
		w.Header().Set("ETag", `"v1"`)
		from := 0
		if r.Header.Get("If-Range") == `"v1"` {
			fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(archive)-from))
		if from > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(archive)-1,
				len(archive)))
			w.WriteHeader(http.StatusPartialContent)
		}
		if broken > 0 {
			broken--
			w.Write(archive[from : from+100])
			return // less than was promised
		}
		w.Write(archive[from:])
	})
	p.SHA256 = contentOf(t, append(inFolder, member{"c.txt", noise()})...)
	home := t.TempDir()
	require.NoError(t, bring(t, p, filepath.Join(home, "one")))
	require.Equal(t, []string{"", "bytes=100-", "bytes=200-"}, asked)

	asked, broken = nil, 1
	oldTries := tries
	tries = 1
	defer func() { tries = oldTries }()
	err := bring(t, p, filepath.Join(home, "two"))
	require.ErrorContains(t, err, "is the network reachable?")
	require.NotContains(t, err.Error(), "\n")
	require.NoDirExists(t, filepath.Join(home, "two"))
	require.NoError(t, bring(t, p, filepath.Join(home, "two")))
	require.Equal(t, []string{"", "bytes=100-"}, asked)
	require.Equal(t, []string{"one", "two"}, left(t, home))
}

// noise does not compress.
func noise() string {
	b, x := make([]byte, 3000), uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}

// A server without ranges, or one whose file has changed since, gives it from the start.
func TestDownloadBeginsAnewWhereItCannotGoOn(t *testing.T) {
	archive := gzipped(t, tarOf(t, append(inArchive, member{"r-feed/data/c.txt", noise()})...))
	for label, tag := range map[string]string{"no ranges": "", "a weak tag": `W/"v"`,
		"another file": "new"} {
		calls := 0
		p := served(t, func(w http.ResponseWriter, r *http.Request) {
			calls++
			switch {
			case tag == "new":
				w.Header().Set("ETag", fmt.Sprintf(`"v%d"`, calls))
			case tag != "":
				w.Header().Set("ETag", tag)
			}
			w.Header().Set("Content-Length", fmt.Sprint(len(archive)))
			if calls == 1 {
				w.Write(archive[:500])
				return
			}
			w.Write(archive)
		})
		p.SHA256 = contentOf(t, append(inFolder, member{"c.txt", noise()})...)
		home := t.TempDir()
		require.NoError(t, bring(t, p, filepath.Join(home, "set")), label)
		require.Equal(t, 2, calls, label)
		require.Equal(t, []string{"set"}, left(t, home), label)
	}
}

// A server that gives another part than was asked for, or is busy, is asked again.
func TestServerIsAskedAgain(t *testing.T) {
	archive := gzipped(t, tarOf(t, append(inArchive, member{"r-feed/data/c.txt", noise()})...))
	var asked []string
	p := served(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("Range"))
		w.Header().Set("ETag", `"v1"`)
		switch len(asked) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.Header().Set("Content-Length", fmt.Sprint(len(archive)))
			w.Write(archive[:500])
		case 3:
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 9-%d/%d", len(archive)-1,
				len(archive)))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(archive[9:])
		default:
			w.Write(archive)
		}
	})
	p.SHA256 = contentOf(t, append(inFolder, member{"c.txt", noise()})...)
	home := t.TempDir()
	require.NoError(t, bring(t, p, filepath.Join(home, "set")))
	require.Equal(t, []string{"", "", "bytes=500-", ""}, asked)
	require.Equal(t, []string{"set"}, left(t, home))
}

func TestCommitMistakesAreOneLineAndLeaveNothing(t *testing.T) {
	good := gzipped(t, tarOf(t, inArchive...))
	give := func(b []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.Write(b) }
	}
	other := append([]member{{"r-feed/data/a.txt", "other"}}, inArchive[1:]...)
	for want, answer := range map[string]http.HandlerFunc{
		"o/r at feed: expected the content with SHA-256 ": give(gzipped(t, tarOf(t, other...))),
		"got 3 files with ": give(gzipped(t, tarOf(t, append(inArchive, member{"r/data/c",
			"c"})...))),
		`refusing the member "r-feed/data/../../../evil"`: give(gzipped(t, tarOf(t, member{
			"r-feed/data/../../../evil", "x"}))),
		`refusing the member "../../data/evil"`: give(gzipped(t, tarOf(t, member{"../../data/evil",
			"x"}))),
		`refusing the member "/data/evil"`: give(gzipped(t, tarOf(t, member{"/data/evil", "x"}))),
		"r.tar.gz: unexpected EOF":         give(good[:len(good)-20]),
		"the server says 404 Not Found": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
		},
		"refusing to be led to http://": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+r.Host+"/", http.StatusFound)
		},
	} {
		p := served(t, answer)
		home := filepath.Join(t.TempDir(), "home")
		err := bring(t, p, filepath.Join(home, "set"))
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
		require.NoDirExists(t, filepath.Join(home, "set"))
		require.NoFileExists(t, filepath.Join(filepath.Dir(home), "evil"))
		for _, name := range left(t, home) {
			require.True(t, strings.HasSuffix(name, ".part"), "%s: what may go on, alone", name)
		}
	}
}

func TestServerThatIsNotThere(t *testing.T) {
	p := served(t, nil)
	archives = "https://127.0.0.1:1" // nobody listens
	home := t.TempDir()
	err := bring(t, p, filepath.Join(home, "set"))
	require.EqualError(t, err, "could not download https://127.0.0.1:1/o/r/tar.gz/feed: "+
		"interrupted: dial tcp 127.0.0.1:1: connect: connection refused; is the network "+
		"reachable? Or take an archive of that commit from elsewhere and name it")
	require.Empty(t, left(t, home))
}

func TestSilentServerIsGivenUp(t *testing.T) {
	stop := make(chan struct{})
	p := served(t, func(w http.ResponseWriter, _ *http.Request) { <-stop })
	defer close(stop)
	oldPatience, oldTries := patience, tries
	patience, tries = 20*time.Millisecond, 2
	defer func() { patience, tries = oldPatience, oldTries }()
	home := t.TempDir()
	err := bring(t, p, filepath.Join(home, "set"))
	require.ErrorContains(t, err, "interrupted: no answer for 20ms")
	require.Empty(t, left(t, home), "not even an empty file")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = p.Download(ctx, t.TempDir())
	require.ErrorIs(t, err, context.Canceled)
}

func TestArchiveOfTheUsers(t *testing.T) {
	dir := t.TempDir()
	plain := tarOf(t, inArchive...)
	files := map[string][]byte{"a.tar": plain, "a.tgz": gzipped(t, plain),
		"no archive": []byte("x")}
	for name, b := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o666))
	}
	zipped(t, filepath.Join(dir, "a.zip"), "top/data/a.txt")
	p := Package{Client: GitHub, Name: "o/r", Version: "feed", Largest: 1 << 20,
		SHA256: contentOf(t, inFolder...)}
	for i, name := range []string{"a.tar", "a.tgz"} {
		p.Archive = filepath.Join(dir, name)
		goal := filepath.Join(dir, "made", fmt.Sprint(i))
		require.NoError(t, bring(t, p, goal))
		require.Equal(t, "first", content(t, goal, "a.txt"))
		require.FileExists(t, p.Archive, "it stays the user's")
	}
	zip := p
	zip.Archive = filepath.Join(dir, "a.zip")
	zip.SHA256 = contentOf(t, member{"a.txt", "top/data/a.txt"})
	require.NoError(t, bring(t, zip, filepath.Join(dir, "made", "zip")))
	for name, want := range map[string]string{
		"no archive": "no archive: expected an archive (tar, tar.gz or zip), got no whole one",
		"nowhere":    "nowhere: expected an archive, got no file"} {
		p.Archive = filepath.Join(dir, name)
		err := bring(t, p, filepath.Join(dir, "made", "bad"))
		require.ErrorContains(t, err, want)
		require.NoDirExists(t, filepath.Join(dir, "made", "bad"))
	}
}

// The digest is over names and contents: sha256("a SHA\nb/c SHA\n"), as sha256sum gives it.
func TestContent(t *testing.T) {
	base := contentOf(t, member{"b/c", "2"}, member{"a", "1"})
	require.Equal(t, "9f0ddf35769f00d4089b657e036b2c7d78754416db391fed8572c14abc89e0df", base)
	require.NotEqual(t, base, contentOf(t, member{"a", "1"}, member{"b/c", "3"}))
	require.NotEqual(t, base, contentOf(t, member{"a", "1"}, member{"b/d", "2"}))
	require.NotEqual(t, base, contentOf(t, member{"a", "1"}))
	d, files, err := Content(filepath.Join(t.TempDir(), "none"))
	require.NoError(t, err)
	require.Zero(t, files)
	require.Equal(t, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", d)
}

// What is left out of an archive counts, too: a small file can unpack to no end.
func TestArchiveMayNotUnpackToNoEnd(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "a.tgz")
	require.NoError(t, os.WriteFile(archive, gzipped(t, tarOf(t, member{"x/code", strings.Repeat(
		"c", 70_000)}, member{"x/data/a.txt", "first"})), 0o666))
	oldTotal, oldMost := largestTotal, mostMembers
	defer func() { largestTotal, mostMembers = oldTotal, oldMost }()
	for _, limit := range []struct {
		total int64
		most  int
	}{{60_000, 100}, {100_000, 1}} {
		largestTotal, mostMembers = limit.total, limit.most
		p := Package{Client: GitHub, Largest: 100, SHA256: contentOf(t, inFolder[0])}
		_, err := p.Extract(t.Context(), archive, t.TempDir(), keepData)
		require.EqualError(t, err, fmt.Sprintf("a.tgz: expected at most %d bytes in %d files, got "+
			"more", limit.total, limit.most))
	}
	largestTotal, mostMembers = 100_000, 2
	p := Package{Client: GitHub, Largest: 100, SHA256: contentOf(t, inFolder[0])}
	files, err := p.Extract(t.Context(), archive, t.TempDir(), keepData)
	require.NoError(t, err)
	require.Equal(t, 1, files)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = p.Extract(ctx, archive, t.TempDir(), func(string) string { return "" })
	require.ErrorIs(t, err, context.Canceled, "even where nothing is kept")
}
