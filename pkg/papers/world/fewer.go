package world

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"

	inp "adlab/pkg/papers/inpformer"
)

// variantsOf is how many variants INP-Former makes of each of few pictures.
const variantsOf = inpformer.Augmentations

// fewerSet is where the number of normal pictures is changed: on the real tiles, which have many,
// where they are here.
func fewerSet(p experiment.Profile) string {
	if sets := necessarySets(p); slices.Contains(sets, "mtd") {
		return "mtd"
	}
	return generatedSet
}

// fewCounts are the numbers of a category, besides all.
func fewCounts(p experiment.Profile) []int {
	switch {
	case p.Name == "smoke":
		return []int{1, 4}
	case fewerSet(p) == "mtd":
		return []int{1, 4, 16, 64}
	}
	return []int{1, 4, 16}
}

// few is a contender with so many normal pictures of each category.
func few(p experiment.Profile, detector string, k int) exhibit.Measurement {
	return inp.MultiClass(p, fewerSet(p), p.Seeds[0]).Shots(p, k).By(detector)
}

// fewerGroup is the heading of their rows.
func fewerGroup(p experiment.Profile) string {
	return field{fewerSet(p), ""}.name() + ", few normal pictures"
}

// besideFewer adds the rows.
func besideFewer(t *exhibit.Table, p experiment.Profile) {
	for _, x := range contending() {
		for _, k := range fewCounts(p) {
			t.Beside(fewerGroup(p), fmt.Sprintf("%s, %d", x.name, k),
				[]exhibit.Measurement{few(p, x.Name, k)})
		}
	}
}

// drawFewer is the image AUROC over the number of normal pictures.
func drawFewer(ctx context.Context, r *exhibit.Runner) (*exhibit.Table, *exhibit.Figure, error) {
	p, f := r.Profile, field{fewerSet(r.Profile), ""}
	set, err := r.Set(ctx, f.set)
	if err != nil {
		return nil, nil, err
	}
	all := float64(len(set.Train())) / float64(len(set.Categories))
	t := &exhibit.Table{Corner: "I-AUROC with so many normal pictures of each category"}
	for _, k := range fewCounts(p) {
		t.Columns = append(t.Columns, strconv.Itoa(k))
	}
	t.Columns = append(t.Columns, fmt.Sprintf("all %.0f", all))
	var lines []plot.Line
	for _, x := range contending() {
		row, line := exhibit.Row{Name: x.name, Kind: exhibit.Beside}, plot.Line{Name: x.name}
		add := func(m exhibit.Measurement, k float64) error {
			v, ok, err := auroc(ctx, r, m)
			if err != nil || !ok {
				return err
			}
			row.Cells = append(row.Cells, number(v, 1))
			line.X, line.Y = append(line.X, math.Log2(k)), append(line.Y, v)
			return nil
		}
		for _, k := range fewCounts(p) {
			if err := add(few(p, x.Name, k), float64(k)); err != nil {
				return nil, nil, err
			}
		}
		if err := add(f.trial(p, x.Name), all); err != nil {
			return nil, nil, err
		}
		g := t.Group(f.shown())
		g.Rows, lines = append(g.Rows, row), append(lines, line)
	}
	picture, err := plot.Curves(f.shown()+": I-AUROC over normal pictures",
		"log₂ of normal pictures of each category", "I-AUROC, percent", lines...)
	return t, &exhibit.Figure{Name: "normals", Picture: picture,
		Says: f.words()}, err
}

// auroc is the mean image AUROC of a measurement, in percent.
func auroc(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (percent float64, ok bool,
	err error) {
	run, err := r.Measure(ctx, m)
	if err != nil {
		return 0, false, err
	}
	percent, ok = run.Value("I-AUROC", "")
	return percent, ok, nil
}
