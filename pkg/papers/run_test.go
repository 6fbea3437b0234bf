package papers

import (
	"encoding/json"
	"image"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/plot"

	"github.com/stretchr/testify/require"
)

// shownInGallery are all but those of speed, which start the command line's processes.
func shownInGallery() []exhibit.Exhibit {
	return slices.DeleteFunc(All(), func(e exhibit.Exhibit) bool { return e.Outside })
}

// TestEveryExhibitRunsInSmoke runs the registry, and then the whole of it once more: the second
// time nothing is measured, and no byte changes.
func TestEveryExhibitRunsInSmoke(t *testing.T) {
	shown := map[string][]exhibit.Figure{}
	gallery := func() (string, []render.Entry) {
		r, folder := smoke(t), t.TempDir()
		var entries []render.Entry
		for _, e := range shownInGallery() {
			result, err := r.Run(t.Context(), e)
			require.NoError(t, err, e.ID)
			require.True(t, len(result.Tables) > 0 || len(result.Figures) > 0, e.ID)
			for _, table := range result.Tables {
				checkMeasured(t, e.ID, table)
			}
			for _, f := range result.Figures {
				require.False(t, uniform(f.Picture), "%s %s", e.ID, f.Name)
				shown[e.ID] = append(shown[e.ID], f)
			}
			entry, err := render.Write(result, folder)
			require.NoError(t, err, e.ID)
			entries = append(entries, entry)
		}
		require.NoError(t, render.Clean(folder, entries))
		require.NoError(t, render.WriteGallery(folder, "smoke", entries))
		return folder, entries
	}
	first, entries := gallery()
	runs, err := exhibit.Runs(smoke(t).Env.Cache)
	require.NoError(t, err)
	second, _ := gallery()
	again, err := exhibit.Runs(smoke(t).Env.Cache)
	require.NoError(t, err)
	require.Equal(t, runs, again, "nothing is measured twice")

	require.NoError(t, fs.WalkDir(os.DirFS(first), ".", func(name string, d fs.DirEntry,
		err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		a, err := os.ReadFile(filepath.Join(first, name))
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(second, name))
		require.NoError(t, err)
		require.Equal(t, a, b, name)
		return nil
	}))
	checkManifest(t, first, entries)
	checkCaptions(t, shown)
	require.NoError(t, render.Clean(second, entries[1:]))
	for _, name := range entries[0].Files() {
		require.NoFileExists(t, filepath.Join(second, name))
	}
	for _, name := range entries[1].Tables {
		require.FileExists(t, filepath.Join(second, name+".md"))
	}
	checkExplained(t, first, entries)
}

// checkMeasured: every row that is said to be measured is, and quoted rows are not.
func checkMeasured(t *testing.T, id string, table *exhibit.Table) {
	for _, row := range table.Rows() {
		measured := 0
		for _, c := range row.Cells {
			if row.Of != nil {
				require.Positive(t, c.Decimals, "%s, %s: as the papers print", id, row.Name)
			}
			for _, v := range c.Ours {
				require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s, %s", id, row.Name)
				measured++
			}
		}
		if row.Kind == exhibit.Quoted {
			require.Zero(t, measured, "%s, %s", id, row.Name)
			// the tests' few categories do not have every type
		} else if row.Defect+row.Category == "" {
			require.Positive(t, measured, "%s, %s", id, row.Name)
		}
	}
}

// checkCaptions: a figure has a caption in both languages, but for one that is the whole exhibit;
// and no caption is left over.
func checkCaptions(t *testing.T, shown map[string][]exhibit.Figure) {
	for _, e := range shownInGallery() {
		used := map[string]bool{}
		for _, f := range shown[e.ID] {
			key := exhibit.Each
			if _, own := e.Figures[f.Name]; own {
				key = f.Name
			}
			used[key] = true
			if f.Name != "" {
				require.NotEmpty(t, f.Caption.EN, "%s %s", e.ID, f.Name)
				require.NotEmpty(t, f.Caption.KO, "%s %s", e.ID, f.Name)
			}
			require.NotContains(t, f.Caption.EN+f.Caption.KO, "{}", "%s %s", e.ID, f.Name)
		}
		for name, w := range e.Figures {
			require.True(t, used[name], "%s: no figure for the caption of %q", e.ID, name)
			require.NotEmpty(t, w.EN, "%s %s", e.ID, name)
			require.NotEmpty(t, w.KO, "%s %s", e.ID, name)
		}
	}
}

