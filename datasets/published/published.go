// Package published holds the numbers that the two papers print, and what others print of data sets
// that adlab fetches, each as a claim with an id, to be set beside what adlab measures. The CSV
// files are transcribed from the papers' tables, one row a printed number; what the row of another
// paper rests on is in its note.
package published

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed *.csv
var files embed.FS

// columns of every file.
var columns = []string{"paper", "table", "setting", "dataset", "method", "venue", "detail",
	"metric", "value", "unit", "note"}

// Claim is one printed number. ID is stable and readable: paper/table, the setting where the table
// has several, data set, method, detail, metric, such as
// inp-former/table2/mvtec-ad/inp-former/i-auroc.
type Claim struct {
	ID      string `json:"id"`
	Paper   string `json:"paper"` // INP-Former, MultiADS, ...
	Table   string `json:"table"` // as the paper numbers it
	Setting string `json:"setting"`
	Dataset string `json:"dataset"`
	Method  string `json:"method"`
	Venue   string `json:"venue,omitempty"`
	// knowledge base on or off, or the type of defect and whether training saw it
	Detail  string  `json:"detail,omitempty"`
	Metric  string  `json:"metric"`
	Value   float64 `json:"value"`
	Printed string  `json:"printed"` // the value with the digits that are printed
	Unit    string  `json:"unit"`    // percent, percentage points
	Note    string  `json:"note,omitempty"`
	Doubt   string  `json:"doubt,omitempty"` // why the number may not be what the paper means
}

// doubtful are the beginnings of remarks that cast doubt on a number; others are notes.
var doubtful = []string{"suspicious", "source cell", "all four numbers", "same value"}

// Claims are all claims, by file and then in the order of the printed tables. The files are part of
// the program: that they can be read is tested.
var Claims = sync.OnceValue(func() []Claim {
	all, err := read()
	if err != nil {
		panic(err)
	}
	return all
})

// Find gives the claim of an id.
func Find(id string) (Claim, bool) {
	all := Claims()
	i := slices.IndexFunc(all, func(c Claim) bool { return c.ID == id })
	if i < 0 {
		return Claim{}, false
	}
	return all[i], true
}

// Of are the claims of a paper's table, in the order of print.
func Of(paper, table string) (of []Claim) {
	for _, c := range Claims() {
		if c.Paper == paper && c.Table == table {
			of = append(of, c)
		}
	}
	return of
}

// Doubt is what casts doubt on a whole table, "" where nothing does.
func Doubt(paper, table string) string {
	if paper == "MultiADS" && table == "4" {
		return "the data sets' labels are shifted in the source; the blocks were put together " +
			"again by the order of the methods"
	}
	return ""
}

func read() ([]Claim, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var all []Claim
	for _, e := range entries {
		data, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		claims, err := parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		all = append(all, claims...)
	}
	settings := map[[2]string]map[string]bool{}
	for _, c := range all {
		key := [2]string{c.Paper, c.Table}
		if settings[key] == nil {
			settings[key] = map[string]bool{}
		}
		settings[key][c.Setting] = true
	}
	for i := range all {
		c := &all[i]
		c.ID = c.id(len(settings[[2]string{c.Paper, c.Table}]) > 1)
	}
	return all, nil
}

func parse(data []byte) (claims []Claim, err error) {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || !slices.Equal(rows[0], columns) {
		return nil, fmt.Errorf("expected the columns %s", strings.Join(columns, ", "))
	}
	for i, r := range rows[1:] {
		c := Claim{Paper: r[0], Table: r[1], Setting: r[2], Dataset: r[3], Method: r[4],
			Venue: r[5], Detail: r[6], Metric: r[7], Printed: r[8], Unit: r[9]}
		if c.Value, err = strconv.ParseFloat(c.Printed, 64); err != nil {
			return nil, fmt.Errorf("line %d: expected a number, got %q", i+2, c.Printed)
		}
		c.Note, c.Doubt = remarks(r[10])
		claims = append(claims, c)
	}
	return claims, nil
}

// remarks parts the remarks on a number into notes and doubts.
func remarks(s string) (note, doubt string) {
	var notes, doubts []string
	for part := range strings.SplitSeq(s, "; ") {
		if slices.ContainsFunc(doubtful, func(d string) bool {
			return strings.HasPrefix(part, d)
		}) {
			doubts = append(doubts, part)
		} else if part != "" {
			notes = append(notes, part)
		}
	}
	return strings.Join(notes, "; "), strings.Join(doubts, "; ")
}

func (c Claim) id(withSetting bool) string {
	table := slug(c.Table)
	if len(table) > 0 && !strings.HasPrefix(table, "seen") {
		table = "table" + table
	}
	parts := []string{slug(c.Paper), table}
	if withSetting {
		setting, _, _ := strings.Cut(c.Setting, " (")
		parts = append(parts, slug(setting))
	}
	parts = append(parts, slug(c.Dataset), slug(c.Method))
	if c.Detail != "" {
		detail, _, _ := strings.Cut(strings.TrimPrefix(c.Detail, "defect="), ";")
		parts = append(parts, slug(detail))
	}
	return strings.Join(append(parts, slug(c.Metric)), "/")
}

// slug is lower case, with one hyphen for everything that is neither letter nor digit.
func slug(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "-")
}
