package render

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"adlab/pkg/plot"
	"adlab/pkg/store"
)

// PreviewFolder holds, below a gallery, a small JPEG of each of its pictures without vectors: the
// page loads these, and a picture itself when it is opened.
const PreviewFolder = "previews"

// previewWidth is as wide as the page shows a picture on a screen of two pixels a point.
const previewWidth = 960 // pixels

// preview is the place of a picture's preview in its gallery.
func (f FigureFile) preview() string {
	return path.Join(PreviewFolder, strings.TrimSuffix(f.PNG, ".png")+".jpg")
}

// writePreviews writes the previews of a manifest's pictures, and removes those of others. A
// preview carries what its picture says of itself.
func writePreviews(folder string, m Manifest) error {
	kept := map[string]bool{}
	for _, e := range m.Exhibits {
		for _, f := range e.Figures {
			if f.SVG != "" {
				continue
			}
			kept[filepath.FromSlash(f.preview())] = true
			if err := writePreview(folder, f); err != nil {
				return err
			}
		}
	}
	old, err := filepath.Glob(filepath.Join(folder, PreviewFolder, "*.jpg"))
	for _, file := range old {
		if name := filepath.Join(PreviewFolder, filepath.Base(file)); !kept[name] {
			err = errors.Join(err, os.Remove(file))
		}
	}
	return err
}

func writePreview(folder string, f FigureFile) error {
	file := filepath.Join(folder, f.PNG)
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	whole, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	made, err := plot.ReadMade(file)
	if err != nil {
		return err
	}
	small, err := plot.JPEG(plot.Narrow(whole, previewWidth), made)
	if err != nil {
		return err
	}
	to := filepath.Join(folder, filepath.FromSlash(f.preview()))
	if err := os.Mkdir(filepath.Dir(to), 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return store.WriteFile(to, small)
}
