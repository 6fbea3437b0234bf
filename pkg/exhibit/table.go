package exhibit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"adlab/datasets/published"
)

// The kinds of rows.
const (
	Quoted  = "quoted"  // another system's numbers, as printed: not measured here
	Claimed = "claimed" // measured here, with the printed numbers beside
	Beside  = "beside"  // measured here; the table prints no such row
)

// Table is a table as all writers render it: groups of rows under the same columns.
type Table struct {
	Title, Caption Words
	Corner         string // what the rows are
	Columns        []string
	Readings       []Reading // one a column; nil where each is the metric of its name
	Groups         []Group
	Notes          []string // what made it
}

// Reading is what a column takes of a row's runs.
type Reading struct {
	Metric   string                 // by its printed name; "" for nothing that a run has
	Category string                 // "" for the row's
	Of       func(Measurement) bool // the runs that it takes; nil for all
}

// Group is a block of rows, such as those of one data set.
type Group struct {
	Name string
	// Says is what the heading says besides, such as that the data are generated ones.
	Says string
	Rows []Row
}

// Heading is what stands above the group, in every format.
func (g Group) Heading() string {
	if g.Says == "" {
		return g.Name
	}
	return g.Name + " (" + g.Says + ")"
}

// generated is what a group says whose rows are measured on what stands in for the data set that
// its name names, alone or before a comma.
const generated = "here: generated, in its layout"

// says tells the groups that are measured on generated data what they must say.
func (t *Table) says() {
	for i, g := range t.Groups {
		name, _, _ := strings.Cut(g.Name, ",")
		if _, named := SetOf[name]; named && slices.ContainsFunc(g.Rows, func(r Row) bool {
			return r.Of != nil
		}) {
			t.Groups[i].Says = generated
		}
	}
}

// Row is one method.
type Row struct {
	Name  string
	Kind  string
	Cells []Cell // one a column
	// Of is what is measured, a run for each seed; where Less is given, the value is the difference
	// to it.
	Of, Less []Measurement
	Defect   string // the metrics are this defect type's; "" for all
	Category string // the metrics are this category's; "" for the mean over all
}

// Cell is one number: ours, the printed one, or both side by side.
type Cell struct {
	Claim    string    // ID, "" where nothing is printed
	Printed  string    // "" likewise
	Doubt    string    // about the printed number
	Ours     []float64 // one a seed; none where nothing is measured
	Decimals int
	Text     string // in place of a number
}

// metricOrder is the order of columns.
var metricOrder = []string{"I-AUROC", "I-AP", "I-F1max", "P-AUROC", "P-AUROC (macro)", "P-F1",
	"P-F1 (macro)", "P-AP", "P-AP (macro)", "P-F1max", "AUPRO"}

// AllMetrics are the columns of a table of our own: those of the images, then of the pixels.
func AllMetrics() []string {
	return []string{"I-AUROC", "I-AP", "I-F1max", "P-AUROC", "P-AP", "P-F1max", "AUPRO"}
}

// Mean of ours, and their sample standard deviation, 0 for one value.
func (c Cell) Mean() (mean, deviation float64) {
	n := float64(len(c.Ours))
	for _, v := range c.Ours {
		mean += v / n
	}
	if len(c.Ours) < 2 {
		return mean, 0
	}
	for _, v := range c.Ours {
		deviation += (v - mean) * (v - mean) / (n - 1)
	}
	return mean, math.Sqrt(deviation)
}

// Own is our number as text, with its spread where there are several seeds; "" where nothing is
// measured.
func (c Cell) Own() string {
	if len(c.Ours) == 0 {
		return c.Text
	}
	mean, deviation := c.Mean()
	s := strconv.FormatFloat(mean, 'f', c.Decimals, 64)
	if len(c.Ours) > 1 {
		s += " ± " + strconv.FormatFloat(deviation, 'f', c.Decimals, 64)
	}
	return s
}

// String is the cell in plain text: ours, the printed one in brackets; a quoted one in quotation
// marks; a dash for nothing.
func (c Cell) String() string {
	own := c.Own()
	switch {
	case own == "" && c.Printed == "":
		return "–"
	case own == "":
		return "“" + c.Printed + "”"
	case c.Printed == "":
		return own
	}
	return own + " (" + c.Printed + ")"
}

