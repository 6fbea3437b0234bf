package still

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"image"
	"io/fs"
	"os"
	"path/filepath"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/plot"
	"adlab/pkg/store"

	"golang.org/x/image/draw"
)

//go:embed still.html
var pageHTML string

var pageTemplate = template.Must(template.New("still").Parse(pageHTML))

const (
	// Folder is that of the pictures, below the gallery's.
	Folder = "playground"
	most   = 2_000_000 // bytes that page and pictures together stay below
)

// scales are tried until all fits.
var scales = []float64{1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5}

// First is what is seen before anything is moved.
func (s Section) First() any {
	x := s.Images[0]
	return struct {
		Label string
		Frame Frame
	}{x.Label, x.Frames[x.At]}
}

// Write writes sections into a gallery's folder: render.PlaygroundPage and its pictures, less than
// 2 MB in all. The same sections give the same bytes.
func Write(folder, profile string, sections []Section) error {
	files, page, err := fit(sections, profile, most)
	if err != nil {
		return err
	}
	return write(folder, files, page)
}

// Remove removes an earlier page and its pictures.
func Remove(folder string) error {
	if err := os.Remove(filepath.Join(folder, render.PlaygroundPage)); err != nil &&
		!errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return clean(folder, nil)
}

// fit renders the page and its pictures at the largest scale that stays below a number of bytes.
func fit(sections []Section, profile string, most int) (files map[string][]byte, page []byte,
	err error) {
	size := 0
	for _, scale := range scales {
		if files, page, err = rendered(sections, profile, scale); err != nil {
			return nil, nil, err
		}
		size = len(page)
		for _, b := range files {
			size += len(b)
		}
		if size < most {
			return files, page, nil
		}
	}
	return nil, nil, fmt.Errorf("%s: expected less than %d bytes with its pictures, got %d with "+
		"pictures of half the size; show fewer", render.PlaygroundPage, most, size)
}

// level puts all pictures on canvases of one size, so that nothing jumps when one follows another.
func (s *Section) level() {
	var size image.Point
	s.each(func(_, _ int, f *Frame) {
		size.X, size.Y = max(size.X, f.picture.Bounds().Dx()), max(size.Y, f.picture.Bounds().Dy())
	})
	s.each(func(_, _ int, f *Frame) {
		out := image.NewNRGBA(image.Rectangle{Max: size})
		draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(out, f.picture.Bounds().Sub(f.picture.Bounds().Min), f.picture,
			f.picture.Bounds().Min, draw.Src)
		f.picture = out
	})
}

// each visits every frame.
func (s *Section) each(visit func(image, choice int, f *Frame)) {
	for i, x := range s.Images {
		for k := range x.Frames {
			visit(i, k, &x.Frames[k])
		}
	}
}

// rendered makes the page, and the pictures by their addresses beside it. An address holds a
// digest, so that no page shows the pictures of another.
func rendered(sections []Section, profile string, scale float64) (files map[string][]byte,
	page []byte, err error) {
	files = map[string][]byte{}
	for i := range sections {
		s := &sections[i]
		s.each(func(image, choice int, f *Frame) {
			m := scaled(f.picture, scale)
			s.W, s.H = m.Bounds().Dx(), m.Bounds().Dy()
			name := fmt.Sprintf("%s-%d-%d", s.Name, image+1, choice+1)
			made := exhibit.Lasting(s.Made)
			made["figure"] = name
			b, e := plot.JPEG(m, made) // a fifth of PNG's bytes
			err = cmp.Or(err, e)
			f.Picture = fmt.Sprintf("%s/%s-%.4x.jpg", Folder, name, sha256.Sum256(b))
			files[f.Picture] = b
		})
	}
	if err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	err = pageTemplate.Execute(&b, map[string]any{"Profile": profile, "Stills": sections})
	return files, b.Bytes(), err
}

func scaled(m image.Image, scale float64) image.Image {
	if scale == 1 {
		return m
	}
	size := m.Bounds().Size()
	out := image.NewNRGBA(image.Rect(0, 0, int(scale*float64(size.X)), int(scale*float64(size.Y))))
	draw.CatmullRom.Scale(out, out.Bounds(), m, m.Bounds(), draw.Src, nil)
	return out
}

// write writes the pictures, then the page, and then removes the pictures of an earlier one.
func write(folder string, files map[string][]byte, page []byte) error {
	write := func(name string, content []byte) error {
		return store.WriteFile(filepath.Join(folder, filepath.FromSlash(name)), content)
	}
	if err := os.MkdirAll(filepath.Join(folder, Folder), 0o777); err != nil {
		return err
	}
	for name, b := range files {
		if err := write(name, b); err != nil {
			return err
		}
	}
	if err := write(render.PlaygroundPage, page); err != nil {
		return err
	}
	return clean(folder, files)
}

// clean removes the pictures that are not among files.
func clean(folder string, files map[string][]byte) error {
	old, err := filepath.Glob(filepath.Join(folder, Folder, "*.jpg"))
	for _, path := range old {
		if files[Folder+"/"+filepath.Base(path)] == nil {
			err = cmp.Or(err, os.Remove(path))
		}
	}
	return err
}
