package playgrounds

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"adlab/datasets"
	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/experiment"
	"adlab/pkg/papers"
	"adlab/pkg/plot"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// figures is the gallery that stands in the tree.
const figures = "../../../figures"

// apart are pictures of no exhibit: of the demo's data, by `make demo`, and a browser's of a page.
var apart = []string{"demo_mono.png", "own-report.png"}

// TestNoPictureLies takes every picture of the gallery in the tree, and of those in folders of it,
// and holds the settings that it carries against those of what draws it here: profile, experiment,
// encoder with its digest, data sets. The data's digests are held against the manifest and the
// runs, which were written when the data was there.
func TestNoPictureLies(t *testing.T) {
	below, err := filepath.Glob(filepath.Join(figures, "*", "manifest.json"))
	require.NoError(t, err)
	pictures := check(t, figures)
	for _, e := range table {
		require.Positive(t, pictures[e.name], "pictures of the playground %s", e.name)
	}
	for _, file := range below {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			check(t, filepath.Dir(file))
		})
	}
}

// check holds a gallery's pictures against what draws them here, and counts them by exhibit or
// playground; of one on an encoder that is not here, only that it belongs.
func check(t *testing.T, gallery string) (pictures map[string]int) {
	v, err := experiment.Open("", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	name, listed, data := manifest(t, gallery)
	profile, err := experiment.ProfileOf(name)
	require.NoError(t, err)
	r := exhibit.NewRunner(v, profile)
	pictures = map[string]int{}
	require.NoError(t, filepath.WalkDir(gallery, func(path string, d fs.DirEntry, err error) error {
		if _, other := os.Stat(filepath.Join(path, "manifest.json")); other == nil &&
			path != gallery {
			return filepath.SkipDir
		}
		if err != nil || filepath.Ext(path) != ".png" && filepath.Ext(path) != ".jpg" ||
			slices.Contains(apart, filepath.Base(path)) {
			return err
		}
		made, err := plot.ReadMade(path)
		require.NoError(t, err)
		if made["adlab"] == "contact sheet" { // of the generator, which a profile has no part in
			require.Equal(t, strings.TrimSuffix(filepath.Base(path), ".png"), made["benchmark"])
			require.Equal(t, "1", made["seed"], path)
			return nil
		}
		var here map[string]string
		var sets []string
		if name := made["playground"]; name != "" {
			e, err := of(name)
			require.NoError(t, err, path)
			here, sets, err = r.RecordConfigured(name, e.measured(profile))
			require.NoError(t, err)
			pictures[name]++
		} else {
			found, err := papers.Find(made["exhibit"])
			require.NoError(t, err, path)
			picture := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) + ".png"
			if filepath.Base(filepath.Dir(path)) == render.PreviewFolder {
				require.FileExists(t, filepath.Join(gallery, picture), "whose preview this is")
			} else {
				pictures[found[0].ID]++
				if !found[0].Outside {
					require.Contains(t, listed, picture, "in the manifest")
					delete(listed, picture)
				}
			}
			require.Equal(t, profile.Name, made["profile"], path)
			if r.Missing(found[0]) != nil { // an encoder that is not here has no digest to compare
				return nil
			}
			here, sets, err = r.Configured(found[0])
			require.NoError(t, err)
		}
		if told := setsOf(made["data"]); slices.ContainsFunc(told, away) {
			sets = told // other sets stand in for real pictures that are not here
		}
		if slices.ContainsFunc(experiment.FetchableEncoders(), func(name string) bool {
			e := experiment.Experiment{Encoder: name}
			return strings.Contains(made["encoder"], name+" ") && e.Lacking() != nil
		}) {
			here["encoder"] = made["encoder"] // its rows are left out where it is not here
		}
		var want []string
		for _, set := range sets {
			require.Contains(t, data, set, "a run tells its digest")
			want = append(want, set+" "+data[set][:16])
		}
		here["data"] = strings.Join(want, ", ")
		for _, key := range slices.Sorted(maps.Keys(here)) {
			if key != "code" && key != "numbers" && key != "processor" && key != "backend" {
				require.Equal(t, here[key], made[key], "%s: %s", path, key)
			}
		}
		require.NotEmpty(t, made["processor"], path)
		return nil
	}))
	require.Empty(t, listed, "of the manifest, and not looked at")
	return pictures
}

// setsOf are the names of data sets in what a picture says of them: NAME DIGEST, ...
func setsOf(data string) (names []string) {
	for part := range strings.SplitSeq(data, ", ") {
		name, _, _ := strings.Cut(part, " ")
		names = append(names, name)
	}
	return names
}

// away tells a data set that can be fetched and has not been.
func away(set string) bool {
	return slices.ContainsFunc(datasets.Sources(), func(s datasets.Source) bool {
		return s.Name == set
	}) && !datasets.Fetched(set, datasets.Home())
}

// manifest reads the gallery's profile, its pictures, and its data sets' digests, which all runs
// agree on.
func manifest(t *testing.T, gallery string) (profile string, pictures map[string]bool,
	data map[string]string) {
	pictures, data = map[string]bool{}, map[string]string{}
	var m render.Manifest
	read(t, filepath.Join(gallery, "manifest.json"), &m)
	for _, e := range m.Exhibits {
		for _, f := range e.Figures {
			pictures[f.PNG] = true
		}
	}
	var runs []exhibit.Run
	read(t, filepath.Join(gallery, "runs.json"), &runs)
	for _, run := range runs {
		for set, digest := range run.Data {
			if known := data[set]; known != "" {
				require.Equal(t, known, digest, "%s: one digest in a gallery", set)
			}
			data[set] = digest
		}
	}
	return m.Profile, pictures, data
}

func read(t *testing.T, file string, into any) {
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, into))
}
