package lab

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/baseline"
	"adlab/pkg/clip"
	"adlab/pkg/detector"
	"adlab/pkg/multiads"
	"adlab/pkg/train"
)

// MultiADS are the settings of MultiADS that other detectors do not have. "" means the variant's.
type MultiADS struct {
	// data sets to learn from, KEY=FOLDER with a data set's key, such as mvtec=DIR
	Sources []string
	// the target's knowledge base: a data set's key or a YAML file; "" for the layout's
	KBA       string
	Extend    []string // YAML files with further types, or other prompts for known ones
	Single    bool     // one prompt a type, which names it: without the knowledge base
	Sentences string   // YAML file with normal phrases and templates
	Variant   string   // of multiads.Variants
	Objective, Rule, Mosaic,
	Columns string
	Filter bool // MultiADS-F: only types that can occur on the product
	Types  bool // multi-type segmentation: a map for each type of the product, and its metrics
}

// variant is the named variant with what was set besides.
func (m MultiADS) variant() (multiads.Variant, error) {
	v, err := multiads.VariantOf(m.Variant)
	if err != nil {
		return v, err
	}
	v.Objective = cmp.Or(multiads.Objective(m.Objective), v.Objective)
	v.Rule = cmp.Or(multiads.ScoreRule(m.Rule), v.Rule)
	v.Mosaic = cmp.Or(multiads.Mosaic(m.Mosaic), v.Mosaic)
	v.Columns = cmp.Or(multiads.ColumnOrder(m.Columns), v.Columns)
	return v, errors.Join(v.Objective.Validate(), v.Rule.Validate(), v.Mosaic.Validate(),
		v.Columns.Validate())
}

// given is a flag of those that mean nothing to other detectors and were set; "" for none.
func (m MultiADS) given() string {
	switch {
	case m.Sources != nil:
		return "--source"
	case m.KBA != "":
		return "--kba"
	case m.Extend != nil:
		return "--kba-add"
	case m.Single:
		return "--no-kba"
	case m.Sentences != "":
		return "--sentences"
	case m.Filter:
		return "--filter"
	case m.Types:
		return "--types"
	}
	return ""
}

// validateMultiADS checks what can be checked before any file is read.
func (e *Experiment) validateMultiADS() error {
	if !e.onPair() {
		if flag := e.MultiADS.given(); flag != "" {
			return fmt.Errorf("%s: it is for multiads, and the detector is %s; leave it out", flag,
				e.Detector)
		}
		return nil
	}
	if len(e.MultiADS.Sources) == 0 && e.Detector != "clip" {
		return fmt.Errorf("%s: expected --source KEY=FOLDER, the data set that its adapters learn "+
			"from, such as --source mvtec=DIR", e.Detector)
	}
	for _, s := range e.MultiADS.Sources {
		key, folder, ok := strings.Cut(s, "=")
		if !ok || folder == "" {
			return fmt.Errorf("--source: expected KEY=FOLDER, such as mvtec=DIR, got %q", s)
		}
		if _, err := datasets.VocabularyOf(key); err != nil {
			return fmt.Errorf("--source %s: %w", s, err)
		}
	}
	if e.MultiADS.Types && e.Detector != "multiads" {
		return fmt.Errorf("--types: %s does not tell types apart; it is for multiads", e.Detector)
	}
	if e.MultiADS.Types && e.Shots > 0 {
		return fmt.Errorf("--types: multi-type segmentation is zero-shot; leave --shots out")
	}
	if err := checkPair(e.Encoder); err != nil {
		return err
	}
	_, variant := e.MultiADS.variant()
	_, sentences := e.sentences()
	if e.Detector != "multiads" {
		return cmp.Or(variant, sentences)
	}
	_, prompts := e.knowledge()
	return cmp.Or(variant, prompts, sentences)
}

// checkPair says in one line where no pair of towers is named.
func checkPair(name string) error {
	if name == "" || name == "random" {
		return nil
	}
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("--encoder: multiads needs a pair of towers: expected random or a "+
			"safetensors file of CLIP, got %q, and there is no such file", name)
	}
	return nil
}

