package lab

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"adlab/pkg/exhibit/render"
	"adlab/pkg/papers"

	"github.com/stretchr/testify/require"
)

// What notebooks show of the gallery are exhibits, with their files; of another profile than the
// gallery's they are made.
func TestStoredIsTheGallerys(t *testing.T) {
	folder := filepath.Join("..", "..", "figures")
	books, err := filepath.Glob(filepath.Join("..", "..", "notebooks", "*.ipynb"))
	require.NoError(t, err)
	shown := 0
	for _, book := range books {
		b, err := os.ReadFile(book)
		require.NoError(t, err)
		for _, call := range regexp.MustCompile(`lab\.Stored\(([^)]+)\)`).FindAllSubmatch(b, -1) {
			var said []string
			list := strings.ReplaceAll(string(call[1]), `\"`, `"`)
			require.NoError(t, json.Unmarshal([]byte("["+list+"]"), &said))
			id, files := said[0], said[1:]
			_, err := papers.Find(id)
			require.NoError(t, err, book)
			entry, err := render.Stored(folder, id, "tiny", files...)
			require.NoError(t, err)
			if entry == nil {
				continue // made anew
			}
			shown++
			require.NotEmpty(t, entry.Title.KO)
			if len(files) > 0 {
				require.Len(t, files, len(entry.Tables)+len(entry.Figures), book)
			}
			require.Positive(t, len(entry.Tables)+len(entry.Figures))
			for _, name := range entry.Tables {
				require.FileExists(t, filepath.Join(folder, name+".html"))
			}
			for _, f := range entry.Figures {
				require.FileExists(t, filepath.Join(folder, f.PNG))
			}
		}
	}
	require.Positive(t, shown)
	for _, profile := range []string{"smoke", "paper"} {
		entry, err := render.Stored(folder, "inp-figure7", profile)
		require.NoError(t, err)
		require.Nil(t, entry)
	}
	entry, err := render.Stored(t.TempDir(), "inp-figure7", "tiny")
	require.NoError(t, err)
	require.Nil(t, entry)
}
