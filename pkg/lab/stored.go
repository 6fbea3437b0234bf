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

	"adlab/datasets"
	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
	"golang.org/x/image/draw"
)

// Stored is Show for what may take hours: what the gallery beside the data, figures, has of the
// exhibit in the notebook's profile is shown as it stands there. Any other is made.
func Stored(id string) {
	folder := filepath.Join(filepath.Dir(datasets.Home()), "figures")
	entry := Must(inGallery(folder, id, Notebook().Runner.Profile.Name))
	if entry == nil {
		Show(id)
		return
	}
	showWords("h3", entry.Title)
	showWords("p", entry.Caption)
	for _, name := range entry.Tables {
		table := Must(os.ReadFile(filepath.Join(folder, name+".html")))
		gonbui.DisplayHtml(tableStyle + string(table))
	}
	for _, f := range entry.Figures {
		path := filepath.Join(folder, f.PNG)
		encoded := Must(os.ReadFile(path))
		if len(encoded) <= pictureBytes {
			send(protocol.MIMEImagePNG, encoded)
		} else {
			picture := Must(png.Decode(bytes.NewReader(encoded)))
			display(narrow(picture), Must(render.MadeOf(path)))
		}
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
