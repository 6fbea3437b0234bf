package render

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/exhibit"
	"adlab/pkg/store"
)

// pageFiles are the page's template, its styles and its scripts, one concept a file.
//
//go:embed page
var pageFiles embed.FS

// pageTemplate is the gallery: one file without frameworks, fonts or anything from elsewhere.
var pageTemplate = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"styles": func() (template.CSS, error) {
		s, err := joined(".css")
		return template.CSS(s), err
	},
	"scripts": func() (template.JS, error) {
		s, err := joined(".js")
		return template.JS(s), err
	},
	"words": func(en, ko string) exhibit.Words { return exhibit.Words{EN: en, KO: ko} },
}).ParseFS(pageFiles, "page/*.html"))

// joined are the page's files of an ending, in the order of their names.
func joined(ending string) (string, error) {
	var b strings.Builder
	files, err := fs.Glob(pageFiles, "page/*"+ending)
	for _, name := range files {
		text, e := pageFiles.ReadFile(name)
		err = errors.Join(err, e)
		b.Write(text)
	}
	return b.String(), err
}

// pageOf is what the page shows.
type pageOf struct {
	Manifest
	Papers            []paperOf
	Measured, Printed int // numbers in all tables
	Playground        bool
	Moving            *moving
	Runs              map[string]runOf // by key
}

// paperOf are the exhibits of a paper.
type paperOf struct {
	ID, Name string
	Exhibits []shownEntry
}

// shownEntry is an exhibit with its tables, and what galleries below have of the same.
type shownEntry struct {
	Entry
	Place   string // unlike any other's on the page
	At      string // where its files lie, seen from the page
	Profile string
	Earlier bool // another code made it than the gallery
	Written []writtenTable
	Shown   []shownFigure
	Others  []shownEntry
}

// writtenTable is a table as it was written.
type writtenTable struct {
	Name string // of its files, without their ending
	HTML template.HTML
}

// shownFigure is a picture with the addresses of what shows it small and large.
type shownFigure struct {
	FigureFile
	Place, Small, Large, PNG string
}

// WritePage writes index.html over a gallery, from what lies in its folder alone: the manifest, the
// runs, the tables and pictures, PlaygroundPage where it is there, and what galleries in folders
// below have of the same exhibits. The same files give the same bytes.
func WritePage(folder string) error {
	m, known, err := store.ReadJSON[Manifest](filepath.Join(folder, manifestFile))
	if err != nil {
		return err
	}
	if !known {
		return fmt.Errorf("%s: expected a gallery with its %s, got none; make it with `adlab "+
			"gallery`", folder, manifestFile)
	}
	if err := writePreviews(folder, m); err != nil {
		return err
	}
	page, err := readPage(folder, m)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, page); err != nil {
		return err
	}
	return store.WriteFile(filepath.Join(folder, "index.html"), b.Bytes())
}

// readPage reads what the page shows.
func readPage(folder string, m Manifest) (p pageOf, err error) {
	p = pageOf{Manifest: m, Runs: map[string]runOf{}}
	others, err := galleriesBelow(folder, p.Runs)
	if err != nil {
		return p, err
	}
	if err := addRuns(p.Runs, folder); err != nil {
		return p, err
	}
	for _, e := range m.Exhibits {
		shown, err := readEntry(folder, "", m, e)
		if err != nil {
			return p, err
		}
		shown.Others = others[e.ID]
		i := slices.IndexFunc(p.Papers, func(x paperOf) bool { return x.Name == e.Paper })
		if i < 0 {
			i = len(p.Papers)
			id := "paper-" + strings.ReplaceAll(strings.ToLower(e.Paper), " ", "-")
			p.Papers = append(p.Papers, paperOf{ID: id, Name: e.Paper})
		}
		p.Papers[i].Exhibits = append(p.Papers[i].Exhibits, shown)
		for _, table := range e.Tables {
			measured, printed, err := countNumbers(filepath.Join(folder, table+".csv"))
			if err != nil {
				return p, err
			}
			p.Measured, p.Printed = p.Measured+measured, p.Printed+printed
		}
	}
	p.Moving, err = readMoving(folder)
	p.Playground = p.Moving != nil
	return p, err
}

// readEntry reads an exhibit of the gallery m that lies at a place below a folder, "" for the
// folder's own.
func readEntry(folder, at string, m Manifest, e Entry) (shownEntry, error) {
	shown := shownEntry{Entry: e, Place: e.ID, Profile: m.Profile, Earlier: e.earlierThan(m)}
	if at != "" {
		shown.At, shown.Place = at+"/", at+"-"+e.ID
	}
	for _, table := range e.Tables {
		text, err := os.ReadFile(filepath.Join(folder, at, table+".html"))
		if err != nil {
			return shown, err
		}
		shown.Written = append(shown.Written, writtenTable{table,
			template.HTML(text)}) // escaped when it was written
	}
	for i, f := range e.Figures {
		x := shownFigure{f, fmt.Sprintf("%s-picture-%d", shown.Place, i+1), shown.At + f.preview(),
			shown.At + f.PNG, shown.At + f.PNG}
		if f.SVG != "" {
			x.Small, x.Large = shown.At+f.SVG, shown.At+f.SVG
		} else if _, err := os.Stat(filepath.Join(folder,
			filepath.FromSlash(x.Small))); err != nil {
			x.Small = x.Large // a gallery below that has no previews yet
		}
		shown.Shown = append(shown.Shown, x)
	}
	return shown, nil
}

// galleriesBelow are the exhibits of the galleries in folders of a folder, by ID; their runs are
// added to those given.
func galleriesBelow(folder string, runs map[string]runOf) (map[string][]shownEntry, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*", manifestFile))
	if err != nil {
		return nil, err
	}
	others := map[string][]shownEntry{}
	for _, file := range files {
		m, _, err := store.ReadJSON[Manifest](file)
		if err != nil {
			return nil, err
		}
		for _, e := range m.Exhibits {
			o, err := readEntry(folder, filepath.Base(filepath.Dir(file)), m, e)
			if err != nil {
				return nil, err
			}
			others[e.ID] = append(others[e.ID], o)
		}
		if err := addRuns(runs, filepath.Dir(file)); err != nil {
			return nil, err
		}
	}
	return others, nil
}

// countNumbers counts a table's cells with a number that was measured, and with one that is printed
// in a paper.
func countNumbers(file string) (measured, printed int, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, 0, err
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(rows) == 0 {
		return 0, 0, fmt.Errorf("%s: expected a table that adlab wrote: %w", file, err)
	}
	ours, published := slices.Index(rows[0], "ours"), slices.Index(rows[0], "published")
	for _, row := range rows[1:] {
		if row[ours] != "" {
			measured++
		}
		if row[published] != "" {
			printed++
		}
	}
	return measured, printed, nil
}
