package datasets

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// extensions of image files that are read, in any case.
var extensions = []string{".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".tif", ".tiff",
	".webp", ".gif", ".pgm", ".ppm", ".pbm", ".pnm"}

// IsImage tells an image file by its name.
func IsImage(name string) bool {
	return slices.Contains(extensions, strings.ToLower(filepath.Ext(name)))
}

// ignored tells the files and folders that tools leave behind: dot-files, Jupyter's checkpoints,
// thumbnails.
func ignored(name string) bool {
	switch strings.ToLower(name) {
	case "thumbs.db", "desktop.ini", "__macosx":
		return true
	}
	return strings.HasPrefix(name, ".")
}

// walk visits every file below dir, folder by folder in the order of names, but for what tools
// leave behind. A link to a folder above is not followed.
func walk(dir string, visit func(path string)) error {
	return walkFrom(dir, []string{real(filepath.Dir(absolute(dir)))}, visit)
}

func walkFrom(dir string, above []string, visit func(path string)) error {
	here := real(dir)
	if slices.ContainsFunc(above, func(up string) bool { return holds(here, up) }) {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("reading %s: %w", dir, err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case ignored(e.Name()):
		case e.IsDir() || e.Type()&os.ModeSymlink != 0 && isDir(path):
			if err := walkFrom(path, append(above, here), visit); err != nil {
				return err
			}
		default:
			visit(path)
		}
	}
	return nil
}

// ImageFiles lists the image files below a folder, in subfolders too, folder by folder in the order
// of names.
func ImageFiles(dir string) ([]string, error) {
	var files []string
	err := walk(dir, func(path string) { files = append(files, path) })
	return onlyImages(files, err)
}

// looseImages lists the image files directly in dir.
func looseImages(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		err = fmt.Errorf("reading %s: %w", dir, err)
	}
	var files []string
	for _, e := range entries {
		if path := filepath.Join(dir, e.Name()); !ignored(e.Name()) && !isDir(path) {
			files = append(files, path)
		}
	}
	return onlyImages(files, err)
}

func onlyImages(files []string, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(files, func(path string) bool { return !IsImage(path) }), nil
}

// noTwins is an error where two files of one folder differ in their extension alone: by name it
// cannot be said which of them a mask is of, or is.
func noTwins(paths []string) error {
	stems := map[string]string{}
	for _, path := range paths {
		id := filepath.Join(filepath.Dir(path), stem(path))
		if other, twice := stems[id]; twice {
			return fmt.Errorf("%s: expected one image of a name, got %s and %s; remove one of them",
				filepath.Dir(path), other, filepath.Base(path))
		}
		stems[id] = filepath.Base(path)
	}
	return nil
}

// someImages is ImageFiles, where none is an error.
func someImages(dir string) ([]string, error) {
	paths, err := ImageFiles(dir)
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

// child is the folder of that name in dir, in another case where it is there in no other; "" where
// there is none.
func child(dir, name string) string {
	if path := filepath.Join(dir, name); isDir(path) {
		return path
	}
	names, _ := subfolders(dir)
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return filepath.Join(dir, n)
		}
	}
	return ""
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
