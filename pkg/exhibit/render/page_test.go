package render

import (
	"image"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/plot"

	"github.com/stretchr/testify/require"
)

// drawn is an exhibit with a measured row, a picture of tiles, and another in vectors.
func drawn(t *testing.T) *exhibit.Result {
	m := exhibit.Measurement{Set: "mvtec", Experiment: experiment.Experiment{Detector: "knn"}}
	m.Experiment.Seed = 7
	table := nasty()
	table.Groups[0].Rows[1].Of = []exhibit.Measurement{m}
	tile := plot.Tile{Picture: image.NewGray(image.Rect(0, 0, 50, 50)), Caption: "a\nb"}
	line := plot.Line{Name: "l", X: []float64{0, 1}, Y: []float64{1, 2}}
	curve, err := plot.Curves("t", "x", "y", line)
	require.NoError(t, err)
	wide := make([]plot.Tile, 8)
	for i := range wide {
		wide[i] = tile
	}
	return &exhibit.Result{
		Exhibit: exhibit.Exhibit{ID: "one", Paper: "A Paper", Kind: exhibit.KindTable,
			Text: exhibit.Text{Title: exhibit.Words{EN: "Table <1>", KO: "표"}}},
		Tables: []*exhibit.Table{table},
		Figures: []exhibit.Figure{
			{Name: "tiles", Over: true,
				Picture: plot.Panel("title", [][]plot.Tile{wide, wide}, 150, nil)},
			{Name: "curve", Picture: curve, Caption: exhibit.Words{EN: "c", KO: "곡선"}}},
		Runs: []*exhibit.Run{{Key: "k1", Measurement: m, Encoder: "e", Weights: "0123456789abcdef0",
			Data: map[string]string{"mvtec": "fedcba98765432100"}}},
		Made: map[string]string{"profile": "tiny", "encoder": "e", "exhibit": "one"}}
}

func written(t *testing.T, folder string, r *exhibit.Result) string {
	entry, err := Write(r, folder)
	require.NoError(t, err)
	require.NoError(t, WriteGallery(folder, "tiny", []Entry{entry}))
	return read(t, folder, "index.html")
}

func read(t *testing.T, folder, name string) string {
	b, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	return string(b)
}

func TestThePageComesOfTheFolderAlone(t *testing.T) {
	folder := t.TempDir()
	page := written(t, folder, drawn(t))
	for _, name := range []string{"index.html", "previews/one-tiles.jpg"} {
		require.NoError(t, os.Remove(filepath.Join(folder, name)))
	}
	require.NoError(t, WritePage(folder))
	require.Equal(t, page, read(t, folder, "index.html"))
	require.FileExists(t, filepath.Join(folder, "previews/one-tiles.jpg"))
	require.ErrorContains(t, WritePage(t.TempDir()), "expected a gallery with its manifest.json")
}

func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	page := written(t, t.TempDir(), drawn(t))
	require.NotRegexp(t, `https?:|src="//|@import|url\(|<script src|<link`, page)
	require.NotContains(t, page, "Table <1>", "words are escaped")
}

func TestThePageSaysWhatMadeItsNumbers(t *testing.T) {
	page := written(t, t.TempDir(), drawn(t))
	require.Contains(t, page, `<b>2</b>`, "numbers measured: one with two seeds, one with one")
	require.Contains(t, page, `<b>3</b>`, "printed")
	require.Contains(t, page, `{"set | one/ours":["k1"]}`)
	require.Contains(t, page, `"k1":{"what":"knn, , mvtec","seed":7,`+
		`"encoder":"e 0123456789abcdef","data":"mvtec fedcba9876543210"`)
	require.Contains(t, page, `data-values="90 92"`)
}

func TestPreviewsAreSmallAndSayWhatMadeThem(t *testing.T) {
	folder := t.TempDir()
	page := written(t, folder, drawn(t))
	made, err := plot.ReadMade(filepath.Join(folder, "previews/one-tiles.jpg"))
	require.NoError(t, err)
	whole, err := plot.ReadMade(filepath.Join(folder, "one-tiles.png"))
	require.NoError(t, err)
	require.Equal(t, whole, made)
	f, err := os.Open(filepath.Join(folder, "previews/one-tiles.jpg"))
	require.NoError(t, err)
	defer f.Close()
	size, _, err := image.DecodeConfig(f)
	require.NoError(t, err)
	require.Equal(t, previewWidth, size.Width)
	require.Contains(t, page, `href="one-curve.svg"`)
	require.NoFileExists(t, filepath.Join(folder, "previews/one-curve.jpg"), "it is vectors")

	r := drawn(t)
	r.Figures = nil
	written(t, folder, r)
	require.NoFileExists(t, filepath.Join(folder, "previews/one-tiles.jpg"),
		"of an earlier gallery")
}

func TestTilesLieWhereTheManifestSays(t *testing.T) {
	r := drawn(t)
	entry, err := Write(r, t.TempDir())
	require.NoError(t, err)
	tiles := entry.Figures[0].Tiles
	require.Len(t, tiles, 2)
	require.Len(t, tiles[1], 8)
	require.Equal(t, "a\nb", tiles[0][0].Caption)
	require.Nil(t, entry.Figures[1].Tiles)
	for _, row := range tiles {
		for _, tile := range row { // black on white, within a frame
			x, y, side := tile.At[0], tile.At[1], tile.At[2]
			inside, _, _, _ := r.Figures[0].Picture.At(x, y).RGBA()
			outside, _, _, _ := r.Figures[0].Picture.At(x+side+2, y+side-1).RGBA()
			require.Zero(t, inside)
			require.EqualValues(t, 0xffff, outside)
		}
	}
}

func TestTheFirstScreenMovesWhereThereArePlaygrounds(t *testing.T) {
	folder := t.TempDir()
	require.NotContains(t, written(t, folder, drawn(t)), `class="moving"`)
	play := filepath.Join(folder, PlaygroundPage)
	require.NoError(t, os.WriteFile(play, []byte(`<script type="application/json">[{"label":"cup",`+
		`"choices":["1","2"],"frames":[{"picture":"a.jpg"},{"picture":"b.jpg"}]}]</script>`),
		0o666))
	require.NoError(t, WritePage(folder))
	require.Regexp(t, regexp.MustCompile(`(?s)class="moving".*src="a.jpg".*src="b.jpg"`),
		read(t, folder, "index.html"))
	require.NoError(t, os.WriteFile(play, nil, 0o666))
	require.ErrorContains(t, WritePage(folder), "expected frames, got none")
}
