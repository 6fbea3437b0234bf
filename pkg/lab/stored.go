package lab

import (
	"bytes"
	"fmt"
	"html"
	"image/png"
	"os"
	"path/filepath"

	"adlab/datasets"
	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/plot"

	"github.com/janpfeifer/gonb/gonbui"
)

// Stored is Show for what may take hours: what the gallery beside the data, figures, has of the
// exhibit in the notebook's profile is shown as it stands there, all of it or the named files,
// which are said without their ending. Any other exhibit is made, and shown whole.
func Stored(id string, files ...string) {
	folder := filepath.Join(filepath.Dir(datasets.Home()), "figures")
	entry := Must(render.Stored(folder, id, Notebook().Runner.Profile.Name, files...))
	if entry == nil {
		Show(id)
		return
	}
	showWords("h3", entry.Title)
	showWords("p", entry.Caption)
	for _, name := range entry.Tables {
		table := Must(os.ReadFile(filepath.Join(folder, name+".html")))
		gonbui.DisplayHtml(render.Inline(string(table)))
	}
	for _, f := range entry.Figures {
		path := filepath.Join(folder, f.PNG)
		picture := Must(png.Decode(bytes.NewReader(Must(os.ReadFile(path)))))
		display(plot.Narrow(picture, 800), Must(render.MadeOf(path))) // PNGs say no code
		showWords("p", f.Caption)
	}
}

// showWords displays a text in both languages.
func showWords(tag string, w exhibit.Words) {
	if w.EN != "" {
		gonbui.DisplayHtml(fmt.Sprintf("<%s>%s</%s><p lang=\"ko\">%s</p>", tag,
			html.EscapeString(w.EN), tag, html.EscapeString(w.KO)))
	}
}
