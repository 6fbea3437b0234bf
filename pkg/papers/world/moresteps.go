package world

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/plot"
)

// untrainedRate is at which one step stands for none: it changes nothing that counts.
const untrainedRate = 1e-12

// stepCounts are how long heads train on the generated benchmark, and the table's own number.
func stepCounts(p experiment.Profile) (counts []int) {
	most := 2000
	if p.Name == "smoke" {
		most = p.Alone.Steps
	}
	own := field{generatedSet, ""}.trial(p, "inp-former").Experiment.Steps
	for _, n := range []int{0, 50, 200, 500, 2000, own} {
		if n <= most && !slices.Contains(counts, n) {
			counts = append(counts, n)
		}
	}
	slices.Sort(counts)
	return counts
}

// trainedFor is a contender that trains, after so many steps.
func trainedFor(p experiment.Profile, detector string, steps int) exhibit.Measurement {
	m := field{generatedSet, ""}.trial(p, detector)
	m.Experiment.Steps = steps
	if steps == 0 {
		m.Experiment.Steps, m.Experiment.Rate = 1, untrainedRate
	}
	return m
}

// besideSteps adds a row for each number of steps.
func besideSteps(t *exhibit.Table, p experiment.Profile) {
	for _, x := range contending() {
		if !x.Trains {
			continue
		}
		for _, n := range stepCounts(p) {
			t.Beside(field{generatedSet, ""}.name()+", numbers of steps",
				fmt.Sprintf("%s, %d", x.name, n),
				[]exhibit.Measurement{trainedFor(p, x.Name, n)})
		}
	}
}

// drawSteps is the image AUROC over steps; what trains nothing is a level line.
func drawSteps(ctx context.Context, r *exhibit.Runner) (*exhibit.Table, *exhibit.Figure, error) {
	p, f := r.Profile, field{generatedSet, ""}
	counts := stepCounts(p)
	t := &exhibit.Table{Corner: "I-AUROC after so many steps", Notes: []string{fmt.Sprintf(
		"0: one step at a rate of %g; batches of %d", untrainedRate,
		f.trial(p, "inp-former").Experiment.Batch)}}
	for _, n := range counts {
		t.Columns = append(t.Columns, strconv.Itoa(n))
	}
	var lines []plot.Line
	for _, x := range contending() {
		row, line := exhibit.Row{Name: x.name, Kind: exhibit.Beside}, plot.Line{Name: x.name}
		for i, n := range counts {
			m := f.trial(p, x.Name)
			if x.Trains {
				m = trainedFor(p, x.Name, n)
			}
			v, ok, err := auroc(ctx, r, m)
			if err != nil {
				return nil, nil, err
			}
			switch {
			case !ok:
				continue
			case x.Trains || i == 0:
				row.Cells = append(row.Cells, number(v, 1))
			default:
				row.Cells = append(row.Cells, exhibit.Cell{Text: "the same"})
			}
			line.X, line.Y = append(line.X, float64(n)), append(line.Y, v)
		}
		g := t.Group(f.shown())
		g.Rows, lines = append(g.Rows, row), append(lines, line)
	}
	picture, err := plot.Curves(f.shown()+": I-AUROC over steps of training", "steps",
		"I-AUROC, percent", lines...)
	return t, &exhibit.Figure{Name: "steps", Picture: picture,
		Says: f.words()}, err
}
