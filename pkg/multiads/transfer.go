package multiads

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"time"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/backend"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/train"
)

// Method is MultiADS's entry in the table of methods.
var Method = detector.Method{
	Name: "multiads",
	About: "asks CLIP, with a knowledge base of defect types, what is wrong and " +
		"where (ICCV 2025)",
	Sees: detector.Pair, Trains: true, Sources: true, Settings: Settings{}, New: newMethod,
}

// Transfer is a detector whose adapters learn from other data sets than its target: Fit trains
// them, or finds them trained, and keeps references of the target where there are shots.
type Transfer struct {
	*Detector
	// As brings the sources to what the detector tells apart; nil for as they are.
	As func([]Source) []Source

	name      string
	job       detector.Job
	learning  Learning
	single    bool
	types     bool
	knowledge *Knowledge // nil for a detector without defect types
}

// NewTransfer joins a detector on a pair with what its adapters are to learn.
func NewTransfer(name string, d *Detector, j detector.Job, l Learning) *Transfer {
	return &Transfer{Detector: d, name: name, job: j, learning: l}
}

// newMethod makes the detector for a target with its knowledge, untrained.
func newMethod(j detector.Job) (detector.Detector, error) {
	s := j.Settings.(Settings)
	k, err := s.Knowledge(j.Layout, j.Texts)
	if err != nil {
		return nil, err
	}
	v, err := s.Variant()
	if err != nil {
		return nil, err
	}
	phrases, err := Phrases(s.Sentences, j.Texts)
	if err != nil {
		return nil, err
	}
	c := ConfigFor(j, k.Base, phrases)
	c.Rule, c.Typed, c.Alone = v.Rule, s.Types || j.Alone, j.Alone
	if j.Target != nil && (s.Filter || s.Types) {
		published := k.Vocabulary.ProductFilter
		if s.Types {
			published = k.Vocabulary.ProductTypes
		}
		if c.Filter, err = k.ProductTypes(j.Target, published); err != nil {
			return nil, err
		}
	}
	d, err := New(j.Backend, c)
	if err != nil {
		return nil, err
	}
	t := NewTransfer("multiads", d, j, s.Learning)
	t.single, t.types, t.knowledge = s.Single, s.Types, k
	return t, nil
}

// ConfigFor is what a job on a pair of towers makes a detector of.
func ConfigFor(j detector.Job, base *kba.Base, phrases *kba.Sentences) Config {
	bar := j.Progress.Bar("features of the vision tower")
	return Config{
		Model: j.Encoder.(encoder.Pair), Base: base, Sentences: phrases, Seed: j.Seed,
		Shots: j.Shots, Cache: j.Cache, Passing: j.Passing,
		Tell: func(done, total int) { bar(done, total, "images") },
		Note: func(text string) { j.Progress.Once("note: %s", text) },
	}
}

// Name is the method's.
func (t *Transfer) Name() string { return t.name }

// Fit trains the adapters on the sources, or finds them trained, and keeps references of the
// target.
func (t *Transfer) Fit(ctx context.Context, target []datasets.Sample) error {
	v, err := t.learning.Variant()
	if err != nil {
		return err
	}
	sources, err := t.Sources()
	if err != nil {
		return err
	}
	o, err := t.Options(sources)
	if err != nil {
		return err
	}
	if err := t.TrainAdapters(ctx, sources, v.Objective, o); err != nil {
		return err
	}
	return t.Detector.Fit(ctx, target)
}

