package render

import (
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/store"

	"github.com/stretchr/testify/require"
)

// TestAnEarlierExhibitStaysWithItsRuns: files, runs and what made it are those of the gallery
// before; the page tells it from those that this code made.
func TestAnEarlierExhibitStaysWithItsRuns(t *testing.T) {
	folder := t.TempDir()
	write := func(id, by string) Entry {
		e, err := Write(&exhibit.Result{Exhibit: exhibit.Exhibit{ID: id, Paper: "a paper"},
			Tables: []*exhibit.Table{nasty()}, Runs: []*exhibit.Run{{Key: "run of " + id}},
			Made: map[string]string{"profile": "tiny", "code": by}}, folder)
		require.NoError(t, err)
		return e
	}
	require.NoError(t, WriteGallery(folder, "tiny", []Entry{write("one", "old"),
		write("two", "old"), write("three", "old")}))
	none, err := Earlier(folder, "small")
	require.NoError(t, err)
	require.Empty(t, none, "of another profile")
	require.NoError(t, os.Remove(filepath.Join(folder, "three.csv")))
	earlier, err := Earlier(folder, "tiny")
	require.NoError(t, err)
	require.Len(t, earlier, 2, "all files of the third are not there")

	table := filepath.Join(folder, "one.csv")
	before, err := os.ReadFile(table)
	require.NoError(t, err)
	m, _, err := store.ReadJSON[Manifest](filepath.Join(folder, manifestFile))
	require.NoError(t, err)
	all := []Entry{earlier["one"], write("two", m.Code)}
	require.NoError(t, Clean(folder, all))
	require.NoError(t, WriteGallery(folder, "tiny", all))
	after, err := os.ReadFile(table)
	require.NoError(t, err)
	require.Equal(t, before, after)
	made, err := MadeOf(table)
	require.NoError(t, err)
	require.Equal(t, "old", made["code"])
	runs, err := ReadRuns(folder)
	require.NoError(t, err)
	require.Len(t, runs, 2)
	require.Equal(t, "run of one", runs[0].Key)
	page, err := readPage(folder, Manifest{Code: m.Code, Exhibits: all})
	require.NoError(t, err)
	require.True(t, page.Papers[0].Exhibits[0].Earlier)
	require.False(t, page.Papers[0].Exhibits[1].Earlier)
	html, err := os.ReadFile(filepath.Join(folder, "index.html"))
	require.NoError(t, err)
	require.Contains(t, string(html), "Kept as an earlier code made it")
}
