// Package exhibit is what an exhibit is: a table, an ablation or a figure of a paper as a value
// that can be listed, run in each profile, and asked what made it. It knows none of them: package
// papers lists them, and what walks them all is given the list.
package exhibit

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"slices"
	"strings"

	"adlab/datasets/published"
	"adlab/pkg/experiment"
)

// The kinds of exhibits.
const (
	KindTable    = "table"
	KindFigure   = "figure"
	KindAblation = "ablation"
)

// Words are a text in English and in Korean.
type Words struct {
	EN string `json:"en" yaml:"en"`
	KO string `json:"ko" yaml:"ko"`
}

// Exhibit is one table, figure or ablation.
type Exhibit struct {
	ID     string // stable, such as inp-table2
	Paper  string // INP-Former, MultiADS
	Kind   string
	Tables []string // the paper's numbers of the tables whose claims it covers
	// Printed are the tables of further papers whose claims it covers, measured on the data set
	// that they are about in every profile but the tests', each through its own encoder.
	Printed  []PaperTable
	Notebook string // where it is a cell
	Timed    bool   // shows times that it measures: another machine, or another day, shows others
	// Apart tells one of the small world that is long and changes seldom: it is made by its name,
	// not by "all", in the profiles with generated pictures; the gallery shows what is stored of
	// it.
	Apart bool
	// Outside tells one that is not of the gallery: it is written into a folder of its own.
	Outside bool
	Text

	// Table is the table without measured numbers: what is to be measured, and the claims beside.
	// Nil for exhibits that only draw.
	Table func(experiment.Profile) *Table
	// Heads are what a figure needs trained.
	Heads func(experiment.Profile) []Measurement
	// Draw makes the pictures; table is what Table gives, filled in, or nil.
	Draw func(ctx context.Context, r *Runner, table *Table) ([]Figure, []*Table, error)
	// Kept tells whether what Draw rests on is stored; nil for what the runs alone decide.
	Kept func(ctx context.Context, r *Runner) (bool, error)
}

// PaperTable is a table of a paper, as published calls both.
type PaperTable struct{ Paper, Table string }

// Text is what is written about an exhibit.
type Text struct {
	Title   Words
	Caption Words
	// Figures are the captions of its figures by their names, or of all under Each.
	Figures map[string]Words
}

// Each is the name under which all figures of an exhibit have one caption.
const Each = "each"

// Figure is one picture of an exhibit.
type Figure struct {
	Name    string      // appended to the exhibit's ID in file names; "" where there is one
	Picture image.Image // a *plot.Plot has vectors, too
	Says    Words       // stand for {} in its caption; KO may be "" where it is the same
	Caption Words       // filled in from the exhibit's text
	// Over tells a *plot.Panels whose rows below the first are maps of the pictures in the first.
	Over bool
}

// captioned fills in a figure's caption.
func (t Text) captioned(f Figure) Figure {
	w, ok := t.Figures[f.Name]
	if !ok {
		w = t.Figures[Each]
	}
	f.Caption = Words{strings.ReplaceAll(w.EN, "{}", f.Says.EN),
		strings.ReplaceAll(w.KO, "{}", cmp.Or(f.Says.KO, f.Says.EN))}
	return f
}

// Result is what an exhibit shows.
type Result struct {
	Exhibit Exhibit
	Tables  []*Table
	Figures []Figure
	Runs    []*Run            // behind it, each once, ordered by key
	Made    map[string]string // what made it
}

// Keys are those of the runs behind it.
func (r *Result) Keys() (keys []string) {
	for _, run := range r.Runs {
		keys = append(keys, run.Key)
	}
	return keys
}

// Find gives those of a list that have the IDs; "all" stands for all that are not apart.
func Find(list []Exhibit, ids ...string) (found []Exhibit, err error) {
	for _, id := range ids {
		if id == "all" {
			return slices.DeleteFunc(slices.Clone(list), func(e Exhibit) bool {
				return e.Apart
			}), nil
		}
		at := slices.IndexFunc(list, func(e Exhibit) bool { return e.ID == id })
		if at < 0 {
			var names []string
			for _, e := range list {
				names = append(names, e.ID)
			}
			return nil, fmt.Errorf("no exhibit %q; `adlab list` shows them: %s", id,
				strings.Join(names, ", "))
		}
		found = append(found, list[at])
	}
	return found, nil
}

// Claims are the published numbers that the exhibit sets beside its own.
func (e Exhibit) Claims() []published.Claim {
	all := ClaimsOf(e.Paper, e.Tables...)
	for _, p := range e.Printed {
		all = append(all, ClaimsOf(p.Paper, p.Table)...)
	}
	return all
}

// judges tells whether a profile measures the exhibit's claims on what they are about.
func (e Exhibit) judges(profile string) bool {
	if e.Printed != nil {
		return profile != "smoke"
	}
	return e.Tables != nil && profile == "paper"
}

// ClaimsOf are the claims of some of a paper's tables.
func ClaimsOf(paper string, tables ...string) (all []published.Claim) {
	for _, t := range tables {
		all = append(all, published.Of(paper, t)...)
	}
	return all
}

// Layout is the exhibit's table without measured numbers, nil where it has none.
func (e Exhibit) Layout(p experiment.Profile) *Table {
	if e.Table == nil {
		return nil
	}
	t := e.Table(p)
	t.Title, t.Caption = e.Title, e.Caption
	if p.Size != "" {
		t.says()
	}
	return t
}

// Measurements are the runs that the exhibit rests on, each once.
func (e Exhibit) Measurements(p experiment.Profile) (all []Measurement) {
	add := func(ms []Measurement) {
		for _, m := range ms {
			if !slices.ContainsFunc(all, m.Equal) {
				all = append(all, m)
			}
		}
	}
	if t := e.Layout(p); t != nil {
		for _, row := range t.Rows() {
			add(row.Of)
			add(row.Less)
		}
	}
	if e.Heads != nil {
		add(e.Heads(p))
	}
	return all
}

// Cost says what the exhibit trains in a profile: heads, and their steps where the profile sets
// them (else they follow from epochs and data). Heads that another exhibit has trained cost
// nothing.
func (e Exhibit) Cost(p experiment.Profile) string {
	all, each := map[string]int{}, map[string]int{} // steps of each head
	for _, m := range e.Measurements(p) {
		switch {
		case m.trains() && m.Experiment.Setting == experiment.SingleClass:
			each[m.head()] = m.Experiment.Steps
		case m.trains():
			all[m.head()] = m.Experiment.Steps
		}
	}
	steps := func(heads map[string]int) string {
		sum := 0
		for _, n := range heads {
			if n == 0 {
				return ""
			}
			sum += n
		}
		return fmt.Sprintf(", %d steps", sum)
	}
	switch { // no exhibit has both
	case len(each) > 0:
		return count(len(each), "head") + steps(each) + " a category"
	case len(all) == 0:
		return "0 heads"
	}
	return count(len(all), "head") + steps(all)
}
