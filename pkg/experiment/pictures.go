package experiment

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/imageio"
)

// Listed are the pictures that files and folders stand for.
type Listed struct {
	Paths []string
	Left  map[string]int // other files in the folders, by their ending
	// Root is the deepest folder that holds all that was named; "" where files alone were: results
	// of files that were picked lie side by side where they can
	Root string
}

// ListPictures lists files as they are named, and the pictures in folders and below them, sorted,
// each once. What lies in the folder except, files and folders with a leading dot, and folders
// behind links are left out. A named file need not be a picture, or be there: who reads it will
// say.
func ListPictures(named []string, except string) (l Listed, err error) {
	l.Left = map[string]int{}
	seen := map[string]bool{}
	add := func(path string) {
		if clean := filepath.Clean(path); !seen[clean] {
			seen[clean] = true
			l.Paths = append(l.Paths, path)
		}
	}
	if except != "" {
		if except, err = filepath.Abs(except); err != nil {
			return l, err
		}
	}
	for _, path := range named {
		if !isFolder(path) {
			add(path)
		} else if err := l.walk(path, except, add); err != nil {
			return l, err
		}
	}
	if slices.ContainsFunc(named, isFolder) {
		l.Root, err = CommonFolder(named)
	}
	return l, err
}

// CommonFolder is the deepest folder that holds all files and folders that are named; a folder
// holds itself.
func CommonFolder(named []string) (root string, err error) {
	for i, path := range named {
		within, err := filepath.Abs(path)
		if err != nil {
			return "", err
		}
		if !isFolder(path) {
			within = filepath.Dir(within)
		}
		if i == 0 {
			root = within
		}
		for root != within && !strings.HasPrefix(within, strings.TrimSuffix(root, "/")+"/") {
			root = filepath.Dir(root)
		}
	}
	return root, nil
}

// walk adds the pictures below a folder.
func (l *Listed) walk(folder, except string, add func(path string)) error {
	// with a slash, a link to a folder is the folder
	return filepath.WalkDir(folder+string(filepath.Separator),
		func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return fmt.Errorf("reading %s: %w", path, err)
			}
			top := filepath.Clean(path) == filepath.Clean(folder)
			hidden := strings.HasPrefix(d.Name(), ".") && !top
			if d.IsDir() {
				whole, err := filepath.Abs(path)
				if err == nil && whole == except && !top || hidden {
					return fs.SkipDir
				}
				return nil
			}
			switch {
			case hidden:
			case isFolder(path):
				l.Left["links to folders"]++
			case isPicture(path):
				add(filepath.Clean(path))
			default:
				l.Left[cmp.Or(strings.ToLower(filepath.Ext(path)), "without an ending")]++
			}
			return nil
		})
}

// isPicture tells a picture by its name, or else by its beginning.
func isPicture(path string) bool {
	if datasets.IsImage(path) {
		return true
	}
	_, _, err := imageio.Size(path)
	return err == nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// LeftOut says what was left out, in a line; "" where nothing was.
func (l Listed) LeftOut() string {
	total, parts := 0, []string(nil)
	for _, kind := range slices.Sorted(maps.Keys(l.Left)) {
		total += l.Left[kind]
		parts = append(parts, fmt.Sprintf("%d %s", l.Left[kind], kind))
	}
	if total == 0 {
		return ""
	}
	return fmt.Sprintf("%d files that are no pictures are left out: %s", total,
		strings.Join(parts, ", "))
}
