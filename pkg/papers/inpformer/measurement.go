// Package inpformer is what the seminar shows of INP-Former: every table, ablation and figure of
// the paper as an exhibit.
package inpformer

import (
	"context"
	"slices"

	"adlab/datasets/published"
	"adlab/pkg/encoder"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
)

// Paper is what the exhibits call the paper.
const Paper = "INP-Former"

// Where the exhibits are cells.
const (
	tablesNotebook  = "notebooks/02_inpformer_tables.ipynb"
	figuresNotebook = "notebooks/03_inpformer_figures.ipynb"
)

// Exhibits lists them, in the order of the talk.
func Exhibits() []exhibit.Exhibit { return slices.Concat(tables, figures, ablations) }

// MultiClass is INP-Former as the paper sets it, one model for all categories of a set: a row of
// Table 2.
func MultiClass(p experiment.Profile, set string, seed uint64) exhibit.Measurement {
	m := exhibit.Measuring(p, "inp-former", set, seed)
	m.Experiment.Steps, m.Experiment.Batch = p.Tables.Steps, p.Tables.Batch
	if p.Size == "" { // the paper's numbers are those of its own evaluation
		m.Experiment.Convention = experiment.INPFormerPrint
	}
	return exhibit.With(m, func(own *inpformer.Settings) { own.Blocks = p.Blocks })
}

// With is the measurement with another number of prototypes.
func With(m exhibit.Measurement, prototypes int) exhibit.Measurement {
	return exhibit.With(m, func(own *inpformer.Settings) { own.INPs = prototypes })
}

// head is the first seed's model of a set in Table 2.
func head(p experiment.Profile, set string) exhibit.Measurement {
	return MultiClass(p, set, p.Seeds[0])
}

// walked is the set whose model most figures look into.
const walked = "mvtec"

// Walked is the measurement of the model that figures, walkthrough and playground look into.
func Walked(p experiment.Profile) exhibit.Measurement { return head(p, walked) }

// ablated is that model without something.
func ablated(p experiment.Profile, name string) exhibit.Measurement {
	return exhibit.With(Walked(p), func(own *inpformer.Settings) { own.Ablation = name })
}

// Trained is the trained INP-Former of a measurement, with its encoder.
func Trained(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (*inpformer.Detector,
	encoder.Encoder, error) {
	d, enc, err := r.Trained(ctx, m)
	if err != nil {
		return nil, nil, err
	}
	return d.(*inpformer.Detector), enc, nil
}

// systems are the detectors that stand for methods the paper compares with.
var systems = map[string]string{"INP-Former": "inp-former", "PatchCore": "patchcore",
	"PaDiM": "padim", "SPADE": "spade"}

// own measures the rows of the methods that are here, m being INP-Former's on the set.
func own(m func(set string) []exhibit.Measurement) func(published.Claim) (of,
	less []exhibit.Measurement) {
	return func(c published.Claim) (of, less []exhibit.Measurement) {
		if detector, here := systems[c.Method]; here {
			of = by(detector, m(exhibit.SetOf[c.Dataset]))
		}
		return of, nil
	}
}

// by are the measurements with another detector.
func by(detector string, ms []exhibit.Measurement) (all []exhibit.Measurement) {
	for _, m := range ms {
		all = append(all, m.By(detector))
	}
	return all
}

// baseline is a detector that is measured beside INP-Former on the same features.
type baseline struct {
	name, detector string
	once           bool // with the first seed alone, for it draws little or nothing
}

// baselines are of all tables, trainingFree of those with one model for all categories.
var (
	baselines = []baseline{{"PatchCore", "patchcore", false}, {"PaDiM", "padim", false},
		{"kNN", "knn", false}}
	trainingFree = []baseline{{"AnomalyDINO", "anomalydino", true},
		{"SubspaceAD", "subspacead", true}, {"RAD", "rad", true}}
)

// beside adds a row for every baseline whose method the group does not print, m being INP-Former's
// on the set.
func beside(t *exhibit.Table, all []baseline, m func(set string) []exhibit.Measurement) {
	for _, g := range t.Groups {
		for _, b := range all {
			if slices.ContainsFunc(g.Rows, func(r exhibit.Row) bool { return r.Name == b.name }) {
				continue
			}
			of := by(b.detector, m(exhibit.SetOf[g.Name]))
			if b.once {
				of = of[:1]
			}
			t.Beside(g.Name, b.name+", here", of)
		}
	}
}

func method(c published.Claim) string { return c.Method }

func dataset(c published.Claim) string { return c.Dataset }