// Options are the training's on those sources.
func (t *Transfer) Options(sources []Source) (train.Options, error) {
	v, err := t.learning.Variant()
	if err != nil {
		return train.Options{}, err
	}
	n := 0
	for _, s := range sources {
		n += len(s.Samples)
	}
	steps, batch := v.Steps(t.job.Common, n)
	rate := cmp.Or(t.job.Rate, v.Rate)
	o := train.Options{
		Steps: steps, Batch: batch, Seed: t.job.Seed,
		Schedule:  train.WarmCosine{Base: rate, Final: rate, Total: steps},
		Optimizer: train.NewAdam(0.5, 0.999), ClipNorm: math.Inf(1), Every: time.Minute,
	}
	if o.Fingerprint, err = t.fingerprint(v, sources, o); err != nil {
		return o, err
	}
	o.Checkpoint = filepath.Join(t.job.Cache, "runs", o.Fingerprint+".safetensors")
	bar := t.job.Progress.Bar(fmt.Sprintf("training %s on %s, seed %d", t.name,
		strings.Join(t.learning.Keys(), ", "), t.job.Seed))
	o.Report = func(s train.Step) { bar(s.Number, s.Of, fmt.Sprintf("steps, loss %.4f", s.Loss)) }
	return o, nil
}

// Steps is how many steps adapters are trained on so many images, at so many a step: as the common
// settings say, or the variant's epochs.
func (v Variant) Steps(c detector.Common, images int) (steps, batch int) {
	batch, steps = min(cmp.Or(c.Batch, v.Batch), images), c.Steps
	if steps == 0 {
		steps = v.Epochs * max(1, images/max(1, batch))
	}
	return steps, batch
}

// Folders are the sources' folders by their data sets.
func (l Learning) Folders() map[string]string {
	out := map[string]string{}
	for _, s := range l.Sources {
		key, folder, _ := strings.Cut(s, "=")
		out[key] = folder
	}
	return out
}

// Keys are the sources' data sets.
func (l Learning) Keys() (keys []string) {
	for _, s := range l.Sources {
		key, _, _ := strings.Cut(s, "=")
		keys = append(keys, key)
	}
	return keys
}

// Sources reads the data sets to learn from: their test splits. None may have an image of the
// target.
func (t *Transfer) Sources() (out []Source, err error) {
	v, err := t.learning.Variant()
	if err != nil {
		return nil, err
	}
	for _, s := range t.learning.Sources {
		key, folder, _ := strings.Cut(s, "=")
		k, err := NewKnowledge(key, nil)
		if err != nil {
			return nil, err
		}
		if t.single {
			k.Base = k.Base.Single()
		}
		set, err := datasets.Open(k.Vocabulary.Layout, folder, t.job.Reading)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", s, err)
		}
		if err := set.CheckMasks(); err != nil {
			return nil, err
		}
		if t.job.Target != nil {
			switch err := datasets.ZeroShot(set, t.job.Target); {
			case errors.Is(err, datasets.ErrSharedCategory):
				t.job.Progress.Once("note: %v", err)
			case err != nil:
				return nil, err
			}
		}
		source := Source{Base: k.Base, TypeOf: v.Columns.Of(key, k.TypeOf)}
		for _, c := range set.Categories {
			source.Samples = append(source.Samples, c.Test...)
		}
		if source.Samples, err = v.Mosaic.Mix(source.Samples, t.job.Seed,
			filepath.Join(t.job.Cache, "mosaics")); err != nil {
			return nil, err
		}
		out = append(out, source)
	}
	if t.As != nil {
		out = t.As(out)
	}
	return out, nil
}

// fingerprint addresses trained adapters by everything that their bits depend on, which the rule of
// the image scores is not.
func (t *Transfer) fingerprint(v Variant, sources []Source, o train.Options) (string, error) {
	h := sha256.New()
	v.Rule = ""
	fmt.Fprintf(h, "multiads 3\n%s\n%+v\n%d %d %d %+v\n%+v\n%s\n", t.Model.Digest(), v, o.Steps,
		o.Batch, t.job.Seed, o.Schedule, *t.Sentences, backend.Bits(t.job.Backend))
	for _, s := range sources {
		set := &datasets.Set{}
		for _, x := range s.Samples {
			set.Categories = append(set.Categories, datasets.Category{Name: x.Category,
				Test: []datasets.Sample{x}})
		}
		digest, err := set.Digest()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%+v\n%s\n", *s.Base, digest)
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:40], nil
}

// Knowledge is the target's; nil for a detector without defect types.
func (t *Transfer) Knowledge() *Knowledge { return t.knowledge }