// knowledge is the target's.
func (e *Experiment) knowledge() (*Knowledge, error) {
	name := e.MultiADS.KBA
	if name == "" {
		var err error
		if name, err = knowledgeOf(e.Layout); err != nil {
			return nil, err
		}
	}
	k, err := NewKnowledge(name, e.MultiADS.Extend)
	if err == nil && e.MultiADS.Single {
		k.Base = k.Base.Single()
	}
	return k, err
}

// sentences are the shipped normal phrases and templates, or a file's.
func (e *Experiment) sentences() (*kba.Sentences, error) {
	if e.MultiADS.Sentences == "" {
		return kba.OpenSentences()
	}
	return kba.ReadSentences(e.MultiADS.Sentences)
}

// NewPair opens the experiment's pair of towers.
func (l *Lab) NewPair(e Experiment) (*clip.Model, error) {
	if err := checkPair(e.Encoder); err != nil {
		return nil, err
	}
	switch {
	case e.Encoder == "random" || e.Encoder == "" && e.Profile == "smoke":
		return clip.Random(clip.Small, e.Seed)
	case e.Encoder == "":
		return clip.Pretrained()
	}
	return clip.Open(e.Encoder, clip.Options{Image: e.Crop})
}

// newMultiADS makes the detector for a target with its knowledge, untrained.
func (l *Lab) newMultiADS(e Experiment, pair *clip.Model) (*multiads.Detector, *Knowledge, error) {
	k, err := e.knowledge()
	if err != nil {
		return nil, nil, err
	}
	sentences, err := e.sentences()
	if err != nil {
		return nil, nil, err
	}
	v, err := e.MultiADS.variant()
	if err != nil {
		return nil, nil, err
	}
	bar := l.Progress.Bar("features of the vision tower")
	d, err := multiads.New(l.Backend.Backend, pair, k.Base, sentences, e.Seed, l.Cache,
		func(done, total int) {
			bar(done, total, "images")
		})
	if err != nil {
		return nil, nil, err
	}
	d.Text().Cut = func(sentence string) {
		l.Progress.Say("note: a sentence has more than 77 pieces, the rest is cut off: %.60s...",
			sentence)
	}
	d.Rule, d.Shots, d.Typed = v.Rule, e.Shots, e.MultiADS.Types
	return d, k, nil
}

// fitOnPair makes a detector on a pair of towers, with adapters trained on the sources where it has
// some.
func (l *Lab) fitOnPair(ctx context.Context, e Experiment, pair *clip.Model,
	target *datasets.Set) (detector.Detector, error) {
	if e.Detector == "multiads" {
		return l.fitMultiADS(ctx, e, pair, target)
	}
	sentences, err := e.sentences()
	if err != nil {
		return nil, err
	}
	bar := l.Progress.Bar("features of the vision tower")
	tell := func(done, total int) { bar(done, total, "images") }
	if e.Detector == "clip" {
		return baseline.NewPlainCLIP(l.Backend.Backend, pair, sentences, l.Cache, tell)
	}
	d, err := baseline.NewAprilGAN(l.Backend.Backend, pair, sentences, e.Shots, e.Seed, l.Cache,
		tell)
	if err != nil {
		return nil, err
	}
	if err := l.trainAdapters(ctx, e, d.Detector, target, baseline.Untyped); err != nil {
		return nil, err
	}
	return d, d.Fit(ctx, target.Train())
}

// fitMultiADS trains the adapters on the sources, or finds them trained, and keeps normal
// references of the target where there are shots.
func (l *Lab) fitMultiADS(ctx context.Context, e Experiment, pair *clip.Model,
	target *datasets.Set) (*multiads.Detector, error) {
	d, k, err := l.newMultiADS(e, pair)
	if err != nil {
		return nil, err
	}
	if e.MultiADS.Filter || e.MultiADS.Types {
		published := k.Vocabulary.ProductFilter
		if e.MultiADS.Types {
			published = k.Vocabulary.ProductTypes
		}
		if d.Filter, err = k.ProductTypes(target, published); err != nil {
			return nil, err
		}
	}
	if err := l.trainAdapters(ctx, e, d, target, func(s []multiads.Source) []multiads.Source {
		return s
	}); err != nil {
		return nil, err
	}
	return d, d.Fit(ctx, target.Train())
}

