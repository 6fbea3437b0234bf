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

// system is a detector that is measured beside INP-Former on the same features, under the name that
// the paper prints.
type system struct {
	name, detector string
	once           bool // with the first seed alone: it draws little, or it trains as long as we do
}

// systems stand for methods the paper compares with.
var systems = []system{{Paper, "inp-former", false}, {"PatchCore", "patchcore", false},
	{"PaDiM", "padim", false}, {"SPADE", "spade", true}, {"RD4AD", "rd4ad", true},
	{"UniAD", "uniad", true}, {"SimpleNet", "simplenet", true}, {"DeSTSeg", "destseg", true},
	{"Dinomaly", "dinomaly", true}, {"WinCLIP", "winclip", true}, {"PromptAD", "promptad", true}}

// by are the measurements with the system in place of INP-Former.
func (s system) by(ms []exhibit.Measurement) (all []exhibit.Measurement) {
	if s.once {
		ms = ms[:1]
	}
	for _, m := range ms {
		all = append(all, m.By(s.detector))
	}
	return all
}

// own measures the rows of the methods that are here, m being INP-Former's on the set.
func own(m func(set string) []exhibit.Measurement) func(published.Claim) (of,
	less []exhibit.Measurement) {
	return func(c published.Claim) (of, less []exhibit.Measurement) {
		for _, s := range systems {
			if s.name == c.Method {
				of = s.by(m(exhibit.SetOf[c.Dataset]))
			}
		}
		return of, nil
	}
}

// baselines are of all tables, trainingFree of those with one model for all categories.
var (
	baselines = []system{{"PatchCore", "patchcore", false}, {"PaDiM", "padim", false},
		{"kNN", "knn", false}}
	trainingFree = []system{{"AnomalyDINO", "anomalydino", true},
		{"SubspaceAD", "subspacead", true}, {"RAD", "rad", true}}
)

// beside adds a row for every system whose method the group does not print, m being INP-Former's on
// the set.
func beside(t *exhibit.Table, all []system, m func(set string) []exhibit.Measurement) {
	for _, g := range t.Groups {
		for _, s := range all {
			if !slices.ContainsFunc(g.Rows, func(r exhibit.Row) bool { return r.Name == s.name }) {
				t.Beside(g.Name, s.name+", here", s.by(m(exhibit.SetOf[g.Name])))
			}
		}
	}
}

func method(c published.Claim) string { return c.Method }

func dataset(c published.Claim) string { return c.Dataset }
