package prompted

import (
	"adlab/pkg/baseline"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/multiads"
)

// clipAC is plain CLIP asked with WinCLIP's ensemble of texts: what WinCLIP and those after it call
// CLIP-AC, for anomaly classification. Its map is plain CLIP's, with these texts.
type clipAC struct{ *baseline.PlainCLIP }

// Name is "clip-ac".
func (clipAC) Name() string { return "clip-ac" }

func newCLIPACMethod(j detector.Job) (detector.Detector, error) {
	phrases, err := multiads.Phrases(j.Settings.(baseline.CLIPSettings).Sentences, j.Texts)
	if err != nil {
		return nil, err
	}
	bar := j.Progress.Bar("features of the vision tower")
	p, err := baseline.NewPlainCLIP(j.Backend, j.Encoder.(encoder.Pair), phrases, j.Cache,
		func(done, total int) { bar(done, total, "images") })
	if err != nil {
		return nil, err
	}
	p.Base, p.Sentences = Ensemble(phrases)
	return clipAC{p}, nil
}
