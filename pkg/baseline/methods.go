package baseline

import (
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/multiads"
)

// Methods are the entries of the systems beside in the table of methods.
var Methods = []detector.Method{
	{Name: "anomalydino", About: "distance to the nearest normal token, on the object alone " +
		"(WACV 2025)", Sees: detector.Tokens, Settings: AnomalyDINOSettings{},
		New: newAnomalyDINOMethod},
	{Name: "april-gan", About: "MultiADS's adapters on two texts, normal and anomalous " +
		"(VAND 2023)", Sees: detector.Pair, Trains: true, Sources: true,
		Settings: multiads.Learning{}, New: newAprilGANMethod},
	{Name: "clip", About: "CLIP as it was trained, asked patch by patch (ICML 2021)",
		Sees: detector.Pair, Settings: CLIPSettings{}, New: newCLIPMethod},
	{Name: "knn", About: "distance to the nearest of a bank of normal patch tokens",
		Sees: detector.Tokens, New: func(j detector.Job) (detector.Detector, error) {
			return NewKNN(j.Features(j.Encoder), j.Seed), nil
		}},
	{Name: "mean", About: "squared difference to the mean normal picture", Sees: detector.Pixels,
		New: func(detector.Job) (detector.Detector, error) { return NewMean(), nil }},
	{Name: "padim", About: "a Gaussian of each patch position (ICPR 2021)", Sees: detector.Tokens,
		New: func(j detector.Job) (detector.Detector, error) {
			return NewPaDiM(j.Features(j.Encoder), j.Seed), nil
		}},
	{Name: "patchcore", About: "a thinned-out memory bank of patch features (CVPR 2022)",
		Sees: detector.Tokens, New: newPatchCoreMethod},
	{Name: "pca", About: "what the principal components of normal pictures cannot draw",
		Sees: detector.Pixels,
		New:  func(detector.Job) (detector.Detector, error) { return NewPCA(), nil }},
	{Name: "rad", About: "finds like pictures, and in these like tokens at like places (ICML 2026)",
		Sees: detector.Tokens, Settings: RADSettings{Neighbours: 150, Radius: 1},
		New: newRADMethod},
	{Name: "spade", About: "distance to the nearest pictures, and to the tokens in these (2020)",
		Sees: detector.Tokens, Settings: SPADESettings{Neighbours: 50}, New: newSPADEMethod},
	{Name: "subspacead", About: "what the principal components of normal tokens leave of one " +
		"(CVPR 2026)", Sees: detector.Tokens, Settings: SubspaceADSettings{Variance: 0.99},
		New: newSubspaceADMethod},
}

func newPatchCoreMethod(j detector.Job) (detector.Detector, error) {
	d, bar := NewPatchCore(j.Features(j.Encoder), j.Seed), j.Progress.Bar("coreset of patchcore")
	d.Tell = func(done, total int) { bar(done, total, "patches") }
	return d, nil
}

// CLIPSettings are plain CLIP's own.
type CLIPSettings struct {
	Sentences string // YAML file with normal phrases and templates; "" for those that are shipped
}

// Validate satisfies detector.Settings.
func (s CLIPSettings) Validate(detector.Common) error {
	_, err := multiads.Phrases(s.Sentences, nil)
	return err
}

// Texts satisfies detector.Wordy.
func (s CLIPSettings) Texts(detector.Common) (detector.Texts, error) {
	return multiads.SentenceTexts(s.Sentences)
}

func newCLIPMethod(j detector.Job) (detector.Detector, error) {
	phrases, err := multiads.Phrases(j.Settings.(CLIPSettings).Sentences, j.Texts)
	if err != nil {
		return nil, err
	}
	bar := j.Progress.Bar("features of the vision tower")
	return NewPlainCLIP(j.Backend, j.Encoder.(encoder.Pair), phrases, j.Cache,
		func(done, total int) { bar(done, total, "images") })
}
