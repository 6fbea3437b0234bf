package view

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
)

// Ledger is the list of what was predicted: results.csv for a spreadsheet and results.jsonl for a
// program, a line a picture, written as it comes, so that what an interrupted run has done stands
// there.
type Ledger struct {
	table, lines *os.File
	csv          *csv.Writer
	json         *json.Encoder
}

// The files of a Ledger.
const (
	TableFile = "results.csv"
	LinesFile = "results.jsonl"
)

// NewLedger begins both files in a folder, in place of those that are there.
func NewLedger(dir string) (l *Ledger, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	l = &Ledger{}
	if l.table, err = os.Create(filepath.Join(dir, TableFile)); err != nil {
		return nil, err
	}
	if l.lines, err = os.Create(filepath.Join(dir, LinesFile)); err != nil {
		l.table.Close()
		return nil, err
	}
	l.csv, l.json = csv.NewWriter(l.table), json.NewEncoder(l.lines)
	l.json.SetEscapeHTML(false)
	return l, l.row("image", "verdict", "score", "p", "regions", "x", "y", "width", "height",
		"area", "says", "overlay", "error")
}

func (l *Ledger) row(cells ...string) error {
	if err := l.csv.Write(cells); err != nil {
		return err
	}
	l.csv.Flush()
	return l.csv.Error()
}

// Add writes a picture's line into both. The box in the table is that of the highest peak.
func (l *Ledger) Add(r Predicted) error {
	cells := []string{r.Image, r.Verdict, "", "", "", "", "", "", "", "", r.Says,
		Legible(r.Overlay), r.Error}
	if r.Error == "" {
		cells[2] = strconv.FormatFloat(r.Score, 'g', 9, 64)
		if r.P != nil {
			cells[3] = strconv.FormatFloat(*r.P, 'g', 6, 64)
			cells[4] = strconv.Itoa(len(r.Regions))
		}
	}
	if len(r.Regions) > 0 {
		for i, n := range []int{r.Regions[0].X, r.Regions[0].Y, r.Regions[0].Width,
			r.Regions[0].Height, r.Regions[0].Area} {
			cells[5+i] = strconv.Itoa(n)
		}
	}
	return errors.Join(l.row(cells...), l.json.Encode(r))
}

// Close ends both files.
func (l *Ledger) Close() error { return errors.Join(l.table.Close(), l.lines.Close()) }
