package render

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/exhibit"
	"adlab/pkg/plot"
	"adlab/pkg/store"
)

// The files of a gallery that say what made the others.
const (
	manifestFile = "manifest.json"
	runsFile     = "runs.json" // every run behind its numbers
)

// ReadManifest reads the manifest of the gallery that a file lies in, or in a folder of; known is
// false where there is none.
func ReadManifest(file string) (m Manifest, folder string, known bool, err error) {
	for _, folder := range []string{filepath.Dir(file), filepath.Dir(filepath.Dir(file))} {
		m, known, err := store.ReadJSON[Manifest](filepath.Join(folder, manifestFile))
		if known || err != nil {
			return m, folder, known, err
		}
	}
	return m, "", false, nil
}

// ReadRuns reads the runs behind a gallery's numbers; nil where they are not there.
func ReadRuns(folder string) ([]*exhibit.Run, error) {
	runs, _, err := store.ReadJSON[[]*exhibit.Run](filepath.Join(folder, runsFile))
	if err == nil && slices.Contains(runs, nil) {
		err = fmt.Errorf("%s: expected runs, got a null among them; make the gallery again",
			filepath.Join(folder, runsFile))
	}
	return runs, err
}

// MadeOf says what made a file: a picture carries it, with what the manifest of its gallery says of
// the code; of a table or a drawing in vectors the manifest says all. The answer is empty for a
// file that adlab did not write.
func MadeOf(file string) (map[string]string, error) {
	m, _, known, err := ReadManifest(file)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(file)
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg":
		made, err := plot.ReadMade(file)
		if err != nil || !known {
			return made, err
		}
		for _, e := range m.Exhibits {
			if exhibit.SameFile(made, e.Made) {
				made = maps.Clone(made)
				maps.Copy(made, e.Made)
			}
		}
		return made, nil
	}
	if !known {
		return nil, fmt.Errorf("%s: expected a picture, or a file of a gallery with its %s", file,
			manifestFile)
	}
	for _, e := range m.Exhibits {
		if slices.Contains(e.Files(), name) {
			return e.Made, nil
		}
	}
	return nil, nil
}

// runsOf are all runs that the entries rest on, ordered by key, each once.
func runsOf(entries []Entry) []*exhibit.Run {
	var all []*exhibit.Run
	for _, e := range entries {
		for _, run := range e.measured {
			if !slices.ContainsFunc(all, func(r *exhibit.Run) bool { return r.Key == run.Key }) {
				all = append(all, run)
			}
		}
	}
	slices.SortFunc(all, func(a, b *exhibit.Run) int { return strings.Compare(a.Key, b.Key) })
	for i, run := range all {
		all[i] = withoutDraws(run)
	}
	return all
}

// withoutDraws is a run without its resamples, which are most of its bytes; the intervals that they
// gave stay.
func withoutDraws(run *exhibit.Run) *exhibit.Run {
	out := *run
	out.Rulers = slices.Clone(run.Rulers)
	for i := range out.Rulers {
		out.Rulers[i].Draws = nil
	}
	return &out
}
