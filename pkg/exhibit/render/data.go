package render

import (
	_ "embed"
	"encoding/csv"
	"html/template"
	"strconv"
	"strings"

	"adlab/pkg/exhibit"
)

//go:embed table.html
var tableTemplate string

// tableHTML escapes what it is given. Ours is black, the printed number beside it small and grey,
// quoted rows grey and in italics.
var tableHTML = template.Must(template.New("table").Parse(tableTemplate))

// HTML is the table as an element without a page around it; the gallery's style sheet gives it its
// looks.
func HTML(t *exhibit.Table) (string, error) {
	var b strings.Builder
	err := tableHTML.Execute(&b, struct {
		*exhibit.Table
		Span int
	}{t, len(t.Columns) + 1})
	return b.String(), err
}

// CSV is the table for programs: one row a cell, ours with all its digits and a value for each
// seed.
func CSV(t *exhibit.Table) (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	rows := [][]string{{"group", "row", "kind", "column", "ours", "deviation", "values",
		"published", "claim", "doubt"}}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, g := range t.Groups {
		for _, row := range g.Rows {
			for i, c := range row.Cells {
				var own, deviation string
				var values []string
				if len(c.Ours) > 0 {
					m, d := c.Mean()
					own, deviation = number(m), number(d)
				}
				for _, v := range c.Ours {
					values = append(values, number(v))
				}
				rows = append(rows, []string{g.Heading(), row.Name, row.Kind, t.Columns[i], own,
					deviation, strings.Join(values, " "), c.Printed, c.Claim, c.Doubt})
			}
		}
	}
	err := w.WriteAll(rows)
	return b.String(), err
}
