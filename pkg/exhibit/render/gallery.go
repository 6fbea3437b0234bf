package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	code "adlab/pkg"
	"adlab/pkg/exhibit"
	"adlab/pkg/plot"
	"adlab/pkg/store"
)

// Entry is one exhibit in a gallery's manifest.
type Entry struct {
	ID       string            `json:"id"`
	Paper    string            `json:"paper"`
	Kind     string            `json:"kind"`
	Title    exhibit.Words     `json:"title"`
	Caption  exhibit.Words     `json:"caption"`
	Notebook string            `json:"notebook"`
	Made     map[string]string `json:"made"`
	Runs     []string          `json:"runs"`
	// RowRuns are the keys of the runs behind a row of its tables, by GROUP/ROW.
	RowRuns map[string][]string `json:"row_runs,omitempty"`
	Figures []FigureFile        `json:"figures,omitempty"`
	Tables  []string            `json:"tables,omitempty"` // files without their ending

	tables   []*exhibit.Table
	measured []*exhibit.Run
}

// FigureFile is a picture of the gallery.
type FigureFile struct {
	PNG     string        `json:"png"`
	SVG     string        `json:"svg,omitempty"`
	Caption exhibit.Words `json:"caption"`
	// Size in pixels, and where a picture whose lower rows are maps of its first has its tiles.
	W     int      `json:"w,omitempty"`
	H     int      `json:"h,omitempty"`
	Tiles [][]Tile `json:"tiles,omitempty"`
}

// Tile is a tile of a picture.
type Tile struct {
	At      [4]int `json:"at"` // left, top, width, height in pixels
	Caption string `json:"caption,omitempty"`
}

// Manifest is a gallery's table of contents.
type Manifest struct {
	Profile  string  `json:"profile"`
	Code     string  `json:"code"`
	Exhibits []Entry `json:"exhibits"`
}

// Entry is an exhibit's; nil where the gallery does not have it.
func (m Manifest) Entry(id string) *Entry {
	for i := range m.Exhibits {
		if m.Exhibits[i].ID == id {
			return &m.Exhibits[i]
		}
	}
	return nil
}

// Write writes an exhibit's tables in every format and its figures into a folder, each file
// atomically. A picture says inside what made it.
func Write(r *exhibit.Result, folder string) (Entry, error) {
	e := r.Exhibit
	entry := Entry{ID: e.ID, Paper: e.Paper, Kind: e.Kind, Title: e.Title, Caption: e.Caption,
		Notebook: e.Notebook, Made: r.Made, Runs: r.Keys(), tables: r.Tables,
		measured: r.Runs, RowRuns: map[string][]string{}}
	for i, t := range r.Tables {
		maps.Copy(entry.RowRuns, t.RowRuns(r.Runs))
		name := e.ID
		if i > 0 {
			name += fmt.Sprintf("-%d", i+1)
		}
		for _, f := range Formats {
			text, err := f.Render(t)
			if err != nil {
				return entry, err
			}
			if err := store.WriteFile(filepath.Join(folder, name+"."+f.Ending),
				[]byte(text)); err != nil {
				return entry, err
			}
		}
		entry.Tables = append(entry.Tables, name)
	}
	for _, f := range r.Figures {
		name := e.ID
		if f.Name != "" {
			name += "-" + f.Name
		}
		made := map[string]string{"figure": name}
		maps.Copy(made, exhibit.Lasting(r.Made))
		file := FigureFile{PNG: name + ".png", Caption: f.Caption, Tiles: tilesOf(f),
			W: f.Picture.Bounds().Dx(), H: f.Picture.Bounds().Dy()}
		if err := plot.WritePNG(filepath.Join(folder, file.PNG), f.Picture, made); err != nil {
			return entry, err
		}
		if p, plotted := f.Picture.(*plot.Plot); plotted {
			file.SVG = name + ".svg"
			if err := store.WriteFile(filepath.Join(folder, file.SVG), p.SVG); err != nil {
				return entry, err
			}
		}
		entry.Figures = append(entry.Figures, file)
	}
	return entry, nil
}

// tilesOf are the tiles of a picture whose lower rows are maps of its first; nil of another.
func tilesOf(f exhibit.Figure) (tiles [][]Tile) {
	panels, ok := f.Picture.(*plot.Panels)
	if !ok || !f.Over {
		return nil
	}
	for _, row := range panels.Tiles() {
		var placed []Tile
		for _, t := range row {
			placed = append(placed, Tile{[4]int{t.Box.Min.X, t.Box.Min.Y, t.Box.Dx(), t.Box.Dy()},
				t.Caption})
		}
		tiles = append(tiles, placed)
	}
	return tiles
}

// PlaygroundPage is the gallery's companion, where something has written it: frames of the
// playgrounds to move through.
const PlaygroundPage = "playground.html"

// WriteGallery writes manifest.json and runs.json over exhibits that have been written into the
// folder, and the page by WritePage. The same exhibits give the same bytes.
func WriteGallery(folder, profile string, entries []Entry) error {
	m := Manifest{Profile: profile, Code: code.Drawing(), Exhibits: entries}
	if err := errors.Join(store.WriteJSON(filepath.Join(folder, manifestFile), m),
		store.WriteJSON(filepath.Join(folder, runsFile), runsOf(entries))); err != nil {
		return err
	}
	return WritePage(folder)
}

// PNGs lists the pictures of a folder that say which exhibit they are.
func PNGs(folder string) (files []string, err error) {
	all, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if made, err := plot.ReadMade(f); err == nil && made["exhibit"] != "" {
			files = append(files, f)
		}
	}
	return files, nil
}

// Files are the names of all files of an entry; that of a picture without vectors may not be there.
func (e Entry) Files() (names []string) {
	for _, f := range e.Figures {
		names = append(names, f.PNG, strings.TrimSuffix(f.PNG, ".png")+".svg")
	}
	for _, table := range e.Tables {
		for _, f := range Formats {
			names = append(names, table+"."+f.Ending)
		}
	}
	return names
}

// Beside are the exhibits of the gallery in a folder, where one is, that are not among those given.
func Beside(folder string, given []exhibit.Exhibit) (ids []string) {
	m, _, err := store.ReadJSON[Manifest](filepath.Join(folder, manifestFile))
	if err != nil {
		return nil // none, or one that is to be made anew
	}
	for _, e := range m.Exhibits {
		if !slices.ContainsFunc(given, func(x exhibit.Exhibit) bool { return x.ID == e.ID }) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// Clean removes what an earlier gallery in the folder wrote, as its manifest and its pictures say,
// and this one does not.
func Clean(folder string, entries []Entry) error {
	kept := map[string]bool{}
	for _, e := range entries {
		for _, name := range e.Files() {
			kept[name] = true
		}
	}
	pictures, err := PNGs(folder)
	if err != nil {
		return err
	}
	var earlier []string
	for _, f := range pictures {
		earlier = append(earlier, f, strings.TrimSuffix(f, ".png")+".svg")
	}
	var was Manifest
	if b, err := os.ReadFile(filepath.Join(folder, "manifest.json")); err == nil &&
		json.Unmarshal(b, &was) == nil {
		for _, e := range was.Exhibits {
			for _, name := range e.Files() {
				if filepath.IsLocal(name) && filepath.Base(name) == name && name != "." {
					earlier = append(earlier, filepath.Join(folder, name))
				} // else it is none of ours, and may lie elsewhere
			}
		}
	}
	for _, f := range earlier {
		if name := filepath.Base(f); !kept[name] {
			if err := os.Remove(f); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	return nil
}
