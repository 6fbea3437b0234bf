package datasets

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// extensions of image files, in any case.
var extensions = []string{".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"}

// ignored tells the files and folders that tools leave behind: dot-files, Jupyter's checkpoints,
// thumbnails.
func ignored(name string) bool {
	switch strings.ToLower(name) {
	case "thumbs.db", "desktop.ini", "__macosx":
		return true
	}
	return strings.HasPrefix(name, ".")
}

// images lists the image files directly in dir, sorted by name. Two files of one stem are an error.
func images(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", dir, err)
	}
	var paths []string
	stems := map[string]string{}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if ignored(e.Name()) || !slices.Contains(extensions, strings.ToLower(filepath.Ext(path))) ||
			isDir(path) {
			continue
		}
		if other, twice := stems[stem(path)]; twice {
			return nil, fmt.Errorf("%s: expected one image of a name, got %s and %s; remove one "+
				"of them", dir, other, e.Name())
		}
		stems[stem(path)] = e.Name()
		paths = append(paths, path)
	}
	return paths, nil
}

// someImages is images, where none is an error.
func someImages(dir string) ([]string, error) {
	paths, err := images(dir)
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("%s: expected at least one image (png, jpg, bmp, tif or webp), got %s",
			dir, contents(dir))
	}
	return paths, err
}

func subfolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", dir, err)
	}
	var names []string
	for _, e := range entries {
		if !ignored(e.Name()) && isDir(filepath.Join(dir, e.Name())) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func stem(path string) string {
	name := filepath.Base(path)
	return strings.TrimSuffix(name, filepath.Ext(name))
}

// contents says in a few words what is in a folder.
func contents(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "an unreadable folder"
	}
	if len(entries) == 0 {
		return "an empty folder"
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return firstFew(names)
}

func firstFew(names []string) string {
	const few = 10
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:few], ", ") + fmt.Sprintf(" and %d more", len(names)-few)
}
