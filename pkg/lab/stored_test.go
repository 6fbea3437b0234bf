package lab

import (
	"encoding/json"
	"image"
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
			entry, err := inGallery(folder, id, "tiny")
			require.NoError(t, err)
			if entry == nil {
				continue // made anew
			}
			shown++
			require.NotEmpty(t, entry.Title.KO)
			require.NoError(t, keepFiles(entry, files), book)
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
		entry, err := inGallery(folder, "inp-figure7", profile)
		require.NoError(t, err)
		require.Nil(t, entry)
	}
	entry, err := inGallery(t.TempDir(), "inp-figure7", "tiny")
	require.NoError(t, err)
	require.Nil(t, entry)
}

func TestKeepFiles(t *testing.T) {
	entry := func() *render.Entry {
		return &render.Entry{ID: "x", Tables: []string{"x", "x-2"},
			Figures: []render.FigureFile{{PNG: "x-map.png"}, {PNG: "x-curve.png"}}}
	}
	e := entry()
	require.NoError(t, keepFiles(e, nil))
	require.Equal(t, entry(), e)
	require.NoError(t, keepFiles(e, []string{"x-2", "x-map"}))
	require.Equal(t, []string{"x-2"}, e.Tables)
	require.Equal(t, []render.FigureFile{{PNG: "x-map.png"}}, e.Figures)
	require.EqualError(t, keepFiles(entry(), []string{"y"}),
		`stored x: expected of x, x-2, x-map, x-curve, got "y"`)
}

func TestNarrow(t *testing.T) {
	require.Equal(t, image.Rect(0, 0, widest, 300),
		narrow(image.NewGray(image.Rect(5, 5, 5+2*widest, 605))).Bounds())
	small := image.NewGray(image.Rect(0, 0, 20, 10))
	require.Same(t, small, narrow(small))
}
