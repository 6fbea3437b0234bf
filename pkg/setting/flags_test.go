package setting

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOnlyTheCommandLineKnowsFlags reads every text in an error below the command line: none speaks
// of a flag.
func TestOnlyTheCommandLineKnowsFlags(t *testing.T) {
	flag := regexp.MustCompile(`(^|[\s"(` + "`" + `])--[a-z]`)
	root := filepath.Join("..", "..")
	for _, room := range []string{"datasets", "pkg"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, room), func(file string,
			d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "cmd":
				return filepath.SkipDir
			case path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go"):
				return nil
			}
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			require.NoError(t, err)
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				s, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || s.Sel.Name != "Errorf" && s.Sel.Name != "New" {
					return true
				}
				for _, arg := range call.Args {
					ast.Inspect(arg, func(n ast.Node) bool {
						if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
							require.False(t, flag.MatchString(text.Value), "%s: %s", file,
								text.Value)
						}
						return true
					})
				}
				return true
			})
			return nil
		}))
	}
}
