// Package code is the source that the program was built from, so that what it makes can say, and be
// asked, which code made it.
package code

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"adlab/datasets"
)

//go:embed backend/*.go baseline/*.go clip/*.go convnet/*.go detector/*.go encoder/*.go exhibit/*.go imageio/*.go inpformer/*.go
//go:embed lab/*.go layer/*.go live/*.go metric/*.go multiads/*.go plot/*.go tensorfile/*.go train/*.go vit/*.go
var files embed.FS

// drawing are the packages that no number depends on.
var drawing = []string{"plot", "exhibit", "live", "published"}

// arithmetic are the libraries that numbers depend on.
var arithmetic = []string{"github.com/gomlx/compute", "github.com/gomlx/go-xla",
	"github.com/gomlx/gomlx", "gonum.org/v1/gonum"}

// Numbers is a digest over everything that a measured number's bits depend on: packages from
// reading data to metrics, and the libraries that calculate. Comments and tests do not count.
var Numbers = sync.OnceValue(func() string {
	return digest(func(dir string) bool { return !slices.Contains(drawing, dir) })
})

// Pictures is a digest over all that a table's or a picture's bytes depend on.
var Pictures = sync.OnceValue(func() string { return digest(func(string) bool { return true }) })

// digest is a SHA-256, cut to 16 hexadecimal digits. The sources are part of the program: that they
// parse is tested.
func digest(include func(dir string) bool) string {
	h := sha256.New()
	for _, f := range []fs.FS{files, datasets.Code} {
		if err := write(h, f, include); err != nil {
			panic(err)
		}
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if slices.Contains(arithmetic, d.Path) {
				fmt.Fprintln(h, d.Path, d.Version)
			}
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:16]
}

// write writes the files of a tree: Go files without comments, and no tests.
func write(w io.Writer, tree fs.FS, include func(dir string) bool) error {
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		dir, _, _ := strings.Cut(name, "/")
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") || !include(dir) {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		if err == nil && path.Ext(name) == ".go" {
			content, err = uncommented(name, content)
		}
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\n%s\n", name, content)
		}
		return err
	})
}

// uncommented is a source without comments and blank lines, formatted.
func uncommented(name string, source []byte) ([]byte, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := format.Node(&b, set, f); err != nil {
		return nil, err
	}
	lines := slices.Collect(bytes.Lines(b.Bytes()))
	lines = slices.DeleteFunc(lines, func(l []byte) bool { return len(bytes.TrimSpace(l)) == 0 })
	return bytes.Join(lines, nil), nil
}
