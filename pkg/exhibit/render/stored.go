package render

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Stored is what the gallery in a folder has of an exhibit in a profile, with its tables and
// pictures of the given names, which are those of files without an ending; all where none is
// given. It is nil where the gallery is of another profile or does not have the exhibit.
func Stored(folder, id, profile string, names ...string) (*Entry, error) {
	m, at, known, err := ReadManifest(filepath.Join(folder, PlaygroundPage))
	if err != nil || !known || at != folder || m.Profile != profile {
		return nil, err
	}
	entry := m.Entry(id)
	if entry == nil {
		return nil, nil
	}
	return entry.only(names)
}

// only is an entry with these tables and pictures, all where there is no name.
func (e Entry) only(names []string) (*Entry, error) {
	if len(names) == 0 {
		return &e, nil
	}
	has := slices.Clone(e.Tables)
	for _, f := range e.Figures {
		has = append(has, f.name())
	}
	for _, name := range names {
		if !slices.Contains(has, name) {
			return nil, fmt.Errorf("stored %s: expected of %s, got %q", e.ID,
				strings.Join(has, ", "), name)
		}
	}
	e.Tables = slices.DeleteFunc(slices.Clone(e.Tables), func(name string) bool {
		return !slices.Contains(names, name)
	})
	e.Figures = slices.DeleteFunc(slices.Clone(e.Figures), func(f FigureFile) bool {
		return !slices.Contains(names, f.name())
	})
	return &e, nil
}

// name is that of a picture's file without its ending.
func (f FigureFile) name() string { return strings.TrimSuffix(f.PNG, ".png") }
