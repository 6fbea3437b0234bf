// Package multiads is what the seminar shows of MultiADS: every table, ablation and figure of the
// paper as an exhibit.
package multiads

import (
	"slices"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
)

// Paper is what the exhibits call the paper.
const Paper = "MultiADS"

// Where the exhibits are cells.
const (
	tablesNotebook  = "notebooks/05_multiads_tables.ipynb"
	figuresNotebook = "notebooks/06_multiads_figures.ipynb"
)

// Exhibits lists them, in the order of the talk.
func Exhibits() []exhibit.Exhibit { return slices.Concat(tables, figures) }

// binaryRevision has the settings that come closest to the published numbers without types, and
// typedRevision to those with types; see package multiads.
const binaryRevision, typedRevision = "first-release", "type-training"

// walked is the target of the figures and of the walkthrough: it shares no category with MVTec-AD.
const walked = "visa"

// ZeroShot is MultiADS on a target that it has not seen, with adapters that learned from MVTec-AD:
// a row of Table 4.
func ZeroShot(p experiment.Profile, target string) exhibit.Measurement {
	return trained(p, target, binaryRevision)
}

// Walked is the zero-shot measurement that figures, walkthrough and playground look into.
func Walked(p experiment.Profile) exhibit.Measurement { return ZeroShot(p, walked) }

// trained is MultiADS with the settings of a revision.
func trained(p experiment.Profile, target, revision string) exhibit.Measurement {
	m := exhibit.Measuring(p, "multiads", target, p.Seeds[0])
	m.TrainedOn = []string{"mvtec"}
	m.Experiment.Steps, m.Experiment.Batch = p.AdapterSteps, p.AdapterBatch
	if p.Size == "" { // the revision's own
		m.Experiment.Steps, m.Experiment.Batch, m.Experiment.Convention = 0, 0,
			experiment.MultiADSPrint
	}
	return exhibit.With(m, func(own *multiads.Settings) { own.Revision = revision })
}

// systems are the detectors on pairs of towers that stand for methods the paper compares with.
var systems = map[string]string{"AdaCLIP": "adaclip", "AnomalyCLIP": "anomalyclip",
	"CLIP": "clip", "CLIP-AC": "clip-ac", "CoCoOp": "cocoop", "CoOp": "coop", "InCTRL": "inctrl",
	"PromptAD": "promptad", "WinCLIP": "winclip"}

// referring are those of them that take normal references.
var referring = []string{"inctrl", "promptad", "winclip"}

// seeing are those on patch tokens, few-shot: they learn from the shots alone, through the
// profile's encoder of images.
var seeing = map[string]string{"PatchCore": "patchcore", "PaDiM": "padim"}

// trainingFree stand beside them, at the shots of INP-Former's few-shot table, with which they
// share their measurements.
var trainingFree = []struct{ name, detector string }{{"AnomalyDINO", "anomalydino"},
	{"SubspaceAD", "subspacead"}, {"RAD", "rad"}}

// onTokens is a detector on patch tokens with so many shots.
func onTokens(p experiment.Profile, detector, target string, shots int) []exhibit.Measurement {
	m := exhibit.Measuring(p, detector, target, p.Seeds[0])
	m.Experiment.Shots = shots
	if p.Size == "" {
		m.Experiment.Convention = experiment.MultiADSPrint
	}
	return []exhibit.Measurement{m}
}

// binary is the measurement behind a row of the zero- and few-shot tables, nil for a method that is
// not measured here, or that takes no references where there are some. Those that learn from no
// source have no adapters to train.
func binary(p experiment.Profile, method, target string, shots int) []exhibit.Measurement {
	if detector, here := seeing[method]; here && shots > 0 {
		return onTokens(p, detector, target, shots)
	}
	m := ZeroShot(p, target)
	m.Experiment.Shots = shots
	name, beside := systems[method]
	switch {
	case method == "MultiADS-F":
		m = exhibit.With(m, func(own *multiads.Settings) {
			own.Filter, own.Rule = true, "score_blend"
		})
	case method == "April-GAN":
		learning := experiment.OwnOf[multiads.Settings](m.Experiment).Learning
		m.Experiment = m.Experiment.By("april-gan")
		m.Experiment.Own = learning
	case beside && (shots == 0 || slices.Contains(referring, name)):
		m.Experiment = m.Experiment.By(name)
		if entry, err := experiment.MethodOf(name); err == nil && !entry.Sources {
			m.TrainedOn, m.Experiment.Steps, m.Experiment.Batch = nil, 0, 0
		}
	case method != "MultiADS":
		return nil
	}
	return []exhibit.Measurement{m}
}

// Typed is multi-type segmentation of a target that the adapters have not seen, which learned from
// the sources together.
func Typed(p experiment.Profile, target string, sources ...string) exhibit.Measurement {
	m := trained(p, target, typedRevision)
	m.TrainedOn = sources
	return exhibit.With(m, func(own *multiads.Settings) { own.Types = true })
}

// typed is that of a table, with the knowledge base or with one prompt a type.
func typed(p experiment.Profile, target string, single bool) []exhibit.Measurement {
	m := Typed(p, target, "mvtec")
	return []exhibit.Measurement{exhibit.With(m, func(own *multiads.Settings) {
		own.Single = single
	})}
}