// Rows lists all rows, to be filled in.
func (t *Table) Rows() (rows []*Row) {
	for g := range t.Groups {
		for r := range t.Groups[g].Rows {
			rows = append(rows, &t.Groups[g].Rows[r])
		}
	}
	return rows
}

// Group gives the group of a name, made where it is not there.
func (t *Table) Group(name string) *Group {
	i := slices.IndexFunc(t.Groups, func(g Group) bool { return g.Name == name })
	if i < 0 {
		t.Groups, i = append(t.Groups, Group{Name: name}), len(t.Groups)
	}
	return &t.Groups[i]
}

// decimals of our numbers, as the papers print theirs.
const decimals = 1

// cells are empty ones.
func cells(columns int) []Cell {
	all := make([]Cell, columns)
	for i := range all {
		all[i].Decimals = decimals
	}
	return all
}

// row gives the row of a name, made where it is not there.
func (g *Group) row(name string, columns int) *Row {
	i := slices.IndexFunc(g.Rows, func(r Row) bool { return r.Name == name })
	if i < 0 {
		g.Rows, i = append(g.Rows, Row{Name: name, Kind: Quoted, Cells: cells(columns)}),
			len(g.Rows)
	}
	return &g.Rows[i]
}

// Printed lays out published tables: a group and a row for each name, the metrics as columns, the
// claims in the cells. ours says what is measured for a claim's row: nothing for a row that is only
// quoted.
func Printed(claims []published.Claim, group, name func(published.Claim) string,
	ours func(published.Claim) (of, less []Measurement)) *Table {
	t := &Table{Corner: "data set, method"}
	for _, m := range metricOrder {
		if slices.ContainsFunc(claims, func(c published.Claim) bool { return c.Metric == m }) {
			t.Columns = append(t.Columns, m)
		}
	}
	for _, c := range claims {
		row := t.Group(group(c)).row(name(c), len(t.Columns))
		if row.Of, row.Less = ours(c); row.Of != nil {
			row.Kind = Claimed
		}
		row.Cells[slices.Index(t.Columns, c.Metric)] = Cell{Claim: c.ID, Printed: c.Printed,
			Doubt: c.Doubt, Decimals: decimals}
	}
	return t
}

// Widen gives the table these columns, its own among them.
func (t *Table) Widen(columns []string) {
	for _, row := range t.Rows() {
		wide := cells(len(columns))
		for i, name := range t.Columns {
			wide[slices.Index(columns, name)] = row.Cells[i]
		}
		row.Cells = wide
	}
	t.Columns = columns
}

// Beside adds a row that is measured here and not printed.
func (t *Table) Beside(group, name string, of []Measurement) {
	g := t.Group(group)
	g.Rows = append(g.Rows, Row{Name: name, Kind: Beside, Of: of, Cells: cells(len(t.Columns))})
}

// reading is what a column takes of a row's runs, whole.
func (t *Table) reading(column int, r *Row) Reading {
	read := Reading{Metric: t.Columns[column]}
	if t.Readings != nil {
		read = t.Readings[column]
	}
	read.Category = cmp.Or(read.Category, r.Category)
	if read.Of == nil {
		read.Of = func(Measurement) bool { return true }
	}
	return read
}

// fill puts the outcome of a row's runs into its cells.
func (r *Row) fill(t *Table, of, less []*Run) error {
	for i, column := range t.Columns {
		read := t.reading(i, r)
		for k, run := range of {
			if !read.Of(run.Measurement) {
				continue
			}
			v, ok := run.of(read.Metric, read.Category, r.Defect)
			if less != nil {
				minus, known := less[k].of(read.Metric, read.Category, r.Defect)
				v, ok = v-minus, ok && known
			}
			if !ok {
				continue
			}
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%s, %s: expected a finite number, got %v", r.Name, column, v)
			}
			r.Cells[i].Ours = append(r.Cells[i].Ours, v)
		}
		if of != nil && r.Cells[i].Ours == nil && r.Cells[i].Printed != "" {
			r.Cells[i].Text = "–" // measured, and undefined here
		}
	}
	return nil
}
