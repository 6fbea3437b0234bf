package world

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"adlab/datasets/synth"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
)

// TooEasy is the image AUROC, in percent, that no plain look at pixels may exceed on a generated
// category.
const TooEasy = 97

// looks are the plain looks at pixels: the columns.
var looks = []struct{ column, detector, encoder string }{
	{"difference to the mean picture", "mean", ""},
	{"nearest neighbour on raw patches", "knn", "pixels"},
}

// hardness is what plain looks at pixels reach on every category of the generated benchmarks, each
// category on its own: image AUROC.
func hardness(p experiment.Profile) *exhibit.Table {
	t := &exhibit.Table{Corner: "image AUROC of category"}
	for _, l := range looks {
		t.Columns = append(t.Columns, l.column)
		t.Readings = append(t.Readings, exhibit.Reading{Metric: "I-AUROC",
			Of: func(m exhibit.Measurement) bool { return m.Experiment.Detector == l.detector }})
	}
	for _, b := range synth.Benchmarks() {
		if p.Name == "smoke" && !slices.Contains(smallSets(p), b.Name) {
			continue
		}
		var of []exhibit.Measurement
		for _, l := range looks {
			of = append(of, measuring(p, l.detector, l.encoder, b.Name, 0).SingleClass(p))
		}
		for _, c := range b.Categories {
			t.Beside(b.Name, c.Name, of)
			rows := t.Group(b.Name).Rows
			rows[len(rows)-1].Category = c.Name
		}
	}
	return t
}

// judgeHardness says below the table which categories are too easy.
func judgeHardness(_ context.Context, _ *exhibit.Runner, t *exhibit.Table) ([]exhibit.Figure,
	[]*exhibit.Table, error) {
	easy := tooEasy(t)
	said := "none is"
	if easy != nil {
		said = strings.Join(easy, ", ")
	}
	t.Notes = append(t.Notes, fmt.Sprintf("a category where either exceeds %d is too easy: %s",
		TooEasy, said))
	return nil, nil, nil
}

// tooEasy lists the categories on which pixels alone do too well.
func tooEasy(t *exhibit.Table) (names []string) {
	for _, g := range t.Groups {
		for _, row := range g.Rows {
			if slices.ContainsFunc(row.Cells, func(c exhibit.Cell) bool {
				mean, _ := c.Mean()
				return mean > TooEasy
			}) {
				names = append(names, g.Name+"/"+row.Name)
			}
		}
	}
	return names
}
