package inpformer

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"time"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/train"
)

// Method is INP-Former's entry in the table of methods.
var Method = detector.Method{
	Name: "inp-former", About: "reconstructs patch tokens from prototypes that it draws from the " +
		"image itself (CVPR 2025)",
	Sees: detector.Tokens, Trains: true, Settings: Settings{INPs: 6}, New: newMethod,
}

// epochs is how long the paper trains.
const epochs = 200

// Steps is how many steps a head is trained on so many images, at so many a step: as the common
// settings say, or the paper's 200 epochs.
func Steps(c detector.Common, images int) (steps, batch int) {
	batch, steps = min(c.Batch, images), c.Steps
	if steps == 0 {
		steps = epochs * max(1, images/max(1, batch))
	}
	return steps, batch
}

// Images is how many pictures a head learns from where it is given so many: of a few shots, their
// variants.
func Images(c detector.Common, samples int) int {
	if c.Shots > 0 {
		return samples * Augmentations
	}
	return samples
}

// newMethod makes an untrained detector whose checkpoint is addressed by all that decides its
// bits.
func newMethod(j detector.Job) (detector.Detector, error) {
	x := j.Features(j.Encoder)
	s := j.Settings.(Settings)
	cfg := s.Config(x.Encoder.Width(), x.Encoder.Grid())
	if j.Train == nil {
		return New(cfg, x, train.Options{Seed: j.Seed})
	}
	steps, batch := Steps(j.Common, Images(j.Common, len(j.Train)))
	rates := train.NewWarmCosine(steps)
	if j.Rate > 0 {
		rates.Base, rates.Final = j.Rate, j.Rate/10
	}
	way := ""
	if j.Shots > 0 {
		way = FewShot.Name
	}
	fingerprint, err := fingerprint(j, cfg, x, way, steps, batch, rates)
	if err != nil {
		return nil, err
	}
	bar := j.Progress.Bar(fmt.Sprintf("training inp-former, M = %d, seed %d", cfg.INPs, j.Seed))
	d, err := New(cfg, x, train.Options{
		Steps: steps, Batch: batch, Seed: j.Seed, Schedule: rates,
		Optimizer: train.NewStableAdamW(), ClipNorm: 0.1,
		Checkpoint: filepath.Join(j.Cache, "runs", fingerprint+".safetensors"), Every: time.Minute,
		Fingerprint: fingerprint,
		Report: func(s train.Step) {
			bar(s.Number, s.Of, fmt.Sprintf("steps, loss %.4f", s.Loss))
		},
	})
	if err == nil {
		d.FewShot = j.Shots > 0
	}
	return d, err
}

// fingerprint addresses a trained head by everything that its bits depend on.
func fingerprint(j detector.Job, cfg Config, x *encoder.Cache, way string, steps, batch int,
	rates train.WarmCosine) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "inp-former 4%s\n%+v\n%s\n%v\n%d %d %d %+v\n%s\n", way, cfg, x.Encoder.Digest(),
		x.GroupsInUse(), steps, batch, j.Seed, rates, backend.Bits(j.Backend))
	if err := datasets.WriteDigests(h, j.Train); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:40], nil
}
