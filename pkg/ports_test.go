package code

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNothingListens that is not asked to: a live cell speaks through Jupyter's websocket, which
// asks for Jupyter's token and looks at the origin; datasets/fetch speaks HTTP, as a client; what
// serves does so where the user says, and is listed here.
func TestNothingListens(t *testing.T) {
	clients := map[string]bool{"../datasets/fetch": true}
	servers := map[string]bool{
		"../pkg/cmd/adlab/try.go": true, // files of a folder, at --serve
		"../pkg/talk/serve.go":    true, // a talk, on loopback, below a path that nobody guesses
		"../pkg/live/web.go":      true, // its live cells
	}
	root := ".."
	looked := 0
	require.NoError(t, filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && file != root || d.Name() == "out") {
			return filepath.SkipDir
		}
		if filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		looked++
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			require.NoError(t, err)
			switch {
			case path == "net/http" && clients[filepath.ToSlash(filepath.Dir(file))]:
				source, err := os.ReadFile(file)
				require.NoError(t, err)
				for _, word := range []string{"Listen", "http.Serve", "http.Server", "HandleFunc"} {
					require.NotContains(t, string(source), word, file)
				}
			case servers[filepath.ToSlash(file)]:
			case path == "net" || strings.HasPrefix(path, "net/") && path != "net/url":
				require.Fail(t, "a room that speaks to the network", "%s imports %s", file, path)
			}
		}
		return nil
	}))
	require.Greater(t, looked, 300, "files were looked at")
}
