package code

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rooms reads the picture of the flow in CONTRIBUTING.md: every room with its place from left to
// right and top to bottom.
func rooms(t *testing.T) map[string]int {
	page, err := os.ReadFile(filepath.Join("..", "CONTRIBUTING.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "<!-- flow -->\n```\n")
	require.True(t, found, "CONTRIBUTING.md has no picture of the flow")
	picture, _, _ := strings.Cut(rest, "```")
	places := map[string]int{}
	for line := range strings.Lines(picture) {
		names, _, _ := strings.Cut(line, "  ") // then what the rooms are for
		for name := range strings.FieldsSeq(names) {
			require.NotContains(t, places, name, "a room stands in the picture twice")
			places[name] = len(places)
		}
	}
	return places
}

// TestTheRuleIsTheHouse reads every import: each goes to a room that stands before its own in the
// picture of the flow, tests aside, and no room is missing in it.
func TestTheRuleIsTheHouse(t *testing.T) {
	places, root := rooms(t), ".."
	seen := map[string]bool{}
	require.NoError(t, filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(file, root+string(filepath.Separator)))
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && file != root || d.Name() == "out") {
			return filepath.SkipDir
		}
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		room := strings.TrimPrefix(path.Dir(name), "pkg/")
		seen[room] = true
		require.Contains(t, places, room, "%s: its room is not in the picture of the flow", name)
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, i := range f.Imports {
			to, err := strconv.Unquote(i.Path.Value)
			require.NoError(t, err)
			if to, own := strings.CutPrefix(to, "adlab/"); own {
				to = strings.TrimPrefix(to, "pkg/")
				require.Contains(t, places, to, name)
				require.Less(t, places[to], places[room], "%s imports %s: against the flow in "+
					"CONTRIBUTING.md", name, to)
			}
		}
		return nil
	}))
	for room := range places {
		require.True(t, seen[room], "%s is in the picture of the flow and not in the house", room)
	}
}

// TestGraphCodeTouchesNoFiles: files of the rooms of networks and methods that build graphs import
// nothing that opens a file, but for their own room's shells (detector, encoder, text side).
func TestGraphCodeTouchesNoFiles(t *testing.T) {
	dot := regexp.MustCompile(`\n\t\. "github.com/gomlx/gomlx/core/graph"`)
	for _, pattern := range []string{"layer", "vit/vit.go", "clip/towers.go", "convnet/convnet.go",
		"inpformer/inpformer.go", "inpformer/loss.go", "multiads/multiads.go", "multiads/loss.go",
		"detector/separable.go", "train/optimizer.go", "learned/[cdgrsu]*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			if path.Ext(file) != ".go" {
				continue
			}
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			if dot.Match(source) {
				for _, room := range []string{`"os"`, `"adlab/datasets"`, `"adlab/pkg/store"`,
					`"adlab/pkg/tensorfile"`} {
					require.NotContains(t, string(source), "\t"+room+"\n", file)
				}
			}
		}
	}
}

// TestLabIsWhatANotebookTypes, and nothing else: at most 450 lines.
func TestLabIsWhatANotebookTypes(t *testing.T) {
	files, err := filepath.Glob("lab/*.go")
	require.NoError(t, err)
	lines := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		if !strings.HasSuffix(file, "_test.go") {
			lines += strings.Count(string(source), "\n")
		}
	}
	require.Greater(t, lines, 100)
	require.LessOrEqual(t, lines, 450)
}