// trainAdapters trains a detector's adapters on the sources as it sees them, from a checkpoint
// where there is one.
func (l *Lab) trainAdapters(ctx context.Context, e Experiment, d *multiads.Detector,
	target *datasets.Set, as func([]multiads.Source) []multiads.Source) error {
	v, err := e.MultiADS.variant()
	if err != nil {
		return err
	}
	sources, err := l.sources(e, v, target)
	if err != nil {
		return err
	}
	sources = as(sources)
	n := 0
	for _, s := range sources {
		n += len(s.Samples)
	}
	batch := min(cmp.Or(e.Batch, v.Batch), n)
	steps := e.Steps
	if steps == 0 {
		steps = v.Epochs * max(1, n/max(1, batch))
	}
	rate := cmp.Or(e.Rate, v.Rate)
	o := train.Options{
		Steps: steps, Batch: batch, Seed: e.Seed, Schedule: train.WarmCosine{Base: rate,
			Final: rate, Total: steps}, Optimizer: train.NewAdam(0.5, 0.999),
		ClipNorm: math.Inf(1), Every: time.Minute,
	}
	if o.Fingerprint, err = l.adapterFingerprint(e, d, v, sources, o); err != nil {
		return err
	}
	o.Checkpoint = filepath.Join(l.Cache, "runs", o.Fingerprint+".safetensors")
	var keys []string
	for _, s := range e.MultiADS.Sources {
		key, _, _ := strings.Cut(s, "=")
		keys = append(keys, key)
	}
	bar := l.Progress.Bar(fmt.Sprintf("training %s on %s, seed %d", e.Detector,
		strings.Join(keys, ", "), e.Seed))
	o.Report = func(s train.Step) { bar(s.Number, s.Of, fmt.Sprintf("steps, loss %.4f", s.Loss)) }
	unlock, err := Lock(ctx, o.Checkpoint)
	if err != nil {
		return err
	}
	defer unlock()
	return d.TrainAdapters(ctx, sources, v.Objective, o)
}

// sources reads the data sets to learn from: their test splits. None may have an image of the
// target.
func (l *Lab) sources(e Experiment, v multiads.Variant, target *datasets.Set) ([]multiads.Source,
	error) {
	var out []multiads.Source
	for _, s := range e.MultiADS.Sources {
		key, folder, _ := strings.Cut(s, "=")
		k, err := NewKnowledge(key, nil)
		if err != nil {
			return nil, err
		}
		if e.MultiADS.Single {
			k.Base = k.Base.Single()
		}
		set, err := datasets.Open(k.Vocabulary.Layout, folder,
			datasets.Options{TestLimit: e.Limit.TestLimit})
		if err != nil {
			return nil, fmt.Errorf("--source %s: %w", s, err)
		}
		if err := set.CheckMasks(); err != nil {
			return nil, err
		}
		if target != nil {
			switch err := datasets.ZeroShot(set, target); {
			case errors.Is(err, datasets.ErrSharedCategory):
				l.Progress.Say("note: %v", err)
			case err != nil:
				return nil, err
			}
		}
		source := multiads.Source{Base: k.Base, TypeOf: v.Columns.Of(key, k.TypeOf)}
		for _, c := range set.Categories {
			source.Samples = append(source.Samples, c.Test...)
		}
		if source.Samples, err = v.Mosaic.Mix(source.Samples, e.Seed,
			filepath.Join(l.Cache, "mosaics")); err != nil {
			return nil, err
		}
		out = append(out, source)
	}
	return out, nil
}

// adapterFingerprint addresses trained adapters by everything that their bits depend on, which the
// rule of the image scores is not.
func (l *Lab) adapterFingerprint(e Experiment, d *multiads.Detector, v multiads.Variant,
	sources []multiads.Source, o train.Options) (string, error) {
	h := sha256.New()
	v.Rule = ""
	fmt.Fprintf(h, "multiads 1\n%s\n%+v\n%d %d %d %+v\n%+v\n%s\n", d.Model().Digest(), v, o.Steps,
		o.Batch, e.Seed, o.Schedule, *d.Sentences, l.Backend.Short())
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