// uniform tells a picture of one colour.
func uniform(m image.Image) bool {
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if m.At(x, y) != m.At(b.Min.X, b.Min.Y) {
				return false
			}
		}
	}
	return true
}

// checkManifest: the manifest lists what lies in the folder, and the page needs nothing from
// elsewhere.
func checkManifest(t *testing.T, folder string, entries []render.Entry) {
	b, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	require.NoError(t, err)
	var m render.Manifest
	require.NoError(t, json.Unmarshal(b, &m))
	require.Len(t, m.Exhibits, len(entries))
	for _, e := range m.Exhibits {
		for _, f := range e.Figures {
			require.FileExists(t, filepath.Join(folder, f.PNG))
		}
		for _, table := range e.Tables {
			for _, f := range render.Formats {
				require.FileExists(t, filepath.Join(folder, table+"."+f.Ending))
			}
		}
		require.NotEmpty(t, e.Made["identity"], e.ID)
	}
	page, err := os.ReadFile(filepath.Join(folder, "index.html"))
	require.NoError(t, err)
	for _, word := range []string{"http://", "https://", "<script src", "@import", "url("} {
		require.NotContains(t, string(page), word)
	}
	for _, e := range shownInGallery() {
		require.Contains(t, string(page), `id="`+e.ID+`"`)
	}
}

// checkExplained: a picture says what made it, and its gallery's manifest which code; here come the
// same bits, on another processor the same configuration, and something else with another seed,
// weights or code.
func checkExplained(t *testing.T, folder string, entries []render.Entry) {
	r := smoke(t)
	for _, e := range entries {
		for _, f := range e.Figures {
			file := filepath.Join(folder, f.PNG)
			carried, err := plot.ReadMade(file)
			require.NoError(t, err)
			require.NotContains(t, carried, "code", "a picture changes when its pixels do")
			require.NotContains(t, carried, "numbers", "likewise")
			made, err := render.MadeOf(file)
			require.NoError(t, err)
			require.Equal(t, e.ID, made["exhibit"])
			require.NotEmpty(t, made["code"])
			for _, made := range []map[string]string{carried, made} {
				here, err := explain(t, r, made)
				require.NoError(t, err)
				require.Equal(t, exhibit.SameBits, here.Answer, "%s: %v", f.PNG, here.Differences)
			}
		}
		for _, table := range e.Tables {
			made, err := render.MadeOf(filepath.Join(folder, table+".csv"))
			require.NoError(t, err)
			require.Equal(t, e.Made, made)
		}
	}
	made, err := render.MadeOf(filepath.Join(folder, "inp-figure7.png"))
	require.NoError(t, err)
	for _, key := range []string{"code", "numbers", "settings", "encoder", "data", "processor"} {
		changed := maps.Clone(made)
		changed[key] = "another"
		here, err := explain(t, r, changed)
		require.NoError(t, err)
		want := exhibit.SomethingElse
		if key == "processor" {
			want = exhibit.OtherProcessor
		}
		require.Equal(t, want, here.Answer, key)
		require.Len(t, here.Differences, 1)
		require.True(t, strings.HasPrefix(here.Differences[0], key+": made with another, here "+
			"it is "), here.Differences[0])
	}
	_, err = explain(t, r, map[string]string{"exhibit": "none"})
	require.ErrorContains(t, err, `no exhibit "none"`)
}

// explain finds the exhibit that a picture says it is of, and compares.
func explain(t *testing.T, r *exhibit.Runner, made map[string]string) (exhibit.Explained,
	error) {
	found, err := Find(made["exhibit"])
	if err != nil {
		return exhibit.Explained{}, err
	}
	return r.Explain(t.Context(), found[0], made)
}
