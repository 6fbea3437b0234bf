package exhibit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryExhibitIsANotebookCell(t *testing.T) {
	for _, e := range All() {
		b, err := os.ReadFile(filepath.Join("..", "..", e.Notebook))
		require.NoError(t, err)
		var book struct {
			Cells []struct {
				Kind   string   `json:"cell_type"`
				Source []string `json:"source"`
			} `json:"cells"`
		}
		require.NoError(t, json.Unmarshal(b, &book))
		cells := 0
		for _, c := range book.Cells {
			source := strings.Join(c.Source, "")
			if c.Kind == "code" && strings.Contains(source, `exhibit.Show("`+e.ID+`")`) {
				cells++
				require.Equal(t, e.Tables != nil, strings.Contains(source, "exhibit.Check("), "%s: a table with claims is checked against them", e.ID)
			}
		}
		require.Equal(t, 1, cells, "%s in %s", e.ID, e.Notebook)
	}
}

// A notebook with its outputs is small enough to open at once and to keep among the sources.
func TestNotebooksAreSmall(t *testing.T) {
	books, err := filepath.Glob(filepath.Join("..", "..", "notebooks", "*.ipynb"))
	require.NoError(t, err)
	require.NotEmpty(t, books)
	for _, book := range books {
		info, err := os.Stat(book)
		require.NoError(t, err)
		require.Less(t, info.Size(), int64(500_000), book)
	}
}
