package baseline

import (
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/multiads"
)

// newAprilGAN is in the style of Chen et al., "A Zero-/Few-Shot Anomaly Classification and
// Segmentation Method for CVPR 2023 VAND Workshop Challenge Tracks 1&2": two ensembles of texts,
// normal and anomalous, one linear adapter a tap trained with focal and dice losses, the sum of the
// taps' maps, the text score as the image's; few-shot, the distance of each tap to that of normal
// references is added to the map. That is MultiADS with two columns, and so it is made of it:
// MultiADS differs from it in its texts alone. Adapted are the texts, which are adlab's, and the
// few-shot image score, which is MultiADS's blend of text score and largest pixel.
func newAprilGAN(j detector.Job, l multiads.Learning, phrases *kba.Sentences) (*multiads.Transfer,
	error) {
	c := multiads.ConfigFor(j, Anomaly(), phrases)
	if j.Shots == 0 {
		c.Rule = multiads.ScoreText
	}
	d, err := multiads.New(j.Backend, c)
	if err != nil {
		return nil, err
	}
	t := multiads.NewTransfer("april-gan", d, j, l)
	t.As = Untyped
	return t, nil
}

func newAprilGANMethod(j detector.Job) (detector.Detector, error) {
	l := j.Settings.(multiads.Learning)
	phrases, err := multiads.Phrases(l.Sentences, j.Texts)
	if err != nil {
		return nil, err
	}
	return newAprilGAN(j, l, phrases)
}

// Untyped are the sources with every defect type called anomaly.
func Untyped(sources []multiads.Source) (out []multiads.Source) {
	base := Anomaly()
	for _, s := range sources {
		out = append(out, multiads.Source{Samples: s.Samples, Base: base,
			TypeOf: func(string) (string, bool) {
				return base.Types[0].Name, true
			}})
	}
	return out
}

// Anomaly is the knowledge base of who knows nothing of types: one, called anomaly, with prompts
// that fit any product and any defect. They are written for adlab, as counterparts of its normal
// phrases.
func Anomaly() *kba.Base {
	return &kba.Base{Dataset: "any", Source: "written for adlab",
		Types: []kba.Type{{Name: "anomaly", Prompts: []string{
			"[cls] with a defect",
			"faulty [cls]",
			"[cls] in bad condition",
			"[cls] with something wrong with it",
			"spoiled or damaged [cls]",
			"[cls] as it should not be",
			"[cls] that failed inspection",
			"[cls] with an anomaly on it",
		}}}}
}
