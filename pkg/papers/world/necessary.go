package world

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/papers/inpformer"
)

// contenders are set beside each other on one set of features: what trains first. One that is not
// in the table of methods is left out.
var contenders = []struct{ name, detector string }{{"INP-Former", "inp-former"},
	{"Dinomaly", "dinomaly"}, {"kNN", "knn"}, {"RAD", "rad"}, {"SubspaceAD", "subspacead"},
	{"PatchCore", "patchcore"}, {"PaDiM", "padim"}}

// contender is one of them with its entry.
type contender struct {
	name string
	detector.Method
}

// contending are those that are here.
func contending() (all []contender) {
	for _, x := range contenders {
		if m, err := experiment.MethodOf(x.detector); err == nil {
			all = append(all, contender{x.name, m})
		}
	}
	return all
}

// isNecessary is the exhibit.
var isNecessary = exhibit.Exhibit{ID: "is-training-necessary", Paper: Paper,
	Kind: exhibit.KindTable, Apart: true, Timed: true, Table: necessary, Draw: drawNecessary,
	Kept: necessaryKept}

// generatedSet is the generated benchmark of the exhibit.
const generatedSet = "mvtec"

// necessarySets are it and the real pictures that have been fetched.
func necessarySets(p experiment.Profile) []string {
	return slices.DeleteFunc(smallSets(p, generatedSet, "elpv", "mtd"), func(set string) bool {
		return set != generatedSet && !datasets.Fetched(set, datasets.Home())
	})
}

// field is a set seen through an encoder, the profile's own as "".
type field struct{ set, encoder string }

// fields are all of them; DINOv2 where it has been fetched.
func fields(p experiment.Profile) (all []field) {
	sets := necessarySets(p)
	for _, set := range sets {
		all = append(all, field{set, ""})
	}
	for _, set := range sets {
		if f := (field{set, dino}); p.Alone.Encoder != dino && here(p, f.trial(p, "inp-former")) {
			all = append(all, f)
		}
	}
	return all
}

// name is a heading; generated sets are called after what they stand for.
func (f field) name() string {
	name := titleOf(f.set)
	if name == "" {
		name = strings.ToUpper(f.set)
	}
	if f.encoder == dino {
		name += ", on DINOv2 ViT-S/14"
	}
	return name
}

// shown is its name where nothing else says that the pictures are generated.
func (f field) shown() string {
	if f.set == generatedSet {
		return "generated " + f.name()
	}
	return f.name()
}

// words are that in both languages.
func (f field) words() exhibit.Words {
	words := exhibit.Words{EN: f.shown()}
	if f.set == generatedSet {
		words.KO = f.name() + " 형식의 생성 이미지"
	}
	return words
}

// trial is a contender in a field, with intervals: one that trains for as long as it does in the
// other exhibits, whose heads it shares.
func (f field) trial(p experiment.Profile, detector string) exhibit.Measurement {
	steps := map[string]int{"elpv": math.MaxInt, "mtd": realSteps}[f.set]
	m := inpformer.MultiClass(p, f.set, p.Seeds[0])
	switch {
	case f.encoder == dino || p.Alone.Encoder == dino:
		m = measuring(p, "inp-former", f.encoder, f.set, encoderSteps)
	case steps > 0:
		m = measuring(p, "inp-former", f.encoder, f.set, steps)
	}
	if f.encoder == dino {
		m.Experiment.Resize, m.Experiment.Crop = dinoResize, dinoCrop
	}
	m.Experiment.Bootstrap = 300
	if p.Name == "smoke" {
		m.Experiment.Bootstrap = 20
	}
	return m.By(detector)
}

// necessary is a row for all that is measured: contenders in each field, with few pictures, with
// other numbers of steps, and what might be why INP-Former loses.
func necessary(p experiment.Profile) *exhibit.Table {
	t := &exhibit.Table{Corner: "data set, method", Columns: append(exhibit.AllMetrics(),
		costColumns...)}
	for _, f := range fields(p) {
		for _, x := range contending() {
			t.Beside(f.name(), x.name, []exhibit.Measurement{f.trial(p, x.Name)})
		}
	}
	besideFewer(t, p)
	besideSteps(t, p)
	besideWhy(t, p)
	return t
}

// necessaryKept tells whether times and distances are stored.
func necessaryKept(ctx context.Context, r *exhibit.Runner) (bool, error) {
	for _, f := range fields(r.Profile) {
		for _, x := range contending() {
			kept, err := costKept(ctx, r, f.trial(r.Profile, x.Name))
			if err != nil || !kept {
				return false, err
			}
		}
	}
	kept, err := looksKept(ctx, r, keptNormals,
		looked{of: field{generatedSet, ""}.trial(r.Profile, "knn")})
	if err != nil || !kept {
		return false, err
	}
	return tilesKept(ctx, r)
}

// drawNecessary fills in what each contender costs, and sets them beside INP-Former: all pictures,
// few, those of other tiles, other numbers of steps, and why.
func drawNecessary(ctx context.Context, r *exhibit.Runner, t *exhibit.Table) (
	figures []exhibit.Figure, tables []*exhibit.Table, err error) {
	p := r.Profile
	for _, f := range fields(p) {
		rows := t.Group(f.name()).Rows
		for i, x := range contending() {
			c, err := costOf(ctx, r, f.trial(p, x.Name))
			if err != nil {
				return nil, nil, err
			}
			c.fill(rows[i].Cells[len(rows[i].Cells)-len(costColumns):])
		}
	}
	t.Notes = append(t.Notes, costNote, fmt.Sprintf("so many pictures: of each category; INP-"+
		"Former learns %d steps then, from %d variants of each, SubspaceAD from 30 turns",
		p.SingleSteps, variantsOf))
	for _, draw := range []func(context.Context, *exhibit.Runner) (*exhibit.Table,
		*exhibit.Figure, error){drawDifferences, drawFewer, drawTiles, drawSteps, drawLoses,
		drawNormals} {
		table, figure, err := draw(ctx, r)
		if err != nil {
			return nil, nil, err
		}
		if table != nil {
			tables = append(tables, table)
		}
		if figure != nil {
			figures = append(figures, *figure)
		}
	}
	return figures, tables, nil
}
