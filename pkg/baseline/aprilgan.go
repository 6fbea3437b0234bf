package baseline

import (
	"context"

	"adlab/datasets/kba"
	"adlab/pkg/clip"
	"adlab/pkg/multiads"
	"adlab/pkg/train"

	"github.com/gomlx/compute"
)

// AprilGAN is in the style of Chen et al., "A Zero-/Few-Shot Anomaly Classification and
// Segmentation Method for CVPR 2023 VAND Workshop Challenge Tracks 1&2": two ensembles of texts,
// normal and anomalous, one linear adapter a tap trained with focal and dice losses, the sum of the
// taps' maps, the text score as the image's; few-shot, the distance of each tap to that of normal
// references is added to the map. That is MultiADS with two columns, and so it is made of it:
// MultiADS differs from it in its texts alone. Adapted are the texts, which are adlab's, and the
// few-shot image score, which is MultiADS's blend of text score and largest pixel.
type AprilGAN struct{ *multiads.Detector }

// NewAprilGAN makes a detector with untrained adapters drawn from seed, for so many normal
// references of each product; 0 is zero-shot. cache and tell are multiads.New's.
func NewAprilGAN(backend compute.Backend, m *clip.Model, sentences *kba.Sentences, shots int,
	seed uint64, cache string, tell func(done, total int)) (*AprilGAN, error) {
	d, err := multiads.New(backend, m, Anomaly(), sentences, seed, cache, tell)
	if err != nil {
		return nil, err
	}
	if d.Shots = shots; shots == 0 {
		d.Rule = multiads.ScoreText
	}
	return &AprilGAN{d}, nil
}

// Name is "april-gan".
func (a *AprilGAN) Name() string { return "april-gan" }

// TrainAdapters trains the adapters on sources whose defect types it does not tell apart.
func (a *AprilGAN) TrainAdapters(ctx context.Context, sources []multiads.Source,
	o train.Options) error {
	return a.Detector.TrainAdapters(ctx, Untyped(sources), multiads.Sum, o)
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
