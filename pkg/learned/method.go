package learned

import (
	"crypto/sha256"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/train"
)

// Methods are the entries of the table of methods.
var Methods = []detector.Method{
	entry("destseg", "a student that cleans spoiled tokens, and a network that segments where it "+
		"differs (CVPR 2023)", DeSTSegSettings{Noise: 0.5}, newDeSTSeg,
		plan{steps: 5000, paper: 1e-3, short: 3e-3, optimizer: train.NewAdam(0.9, 0.999)}),
	entry("dinomaly", "reconstructs tokens from a noisy bottleneck by linear attention (CVPR 2025)",
		DinomalySettings{Noise: 0.2}, newDinomaly,
		plan{steps: 10_000, paper: 2e-3, short: 2e-3, optimizer: train.NewStableAdamW(),
			clip: 0.1}),
	entry("rd4ad", "draws the encoder's levels again from a one-class bottleneck (CVPR 2022)", nil,
		newRD4AD, plan{epochs: 200, paper: 5e-3, short: 5e-3,
			optimizer: train.NewAdam(0.5, 0.999)}),
	entry("simplenet", "tells adapted tokens from the same with noise (CVPR 2023)",
		SimpleNetSettings{Noise: 0.5}, newSimpleNet,
		plan{epochs: 160, paper: 2e-4, short: 1e-3, optimizer: train.NewAdam(0.9, 0.999)}),
	entry("uniad", "reconstructs tokens by attention that leaves their neighbours out "+
		"(NeurIPS 2022)", UniADSettings{Noise: 20}, newUniAD,
		plan{epochs: 1000, paper: 1e-4, short: 1e-3, optimizer: train.NewStableAdamW(),
			clip: 0.1}),
}

// plan is how long and how fast a system learns. A run without stated steps is the paper's: its
// length, its rate and its depth. One of stated steps is taken for a short one, a few hundred: its
// rate is the better of two by the loss in training alone, over 96 steps of 8 pictures of the
// generated stand-in of MVTec-AD (uniad: over 32, with nothing between them; simplenet: one was
// tried), and its depth that of INP-Former in profile tiny. No test picture had a say.
type plan struct {
	epochs, steps int     // the paper's: times through all images, or steps
	paper, short  float64 // largest rates
	optimizer     train.StableAdamW
	clip          float64 // of the gradients' norm; 0 for none
}

// length is how many steps a system is trained on so many images, at so many a step.
func (p plan) length(c detector.Common, images int) (steps, batch int) {
	batch = min(c.Batch, images)
	switch {
	case c.Steps > 0:
		return c.Steps, batch
	case p.steps > 0:
		return p.steps, batch
	}
	return p.epochs * max(1, images/max(1, batch)), batch
}

// rates are those of a run of so many steps.
func (p plan) rates(c detector.Common, steps int) train.WarmCosine {
	s := train.NewWarmCosine(steps)
	switch {
	case c.Rate > 0:
		s.Base = c.Rate
	case c.Steps > 0:
		s.Base = p.short
	default:
		s.Base = p.paper
	}
	s.Final = s.Base / 10
	return s
}

// depth is the number of blocks where settings name none: the paper's, or 2 in a run of stated
// steps.
func depth(c detector.Common, paper int) int {
	if c.Steps > 0 {
		return 2
	}
	return paper
}

// headsOf is the number of attention heads, of 64 channels each, or one where the width cannot be
// cut so.
func headsOf(width int) int {
	if width%64 != 0 {
		return 1
	}
	return width / 64
}

// entry makes an entry of the table of methods. build makes the network for features of a shape and
// a run of so many steps.
func entry(name, about string, own detector.Settings,
	build func(s shape, j detector.Job, steps int) (network, error), p plan) detector.Method {
	return detector.Method{Name: name, About: about, Sees: detector.Tokens, Trains: true,
		Settings: own, New: func(j detector.Job) (detector.Detector, error) {
			x := j.Features(j.Encoder)
			steps, batch := p.length(j.Common, len(j.Train))
			n, err := build(shape{len(x.GroupsInUse()), x.Encoder.Grid(), x.Encoder.Width()}, j,
				steps)
			if err != nil {
				return nil, err
			}
			o := train.Options{Steps: steps, Batch: batch, Seed: j.Seed}
			if j.Train == nil { // it will be given its weights
				return newDetector(name, n, x, o)
			}
			o.Schedule, o.Optimizer, o.ClipNorm = p.rates(j.Common, steps), p.optimizer, p.clip
			if o.ClipNorm == 0 {
				o.ClipNorm = math.Inf(1)
			}
			o.Every = time.Minute
			if o.Fingerprint, err = fingerprint(name, n, x, o, j); err != nil {
				return nil, err
			}
			o.Checkpoint = filepath.Join(j.Cache, "runs", o.Fingerprint+".safetensors")
			bar := j.Progress.Bar(fmt.Sprintf("training %s, seed %d", name, j.Seed))
			o.Report = func(s train.Step) {
				bar(s.Number, s.Of, fmt.Sprintf("steps, loss %.4f", s.Loss))
			}
			return newDetector(name, n, x, o)
		}}
}

// fingerprint addresses a trained system by everything that its bits depend on.
func fingerprint(name string, n network, x *encoder.Cache, o train.Options,
	j detector.Job) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s 1\n%+v\n%s\n%v\n%d %d %d %+v %+v %g\n%s\n", name, n, x.Encoder.Digest(),
		x.GroupsInUse(), o.Steps, o.Batch, o.Seed, o.Schedule, o.Optimizer, o.ClipNorm,
		backend.Bits(j.Backend))
	if err := datasets.WriteDigests(h, j.Train); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:40], nil
}
