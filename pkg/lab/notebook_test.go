package lab

import (
	"encoding/json"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/papers"
	"adlab/pkg/plot"

	"github.com/janpfeifer/gonb/gonbui/protocol"
	"github.com/stretchr/testify/require"
)

func TestEveryExhibitIsANotebookCell(t *testing.T) {
	for _, e := range papers.All() {
		if e.Notebook == "" {
			continue
		}
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
			table := strings.Contains(source, `lab.Table("`+e.ID+`")`)
			if c.Kind == "code" && (table || strings.Contains(source, `lab.Show("`+e.ID+`")`)) {
				cells++
				require.Equal(t, e.Tables != nil, table,
					"%s: a table with claims is checked against them", e.ID)
			}
		}
		require.Equal(t, 1, cells, "%s in %s", e.ID, e.Notebook)
	}
}

func TestPicturesOfNotebooksAreSmall(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 256, 256))
	random := rand.New(rand.NewPCG(1, 1))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(random.Uint32()) | uint8(i%4/3*255)
	}
	tile := plot.Tile{Picture: noise, Caption: "noise"}
	made := map[string]string{"exhibit": "x"}
	kind, b := small(plot.Panel("hard to compress", [][]plot.Tile{{tile, tile}}, 180, nil), made)
	require.Equal(t, protocol.MIMEType("image/jpeg"), kind)
	require.LessOrEqual(t, len(b), pictureBytes)
	kind, b = small(plot.Panel("easy",
		[][]plot.Tile{{{Picture: image.NewGray(image.Rect(0, 0, 8, 8))}}}, 180, nil), made)
	require.Equal(t, protocol.MIMEImagePNG, kind)
	require.Contains(t, string(b), "exhibit")
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
