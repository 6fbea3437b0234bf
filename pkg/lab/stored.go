package lab

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"

	"github.com/janpfeifer/gonb/gonbui"
	"golang.org/x/image/draw"
)

// Stored is Show for what may take hours: what the gallery beside the data, figures, has of the
// exhibit in the notebook's profile is shown as it stands there, all of it or the named files,
// which are said without their ending. Any other exhibit is made, and shown whole.
func Stored(id string, files ...string) {
	folder := filepath.Join(filepath.Dir(datasets.Home()), "figures")
	entry := Must(inGallery(folder, id, Notebook().Runner.Profile.Name))
	if entry == nil {
		Show(id)
		return
	}
	Must(0, keepFiles(entry, files))
	showWords("h3", entry.Title)
	showWords("p", entry.Caption)
	for _, name := range entry.Tables {
		table := Must(os.ReadFile(filepath.Join(folder, name+".html")))
		gonbui.DisplayHtml(tableStyle + string(table))
	}
	for _, f := range entry.Figures {
		path := filepath.Join(folder, f.PNG)
		encoded := Must(os.ReadFile(path))
		picture := Must(png.Decode(bytes.NewReader(encoded)))
		display(narrow(picture), Must(render.MadeOf(path))) // a file does not say its code
		showWords("p", f.Caption)
	}
}

// inGallery is an exhibit of a profile in a gallery's folder; nil where it is not there.
func inGallery(folder, id, profile string) (*render.Entry, error) {
	m, at, known, err := render.ReadManifest(filepath.Join(folder, render.PlaygroundPage))
	if err != nil || !known || at != folder || m.Profile != profile {
		return nil, err
	}
	i := slices.IndexFunc(m.Exhibits, func(e render.Entry) bool { return e.ID == id })
	if i < 0 {
		return nil, nil
	}
	return &m.Exhibits[i], nil
}

// keepFiles leaves of an exhibit the tables and pictures of these names, all where there is none.
func keepFiles(entry *render.Entry, names []string) error {
	has := slices.Clone(entry.Tables)
	for _, f := range entry.Figures {
		has = append(has, pictureName(f))
	}
	for _, name := range names {
		if !slices.Contains(has, name) {
			return fmt.Errorf("stored %s: expected of %s, got %q", entry.ID,
				strings.Join(has, ", "), name)
		}
	}
	if len(names) > 0 {
		entry.Tables = slices.DeleteFunc(entry.Tables, func(name string) bool {
			return !slices.Contains(names, name)
		})
		entry.Figures = slices.DeleteFunc(entry.Figures, func(f render.FigureFile) bool {
			return !slices.Contains(names, pictureName(f))
		})
	}
	return nil
}

// pictureName is the name of a picture's file without its ending.
func pictureName(f render.FigureFile) string { return strings.TrimSuffix(f.PNG, ".png") }

// widest is how wide a stored picture is in a notebook at most.
const widest = 800

// narrow makes a wide picture smaller.
func narrow(picture image.Image) image.Image {
	b := picture.Bounds()
	if b.Dx() <= widest {
		return picture
	}
	out := image.NewNRGBA(image.Rect(0, 0, widest, b.Dy()*widest/b.Dx()))
	draw.CatmullRom.Scale(out, out.Bounds(), picture, b, draw.Src, nil)
	return out
}

// showWords displays a text in both languages.
func showWords(tag string, w exhibit.Words) {
	if w.EN != "" {
		gonbui.DisplayHtml(fmt.Sprintf("<%s>%s</%s><p lang=\"ko\">%s</p>", tag,
			html.EscapeString(w.EN), tag, html.EscapeString(w.KO)))
	}
}
