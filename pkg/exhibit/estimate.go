package exhibit

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"adlab/datasets"
	"adlab/pkg/clip"
	"adlab/pkg/encoder"
	"adlab/pkg/inpformer"
	"adlab/pkg/train"
)

// Plan says before a long run what of an exhibit can be made, and about how long it takes.
type Plan struct {
	ID      string   `json:"id"`
	Missing []string `json:"missing,omitempty"`
	Heads   int      `json:"heads"`  // to train, those of exhibits before it not counted
	Steps   int      `json:"steps"`  // of training, in all
	Images  int      `json:"images"` // to encode, likewise
	Seconds float64  `json:"seconds"`
}

// String is the plan in one line.
func (p Plan) String() string {
	if p.Missing != nil {
		return fmt.Sprintf("%-24s missing: %s", p.ID, p.Missing[0])
	}
	about := (time.Duration(p.Seconds) * time.Second).Round(time.Minute)
	return fmt.Sprintf("%-24s %d heads, %d steps, %d images to encode: about %s", p.ID, p.Heads, p.Steps, p.Images, about)
}

// speed is how long a step of a head and one image take on this machine, in seconds.
type speed struct{ step, image float64 }

// Estimate plans exhibits in their order. Speeds are measured: a few training steps and a few images, nothing is kept. What is in the store
// already is planned all the same.
func (r *Runner) Estimate(ctx context.Context, exhibits []Exhibit) (plans []Plan, err error) {
	heads, encoded, speeds := map[string]bool{}, map[string]bool{}, map[string]speed{}
	sets := map[string]*datasets.Set{}
	for _, e := range exhibits {
		p := Plan{ID: e.ID, Missing: r.Missing(e)}
		if p.Missing == nil {
			for _, m := range e.Measurements(r.Settings) {
				if err := r.estimate(ctx, m, &p, heads, encoded, speeds, sets); err != nil {
					return nil, err
				}
			}
		}
		plans = append(plans, p)
	}
	return plans, nil
}

func (r *Runner) estimate(ctx context.Context, m Measurement, p *Plan, heads, encoded map[string]bool, speeds map[string]speed, sets map[string]*datasets.Set) error {
	e, err := r.ready(ctx, m)
	if err != nil {
		return err
	}
	enc, err := r.encoder(m, e)
	if err != nil {
		return err
	}
	s, ok := speeds[enc.Name()]
	if !ok {
		if s, err = r.speedOf(enc, cmp.Or(e.Batch, 16)); err != nil {
			return err
		}
		speeds[enc.Name()] = s
	}
	for _, key := range append([]string{m.Set}, m.trainedOn()...) {
		if sets[key] == nil {
			folder, err := r.folder(ctx, key)
			if err != nil {
				return err
			}
			if sets[key], err = datasets.Open(layoutOf(key), folder, datasets.Options{}); err != nil {
				return err
			}
		}
		if !encoded[enc.Name()+key] {
			encoded[enc.Name()+key] = true
			n := len(sets[key].All())
			p.Images, p.Seconds = p.Images+n, p.Seconds+float64(n)*s.image
		}
	}
	if !m.trains() || heads[m.head()] {
		return nil
	}
	heads[m.head()] = true
	steps := func(images int) {
		n := e.Steps
		if n == 0 { // the paper's 200 epochs
			n = 200 * max(1, images/max(1, min(e.Batch, images)))
		}
		p.Heads, p.Steps, p.Seconds = p.Heads+1, p.Steps+n, p.Seconds+float64(n)*s.step
	}
	total := 0
	for _, key := range m.trainedOn() {
		for _, c := range sets[key].Categories {
			n := len(c.Train)
			if e.Shots > 0 && !m.onPair() {
				n = e.Shots * inpformer.Augmentations
			}
			if e.Setting == "single-class" {
				steps(n)
			}
			total += n
		}
	}
	if e.Setting != "single-class" {
		steps(total)
	}
	return nil
}

// speedOf measures an encoder and a head on it.
func (r *Runner) speedOf(enc encoder.Encoder, batch int) (s speed, err error) {
	x := r.Lab.Extractor(enc)
	const images = 4
	side := enc.Transform().Crop
	pixels := make([]float32, images*side*side*3)
	for range 2 { // the first compiles
		start := time.Now()
		if _, err := x.Run(pixels, images); err != nil {
			return s, err
		}
		s.image = time.Since(start).Seconds() / images
	}
	if _, pair := enc.(clip.TapEncoder); pair {
		return s, nil // adapters are little beside the tower that they wait for
	}
	cfg := inpformer.Default(enc.Width(), enc.Grid())
	cfg.Blocks = cmp.Or(r.Blocks, cfg.Blocks)
	d, err := inpformer.New(cfg, x, train.Options{Seed: 1})
	if err != nil {
		return s, err
	}
	s.step, err = d.StepSeconds(batch)
	return s, err
}
