// Package exhibit is the registry of what the seminar shows: every table, ablation and figure of
// the papers as a value that can be listed, run in each profile, rendered, and asked what made it.
// The command line, the notebooks, the gallery and the tests walk the same registry.
package exhibit

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strings"

	"adlab/datasets/published"
)

// The kinds of exhibits.
const (
	KindTable    = "table"
	KindFigure   = "figure"
	KindAblation = "ablation"
)

// Words are a text in English and in Korean.
type Words struct {
	EN string `json:"en"`
	KO string `json:"ko"`
}

// Exhibit is one table, figure or ablation.
type Exhibit struct {
	ID       string // stable, such as inp-table2
	Paper    string // INP-Former, MultiADS
	Kind     string
	Title    Words
	Caption  Words
	Tables   []string // the paper's numbers of the tables whose claims it covers
	Notebook string   // where it is a cell
	Timed    bool     // shows times that it measures: another machine, or another day, shows others

	// layout is the table without measured numbers: what is to be measured, and the claims beside.
	// Nil for exhibits that only draw.
	layout func(Settings) *Table
	// heads are what a figure needs trained.
	heads func(Settings) []Measurement
	// draw makes the pictures; table is the layout, filled in, or nil.
	draw func(ctx context.Context, r *Runner, table *Table) ([]Figure, []*Table, error)
}

// Figure is one picture of an exhibit.
type Figure struct {
	Name    string      // appended to the exhibit's ID in file names; "" where there is one
	Picture image.Image // a *plot.Plot has vectors, too
	Caption Words
}

// Result is what an exhibit shows.
type Result struct {
	Exhibit Exhibit
	Tables  []*Table
	Figures []Figure
	Runs    []string          // keys of the runs behind it
	Made    map[string]string // what made it
}

// All lists the registry, in the order of the talk.
func All() []Exhibit {
	return slices.Concat(inpTables(), inpFigures(), inpAblations(), madsTables(), madsFigures())
}

// Find gives exhibits by their IDs; "all" stands for all.
func Find(ids ...string) (found []Exhibit, err error) {
	for _, id := range ids {
		if id == "all" {
			return All(), nil
		}
		at := slices.IndexFunc(All(), func(e Exhibit) bool { return e.ID == id })
		if at < 0 {
			return nil, fmt.Errorf("no exhibit %q; `adlab list` shows them: %s", id,
				strings.Join(names(), ", "))
		}
		found = append(found, All()[at])
	}
	return found, nil
}

func names() (ids []string) {
	for _, e := range All() {
		ids = append(ids, e.ID)
	}
	return ids
}

// Claims are the published numbers that the exhibit sets beside its own.
func (e Exhibit) Claims() []published.Claim {
	return claimsOf(e.Paper, e.Tables...)
}

// claimsOf are the claims of some of a paper's tables.
func claimsOf(paper string, tables ...string) (all []published.Claim) {
	for _, t := range tables {
		all = append(all, published.Of(paper, t)...)
	}
	return all
}

// Layout is the exhibit's table without measured numbers, nil where it has none.
func (e Exhibit) Layout(s Settings) *Table {
	if e.layout == nil {
		return nil
	}
	t := e.layout(s)
	t.Title, t.Caption = e.Title, e.Caption
	return t
}

// Measurements are the runs that the exhibit rests on, each once.
func (e Exhibit) Measurements(s Settings) (all []Measurement) {
	add := func(ms []Measurement) {
		for _, m := range ms {
			if !slices.ContainsFunc(all, m.equal) {
				all = append(all, m)
			}
		}
	}
	if t := e.Layout(s); t != nil {
		for _, row := range t.rows() {
			add(row.of)
			add(row.less)
		}
	}
	if e.heads != nil {
		add(e.heads(s))
	}
	return all
}

// Cost says what the exhibit trains in a profile. Heads that another exhibit has trained cost
// nothing.
func (e Exhibit) Cost(s Settings) string {
	all, each := map[string]bool{}, map[string]bool{}
	for _, m := range e.Measurements(s) {
		switch {
		case m.trains() && m.Experiment.Setting == "single-class":
			each[m.head()] = true
		case m.trains():
			all[m.head()] = true
		}
	}
	switch { // no exhibit has both
	case len(each) > 0:
		return fmt.Sprintf("%d heads a category", len(each))
	case len(all) == 1:
		return "1 head"
	}
	return fmt.Sprintf("%d heads", len(all))
}
