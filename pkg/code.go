// Package code is the source that the program was built from, so that what it makes can say, and be
// asked, which code made it.
package code

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"adlab/datasets"
)

// common are the rooms that every measured number goes through, from reading to metrics.
//
//go:embed backend/*.go detector/*.go encoder/*.go experiment/*.go imageio/*.go layer/*.go
//go:embed metric/*.go tensorfile/*.go train/*.go
var common embed.FS

// particular are the rooms of methods and of encoders, which some numbers go through.
//
//go:embed baseline/*.go bert/*.go bridge/*.go clip/*.go convnet/*.go inpformer/*.go
//go:embed learned/*.go multiads/*.go prompted/*.go vit/*.go
var particular embed.FS

// drawing are the rooms that tables and pictures depend on besides.
//
//go:embed exhibit live papers plot view
var drawing embed.FS

// arithmetic are the libraries that numbers depend on.
var arithmetic = []string{"github.com/gomlx/compute", "github.com/gomlx/go-xla",
	"github.com/gomlx/gomlx", "gonum.org/v1/gonum"}

// Numbers is a digest over everything in the program that bits of a number depend on which went
// through these rooms of methods and encoders, those of RoomOf: the rooms that all numbers go
// through, these and what they import, and the libraries that calculate. Without rooms, or with one
// that is not known, it is over all. Comments, tests, layout, and what is only said to a person do
// not count.
func Numbers(rooms ...string) string {
	key := strings.Join(slices.Sorted(slices.Values(rooms)), " ")
	if known, ok := counted.Load(key); ok {
		return known.(string)
	}
	trees := []fs.FS{common, datasets.Code}
	for _, room := range reached(rooms) {
		tree, err := fs.Sub(particular, room)
		if err != nil {
			panic(err) // the name of a room is a path
		}
		trees = append(trees, tree)
	}
	d := digest(trees...)
	counted.Store(key, d)
	return d
}

// counted are the digests of Numbers, by rooms.
var counted sync.Map

// RoomOf is the room that a function or a value's type is from, as Numbers takes it.
func RoomOf(x any) string {
	from := ""
	switch t := reflect.TypeOf(x); t.Kind() {
	case reflect.Func:
		from = runtime.FuncForPC(reflect.ValueOf(x).Pointer()).Name()
		dir, name := path.Split(from)
		name, _, _ = strings.Cut(name, ".") // before the function's, or init's or a closure's
		from = dir + name
	case reflect.Pointer:
		from = t.Elem().PkgPath()
	default:
		from = t.PkgPath()
	}
	return strings.TrimPrefix(from, "adlab/pkg/")
}

// reached are the particular rooms among these and what they import, sorted; all where there are
// none, or one is not particular.
func reached(rooms []string) (all []string) {
	entries, err := fs.ReadDir(particular, ".")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	found := map[string]bool{}
	var visit func(room string)
	visit = func(room string) {
		if found[room] || !slices.Contains(all, room) {
			return
		}
		found[room] = true
		files, err := fs.Glob(particular, room+"/*.go")
		if err != nil {
			panic(err)
		}
		for _, file := range files {
			if leftOut(file) {
				continue
			}
			source, err := fs.ReadFile(particular, file)
			if err != nil {
				panic(err)
			}
			f, err := parser.ParseFile(token.NewFileSet(), file, source, parser.ImportsOnly)
			if err != nil {
				panic(err)
			}
			for _, i := range f.Imports {
				visit(strings.TrimPrefix(strings.Trim(i.Path.Value, `"`), "adlab/pkg/"))
			}
		}
	}
	for _, room := range rooms {
		if !slices.Contains(all, room) {
			return all
		}
		visit(room)
	}
	if len(found) == 0 {
		return all
	}
	return slices.Sorted(maps.Keys(found))
}

// Drawing is a digest over the rest of what a table's or a picture's bytes depend on.
var Drawing = sync.OnceValue(func() string { return digest(drawing) })

// digest is a SHA-256, cut to 16 hexadecimal digits. The sources are part of the program: that they
// parse is tested.
func digest(trees ...fs.FS) string {
	h := sha256.New()
	for _, tree := range trees {
		if err := write(h, tree); err != nil {
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

// idle are folders that make neither numbers nor pictures, for they are of tests; quoted numbers
// make none either.
var idle = []string{"published", "testdata", "testworld", "livetest"}

// lists are files that only say what there is to choose from: what a number takes of them is in its
// address.
var lists = []string{"experiment/profile.go", "experiment/tables.go"}

// leftOut tells files whose code makes no number that is kept: tests, and twins that a browser
// alone runs.
func leftOut(name string) bool {
	return strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_js.go")
}

// write writes the files of a tree: Go files as their tokens, without what is left out.
func write(w io.Writer, tree fs.FS) error {
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && slices.Contains(idle, path.Base(name)) {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || leftOut(name) || slices.Contains(lists, name) {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		if err == nil && path.Ext(name) == ".go" {
			content, err = tokens(name, content)
		}
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\n%s\n", name, content)
		}
		return err
	})
}

// said are the functions whose texts are for a person: errors and progress.
var said = []string{"Errorf", "New", "Say", "Bar"}

// tokens is a source as its tokens in a row: without comments, line breaks, and the texts of errors
// and progress.
func tokens(name string, source []byte) ([]byte, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	silent := map[int]int{} // from the first byte of a text to the one after its last
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains(said, selector.Sel.Name) {
			return true
		}
		for _, arg := range call.Args {
			if isText(arg) {
				silent[set.Position(arg.Pos()).Offset] = set.Position(arg.End()).Offset
			}
		}
		return true
	})
	var out []byte
	var s scanner.Scanner
	file := token.NewFileSet().AddFile(name, -1, len(source))
	s.Init(file, source, nil, 0)
	for until := 0; ; {
		pos, tok, literal := s.Scan()
		at := file.Offset(pos)
		switch {
		case tok == token.EOF:
			return out, nil
		// most semicolons stand for a line's end
		case at < until, tok == token.SEMICOLON, tok == token.COMMA:
			continue
		case silent[at] > 0:
			literal, until = "text", silent[at]
		case literal == "":
			literal = tok.String()
		}
		out = append(append(out, literal...), ' ')
	}
}

// isText tells an expression that joins string literals and nothing else.
func isText(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.BasicLit:
		return x.Kind == token.STRING
	case *ast.BinaryExpr:
		return isText(x.X) && isText(x.Y)
	}
	return false
}
