package world

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"adlab/datasets/published"
	"adlab/datasets/synth"
	"adlab/pkg/baseline"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/plot"
	"adlab/pkg/view"
)

// onReal are the methods on real pictures. Those that draw much with their seed have several.
var onReal = []struct {
	name, detector string
	once           bool
}{{"INP-Former", "inp-former", false}, {"kNN", "knn", true}, {"PaDiM", "padim", true},
	{"PatchCore", "patchcore", false}}

// realSteps is how long INP-Former trains on real pictures: on the profile's encoder, and on
// DINOv2, where a step is dear.
const realSteps, realDinoSteps = fewerSteps, encoderSteps

// realPrinted are the tables with numbers on a real set.
var realPrinted = map[string][]exhibit.PaperTable{
	"mtd": {{Paper: "DifferNet", Table: "MTD"}, {Paper: "PatchCore", Table: "6"}},
}

// realNotes are what one must know of a set to read its numbers.
var realNotes = map[string][]string{
	"mtd": {"each tile is there under up to six lights, and the literature's split learns from " +
		"nearly every tile that it tests on, under another light: is-training-necessary measures " +
		"what that is worth"},
	"deeppcb": {"a normal test picture is a template, which the set's authors cleaned by hand, " +
		"and every board has a defect: what tells a board from a template counts in the image " +
		"metrics, too", "test board 44000020 has its authors' boxes and names drawn into the " +
		"picture, the only one in colour: a method that is surest of it has found the drawing"},
}

// bankNote says, where PatchCore keeps less of the patches than the tenth that the printed row
// keeps, how much of so many pictures' it keeps, each a grid.
func bankNote(pictures, grid int) []string {
	d, patches := baseline.NewPatchCore(nil, 0), pictures*grid*grid
	if float64(d.Bank) >= d.Ratio*float64(patches) {
		return nil
	}
	return []string{fmt.Sprintf("our PatchCore keeps %d patches of %d, %.1f %%; the printed row "+
		"keeps %.0f %%", d.Bank, patches, 100*float64(d.Bank)/float64(patches), 100*d.Ratio)}
}

// realExhibit is the exhibit of a real set.
func realExhibit(set string) exhibit.Exhibit {
	return exhibit.Exhibit{ID: "real-" + set, Paper: Paper, Kind: exhibit.KindTable, Apart: true,
		Printed: realPrinted[set],
		Table:   func(p experiment.Profile) *exhibit.Table { return realTable(p, set) },
		Draw: func(ctx context.Context, r *exhibit.Runner, t *exhibit.Table) ([]exhibit.Figure,
			[]*exhibit.Table, error) {
			return drawReal(ctx, r, t, set)
		},
		Kept: func(ctx context.Context, r *exhibit.Runner) (bool, error) {
			return looksKept(ctx, r, keptMaps, realLooks(realTable(r.Profile, set))...)
		}}
}

// realTable is a row a method on the profile's encoder, with what is printed of the set, and on
// DINOv2 where that has been fetched.
func realTable(p experiment.Profile, set string) *exhibit.Table {
	name := titleOf(set)
	var claims []published.Claim
	for _, table := range realPrinted[set] {
		claims = append(claims, published.Of(table.Paper, table.Table)...)
	}
	t := exhibit.Printed(claims, func(published.Claim) string { return name },
		func(c published.Claim) string { return c.Method },
		func(c published.Claim) (of, less []exhibit.Measurement) {
			if c.Method == "PatchCore-10%" {
				of = realMeasured(p, "patchcore", "", set, false)
			}
			return of, nil
		})
	t.Widen(exhibit.AllMetrics())
	for _, x := range onReal {
		if len(claims) == 0 || x.detector != "patchcore" { // else it stands there
			t.Beside(name, x.name, realMeasured(p, x.detector, "", set, x.once))
		}
	}
	for _, x := range onReal {
		of := realMeasured(p, x.detector, dino, set, true)
		if here(p, of[0]) && p.Alone.Encoder != dino {
			t.Beside(name+", on DINOv2 ViT-S/14", x.name, of)
		}
	}
	return t
}

// here tells whether a fetched encoder is here; tests fetch nothing.
func here(p experiment.Profile, m exhibit.Measurement) bool {
	return p.Name != "smoke" && m.Experiment.Lacking() == nil
}

// titleOf is the name of the set that a key stands for.
func titleOf(set string) string {
	b, _ := synth.Find(set)
	return b.StandsFor
}

// realMeasured is a method on a real set.
func realMeasured(p experiment.Profile, detector, encoder, set string, once bool) (
	all []exhibit.Measurement) {
	steps := realSteps
	if encoder == dino || p.Alone.Encoder == dino {
		steps = realDinoSteps
	}
	m := measuring(p, detector, encoder, set, steps)
	m.Experiment.Seed = p.Seeds[0]
	if encoder == dino {
		m.Experiment.Resize, m.Experiment.Crop = dinoResize, dinoCrop
	}
	if once {
		return []exhibit.Measurement{m}
	}
	return m.Seeds(p)
}

// realLooks are the rows of the profile's encoder that are measured, each with its first seed.
func realLooks(t *exhibit.Table) (rows []looked) {
	for _, row := range t.Groups[0].Rows {
		if row.Of != nil {
			rows = append(rows, looked{row.Name, row.Of[0]})
		}
	}
	return rows
}

// drawReal draws for each method the pictures that it gets most right, the one in the middle and
// the one most wrong, and tells which types of defect it finds.
func drawReal(ctx context.Context, r *exhibit.Runner, t *exhibit.Table, set string) (
	figures []exhibit.Figure, _ []*exhibit.Table, err error) {
	pictures, err := r.Set(ctx, set)
	if err != nil {
		return nil, nil, err
	}
	t.Notes = append(t.Notes, realNotes[set]...)
	found := foundTable()
	found.Notes = append(found.Notes, perPicture)
	for _, x := range realLooks(t) {
		name := strings.TrimSuffix(x.name, "-10%")
		l, enc, err := lookAt(ctx, r, x.of)
		if err != nil {
			return nil, nil, err
		}
		if x.of.Experiment.Detector == "patchcore" && realPrinted[set] != nil {
			t.Notes = append(t.Notes, bankNote(len(pictures.Train()), enc.Grid())...)
		}
		rows, err := l.rows(ctx, r, set, enc.Transform())
		if err != nil {
			return nil, nil, err
		}
		figures = append(figures, exhibit.Figure{Name: x.of.Experiment.Detector,
			Says: exhibit.Words{EN: name}, Over: true,
			Picture: plot.Panel(fmt.Sprintf("%s: %s, image score below", r.NameOf(set), name), rows,
				view.TileSide-30, &plot.Scale{Low: 0, High: 1})})
		addFound(found, name, l.Types)
	}
	return slices.Clip(figures), []*exhibit.Table{found}, nil
}
