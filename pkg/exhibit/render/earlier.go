package render

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/exhibit"
	"adlab/pkg/store"
)

// Earlier are the exhibits of the gallery in a folder, by ID, with the runs behind them, as they
// stand there: a new gallery keeps those that are not made anew. There are none where the gallery
// is of another profile, nor of an exhibit whose files are not all there.
func Earlier(folder, profile string) (map[string]Entry, error) {
	m, _, err := store.ReadJSON[Manifest](filepath.Join(folder, manifestFile))
	if err != nil || m.Profile != profile {
		return nil, err
	}
	runs, err := ReadRuns(folder)
	if err != nil {
		return nil, err
	}
	earlier := map[string]Entry{}
	for _, e := range m.Exhibits {
		if !e.whole(folder) {
			continue
		}
		for _, run := range runs {
			if slices.Contains(e.Runs, run.Key) {
				e.measured = append(e.measured, run)
			}
		}
		earlier[e.ID] = e
	}
	return earlier, nil
}

// whole tells whether all files of an entry lie in a folder.
func (e Entry) whole(folder string) bool {
	vectors := map[string]bool{} // pictures that have none
	for _, f := range e.Figures {
		vectors[strings.TrimSuffix(f.PNG, ".png")+".svg"] = f.SVG == ""
	}
	for _, name := range e.Files() {
		info, err := os.Lstat(filepath.Join(folder, name))
		there := err == nil && info.Mode().IsRegular() && filepath.Base(name) == name
		if !there && !vectors[name] {
			return false
		}
	}
	return true
}

// earlierThan tells whether another code made the entry than its gallery.
func (e Entry) earlierThan(m Manifest) bool {
	by := exhibit.CodeOf(e.Made)
	return by != "" && by != m.Code
}
