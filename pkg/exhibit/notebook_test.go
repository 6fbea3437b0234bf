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
		require.Less(t, len(b), 500_000, e.Notebook)
	}
}
