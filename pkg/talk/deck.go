// Package talk is a talk's decks, as lists of slides of the notebooks, and their rehearsal.
// tools/talk.py reads the same lists, for tools/slides.py to make pages of.
package talk

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/exhibit"

	"gopkg.in/yaml.v3"
)

// Folder is that of the decks, below the notebooks'.
const Folder = "talks"

// Deck is a talk: slides of notebooks, in order.
type Deck struct {
	Name    string
	Title   exhibit.Words
	Minutes int
	Slides  []Slide
}

// Slide is a cell whose slideshow metadata says that a slide begins, with what follows it.
type Slide struct {
	Part     exhibit.Words
	Notebook string // its file's name without the ending
	Cells    []Cell
}

// Cell is a notebook's cell.
type Cell struct {
	ID      string
	Code    bool
	Source  string
	Outputs []Output
	kind    string // of the slide that begins here
}

// Output is what a cell has shown, as the notebook keeps it.
type Output struct {
	HTML, Text string
	Picture    []byte // PNG or JPEG; nil for another kind
}

// What slideshow metadata says of a cell.
const (
	beginsSlide = "slide"
	left        = "skip"
)

// Names are the decks below a folder of notebooks, sorted.
func Names(notebooks string) (names []string, err error) {
	files, err := filepath.Glob(filepath.Join(notebooks, Folder, "*.yaml"))
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".yaml"))
	}
	return names, err
}

// Read reads a deck with its slides. An error is one line: which deck, which notebook, which cell.
func Read(notebooks, name string) (*Deck, error) {
	path := filepath.Join(notebooks, Folder, name+".yaml")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		names, _ := Names(notebooks)
		return nil, fmt.Errorf("no talk %q in %s: expected %s", name,
			filepath.Join(notebooks, Folder), strings.Join(names, " or "))
	} else if err != nil {
		return nil, err
	}
	var list struct {
		Title, About exhibit.Words
		Minutes      int
		Slides       []struct {
			Part     exhibit.Words
			Notebook string
			Cells    []string
		}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(b))
	decoder.KnownFields(true)
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s: %s", path, strings.Join(strings.Fields(err.Error()), " "))
	}
	d := &Deck{Name: name, Title: list.Title, Minutes: list.Minutes}
	books := map[string][]Cell{}
	for _, entry := range list.Slides {
		cells, known := books[entry.Notebook]
		if !known {
			cells, err = readNotebook(filepath.Join(notebooks, entry.Notebook+".ipynb"))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			books[entry.Notebook] = cells
		}
		for _, first := range entry.Cells {
			slide := slideOf(cells, first)
			if slide == nil {
				return nil, fmt.Errorf("%s: %s: expected the id of a cell that begins a slide, "+
					"got %q", path, entry.Notebook, first)
			}
			d.Slides = append(d.Slides, Slide{entry.Part, entry.Notebook, slide})
		}
	}
	return d, nil
}

// slideOf are the cells of the slide that a cell begins; nil where none begins there.
func slideOf(cells []Cell, first string) []Cell {
	at := slices.IndexFunc(cells, func(c Cell) bool {
		return c.ID == first && c.kind == beginsSlide
	})
	if at < 0 {
		return nil
	}
	end := at + 1
	for end < len(cells) && cells[end].kind != beginsSlide && cells[end].kind != left {
		end++
	}
	return cells[at:end]
}

// text is a notebook's text: a string, or its lines.
type text string

// UnmarshalJSON reads either.
func (t *text) UnmarshalJSON(b []byte) error {
	var lines []string
	if err := json.Unmarshal(b, &lines); err == nil {
		*t = text(strings.Join(lines, ""))
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

// readNotebook reads a notebook's cells.
func readNotebook(path string) (cells []Cell, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var book struct {
		Cells []struct {
			ID       string
			Type     string `json:"cell_type"`
			Source   text
			Metadata struct {
				Slideshow struct {
					Type string `json:"slide_type"`
				}
			}
			Outputs []struct {
				Text text
				Data map[string]json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(b, &book); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, c := range book.Cells {
		cell := Cell{ID: c.ID, Code: c.Type == "code", Source: string(c.Source),
			kind: c.Metadata.Slideshow.Type}
		for _, o := range c.Outputs {
			out := Output{Text: string(o.Text)}
			for mime, data := range o.Data {
				var of text
				if json.Unmarshal(data, &of) != nil {
					continue // a kind that no slide shows
				}
				switch mime {
				case "text/html":
					out.HTML = string(of)
				case "image/png", "image/jpeg":
					encoded := strings.ReplaceAll(string(of), "\n", "")
					out.Picture, err = base64.StdEncoding.DecodeString(encoded)
					if err != nil {
						return nil, fmt.Errorf("%s: cell %s: %w", path, c.ID, err)
					}
				}
			}
			cell.Outputs = append(cell.Outputs, out)
		}
		cells = append(cells, cell)
	}
	return cells, nil
}

// Shows tells whether the cell has put out something that a slide shows: a picture, a table, or a
// text.
func (c Cell) Shows() bool {
	return slices.ContainsFunc(c.Outputs, func(o Output) bool {
		return o.Picture != nil || strings.Contains(o.HTML, "<table") ||
			strings.TrimSpace(o.Text) != ""
	})
}
