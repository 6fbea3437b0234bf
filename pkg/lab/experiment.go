// Package lab holds the few verbs that the command line, the notebooks and the demo share: describe
// an experiment, build its encoder and detector, train it, evaluate it, look at it.
package lab

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/baseline"
	"adlab/pkg/clip"
	"adlab/pkg/convnet"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/inpformer"
	"adlab/pkg/train"
	"adlab/pkg/vit"
)

// Experiment says everything that an evaluation's numbers depend on, but for the backend. Zero
// values are filled in by the profile.
type Experiment struct {
	Layout   string // mvtec, folder, elpv, textile
	Data     string // folder; "" for the fetched copy of elpv and textile
	Detector string // one of Detectors
	Profile  string // smoke, tiny, paper
	Setting  string // single-class: one model a category; multi-class: one for all
	// "", "random", "vit", "vit-random", "hog", "hog-cells", "pixels", "pixels-half", or a
	// safetensors file of DINOv2, CLIP or EfficientNet-Lite0
	Encoder string
	Seed    uint64

	INPs, Steps, Batch int
	Ablation           string  // of INP-Former, one of Ablations; "" for the paper's
	Blocks             int     // of INP-Former's decoder; 0 for the paper's 8
	Rate               float64 // largest learning rate
	// pixels; 0 for the encoder's own, at the profile's size where that can be
	Resize, Crop int
	Limit        datasets.Options

	Convention Convention
	Shots      int // normal images to learn from in each category, drawn with Seed; 0 for all
	// drawn as INP-Former's scripts draw them, for 1, 2 and 4 shots of MVTec-AD and VisA
	OfficialShots bool

	MultiADS MultiADS
}

// Default is INP-Former on EfficientNet-Lite0, one model for all categories.
func Default(layout string) Experiment {
	return Experiment{Layout: layout, Detector: "inp-former", Profile: "tiny",
		Setting: "multi-class", Seed: 1, INPs: 6, Convention: Exact}
}

// profile is what a profile fills in.
type profile struct {
	// image: side of the convnet's input; a vision transformer keeps its own
	image, steps, batch int
	limit               datasets.Options
}

var profiles = map[string]profile{
	"smoke": {image: 112, steps: 8, batch: 4, limit: datasets.Options{TrainLimit: 12,
		TestLimit: 6}},
	"tiny":  {image: 224, steps: 500, batch: 16},
	"paper": {batch: 16},
}

// Detectors lists the known detectors.
func Detectors() []string {
	return []string{"april-gan", "clip", "inp-former", "knn", "mean", "multiads", "padim",
		"patchcore", "pca"}
}

// needsNoEncoder tells the detectors that look at pixels.
func (e *Experiment) needsNoEncoder() bool { return e.Detector == "mean" || e.Detector == "pca" }

// onPair tells the detectors that look through a pair of towers.
func (e *Experiment) onPair() bool {
	return e.Detector == "multiads" || e.Detector == "april-gan" || e.Detector == "clip"
}

// paperWeights names what the paper profile's encoder is.
func (e *Experiment) paperWeights() string {
	if e.onPair() {
		return "CLIP ViT-L/14-336 of OpenAI, under OpenCLIP's or Hugging Face's names"
	}
	return "DINOv2 with registers, dinov2_vitb14_reg4, under official, timm or Hugging Face names"
}

// Validate checks every setting and fills in the profile's before any work starts.
func (e *Experiment) Validate() error {
	p, ok := profiles[e.Profile]
	switch {
	case !ok:
		return fmt.Errorf("--profile: expected smoke, tiny or paper, got %q", e.Profile)
	case !slices.Contains(Detectors(), e.Detector):
		return fmt.Errorf("--detector: expected one of %s, got %q", strings.Join(Detectors(), ", "),
			e.Detector)
	case e.Setting != "single-class" && e.Setting != "multi-class":
		return fmt.Errorf("--setting: expected single-class or multi-class, got %q", e.Setting)
	case e.INPs < 1:
		return fmt.Errorf("--inps (M): expected at least 1 prototype, got %d", e.INPs)
	case e.Shots < 0 || e.OfficialShots && e.Shots == 0:
		return fmt.Errorf("--shots: expected at least 1 image a category, got %d", e.Shots)
	case e.Steps < 0 || e.Batch < 0:
		return fmt.Errorf("--steps and --batch: expected at least 1, got %d and %d", e.Steps,
			e.Batch)
	case e.Rate < 0 || e.Rate != e.Rate:
		return fmt.Errorf("--rate: expected a positive learning rate, got %g", e.Rate)
	case e.Profile == "paper" && !e.needsNoEncoder() &&
		slices.Contains([]string{"", "random", "vit", "vit-random"}, e.Encoder):
		return fmt.Errorf("--profile paper needs weights: download %s (as safetensors) and name "+
			"the file with --encoder FILE", e.paperWeights())
	}
	if err := cmp.Or(e.Convention.Validate(), e.validateMultiADS()); err != nil {
		return err
	}
	if err := e.validateHead(); err != nil {
		return err
	}
	if e.Limit == (datasets.Options{}) {
		e.Limit = p.limit
	}
	if e.onPair() && e.Profile != "smoke" { // the variant's batch and epochs
		return nil
	}
	if e.Steps == 0 {
		e.Steps = p.steps
	}
	if e.Batch == 0 {
		e.Batch = p.batch
	}
	return nil
}

// Lab is an open backend with a cache and a screen.
type Lab struct {
	Backend  *backend.Choice
	Cache    string
	Progress *Progress
}

// Open opens a lab on the backend that config names ("" for the default, see backend.Open), and
// says which it is.
func Open(config string, progress *Progress) (*Lab, error) {
	b, err := backend.Open(config)
	if err != nil {
		return nil, err
	}
	if b.Notice != "" {
		progress.Say("%s", b.Notice)
	}
	return &Lab{Backend: b, Cache: CacheDir(), Progress: progress}, nil
}

// CacheDir is where features and checkpoints are kept: $ADLAB_CACHE, or .cache beside the data.
func CacheDir() string {
	if dir := os.Getenv("ADLAB_CACHE"); dir != "" {
		return dir
	}
	return filepath.Join(filepath.Dir(datasets.Home()), ".cache")
}

// open reads the experiment's data set.
func (e *Experiment) open() (*datasets.Set, error) {
	set, err := datasets.Open(e.Layout, e.Data, e.Limit)
	if err != nil || e.Shots == 0 {
		return set, err
	}
	return set.Shots(e.Shots, datasets.Draw{Official: e.OfficialShots, Seed: e.Seed})
}

// NewEncoder opens the encoder of the experiment.
func (l *Lab) NewEncoder(e Experiment) (encoder.Encoder, error) {
	if e.onPair() {
		pair, err := l.NewPair(e)
		return clip.TapEncoder{Model: pair}, err
	}
	cfg := convnet.Config{Image: cmp.Or(e.Crop, profiles[e.Profile].image)}
	switch e.Encoder {
	case "", "random":
		if e.Resize != 0 && e.Resize != cfg.Image {
			return nil, fmt.Errorf("--resize: EfficientNet-Lite0 sees the whole image; expected "+
				"the crop of %d pixels, got %d", cfg.Image, e.Resize)
		}
		if e.Encoder == "random" {
			return convnet.Random(l.Backend.Backend, cfg, e.Seed)
		}
		return convnet.New(cfg)
	case "hog":
		return baseline.NewHOG(), nil
	case "hog-cells":
		return baseline.NewHOGCells(), nil
	case "pixels":
		return baseline.NewPixels(), nil
	case "pixels-half":
		return baseline.NewHalfPixels(), nil
	case "vit":
		return vit.Tiny(vit.Options{Resize: e.Resize, Crop: e.Crop})
	case "vit-random":
		return vit.RandomTiny(vit.Options{Resize: e.Resize, Crop: e.Crop}, e.Seed)
	}
	if _, err := os.Stat(e.Encoder); err != nil {
		return nil, fmt.Errorf("--encoder: expected random, vit, vit-random, hog, hog-cells, "+
			"pixels, pixels-half or a safetensors file, got %q, and there is no such file",
			e.Encoder)
	}
	if convnet.IsWeights(e.Encoder) {
		return convnet.Open(e.Encoder, cfg)
	}
	if clip.IsWeights(e.Encoder) {
		if e.Resize != 0 && e.Resize != e.Crop {
			return nil, fmt.Errorf("--resize: CLIP sees the whole image; expected the crop of %d "+
				"pixels, got %d", e.Crop, e.Resize)
		}
		m, err := clip.Open(e.Encoder, clip.Options{Image: e.Crop})
		if err != nil {
			return nil, err
		}
		return clip.TapEncoder{Model: m}, nil
	}
	return vit.Open(e.Encoder, vit.Options{Resize: e.Resize, Crop: e.Crop})
}

// NewDetector makes the experiment's detector, untrained. train is what it will be fitted on: part
// of the address of its checkpoint.
func (l *Lab) NewDetector(e Experiment, enc encoder.Encoder,
	train []datasets.Sample) (detector.Detector, error) {
	switch e.Detector {
	case "mean":
		return baseline.NewMean(), nil
	case "pca":
		return baseline.NewPCA(), nil
	}
	x := l.Extractor(enc)
	switch e.Detector {
	case "knn":
		return baseline.NewKNN(x, e.Seed), nil
	case "padim":
		return baseline.NewPaDiM(x, e.Seed), nil
	case "patchcore":
		d, bar := baseline.NewPatchCore(x, e.Seed), l.Progress.Bar("coreset of patchcore")
		d.Tell = func(done, total int) { bar(done, total, "patches") }
		return d, nil
	}
	return l.newINPFormer(e, x, train)
}

// Extractor computes and caches the encoder's features, with progress.
func (l *Lab) Extractor(enc encoder.Encoder) *encoder.Cache {
	bar := l.Progress.Bar("features of " + enc.Name())
	return &encoder.Cache{Backend: l.Backend.Backend, Encoder: enc, Dir: l.Cache,
		Tell: func(done, total int) {
			bar(done, total, "images")
		}}
}

func (l *Lab) newINPFormer(e Experiment, x *encoder.Cache,
	samples []datasets.Sample) (*inpformer.Detector, error) {
	cfg := e.head(x.Encoder.Width(), x.Encoder.Grid())
	images, way := len(samples), ""
	if e.Shots > 0 {
		images, way = images*inpformer.Augmentations, inpformer.FewShot.Name
	}
	batch, steps := min(e.Batch, images), e.Steps
	if steps == 0 { // the paper's 200 epochs
		steps = 200 * max(1, images/max(1, batch))
	}
	rates := train.NewWarmCosine(steps)
	if e.Rate > 0 {
		rates.Base, rates.Final = e.Rate, e.Rate/10
	}
	fingerprint, err := l.fingerprint(cfg, x, samples, way, steps, batch, e.Seed, rates)
	if err != nil {
		return nil, err
	}
	bar := l.Progress.Bar(fmt.Sprintf("training inp-former, M = %d, seed %d", e.INPs, e.Seed))
	d, err := inpformer.New(cfg, x, train.Options{
		Steps: steps, Batch: batch, Seed: e.Seed, Schedule: rates,
		Optimizer: train.NewStableAdamW(), ClipNorm: 0.1,
		Checkpoint: filepath.Join(l.Cache, "runs", fingerprint+".safetensors"), Every: time.Minute,
		Fingerprint: fingerprint,
		Report: func(s train.Step) {
			bar(s.Number, s.Of, fmt.Sprintf("steps, loss %.4f", s.Loss))
		},
	})
	if err == nil {
		d.FewShot = e.Shots > 0
	}
	return d, err
}

// fingerprint addresses a trained head by everything that its bits depend on.
func (l *Lab) fingerprint(cfg inpformer.Config, x *encoder.Cache, samples []datasets.Sample,
	way string, steps, batch int, seed uint64, rates train.WarmCosine) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "inp-former 2%s\n%+v\n%s\n%v\n%d %d %d %+v\n%s\n", way, cfg, x.Encoder.Digest(),
		x.GroupsInUse(), steps, batch, seed, rates, l.Backend.Short())
	if err := datasets.WriteDigests(h, samples); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:40], nil
}

// Fit builds and trains the experiment's detector on the samples.
func (l *Lab) Fit(ctx context.Context, e Experiment, enc encoder.Encoder,
	samples []datasets.Sample) (detector.Detector, error) {
	d, err := l.NewDetector(e, enc, samples)
	if err != nil {
		return nil, err
	}
	// another process may be training it: then find it trained
	if m, trains := d.(*inpformer.Detector); trains {
		unlock, err := Lock(ctx, m.Options.Checkpoint)
		if err != nil {
			return nil, err
		}
		defer unlock()
	}
	return d, d.Fit(ctx, samples)
}

// fitCategory fits a detector for a category: on its samples, or on the whole set's where one model
// serves all. Those on a pair of towers learn nothing from the target, but for the references that
// they keep.
func (l *Lab) fitCategory(ctx context.Context, e Experiment, enc encoder.Encoder, set *datasets.Set,
	c datasets.Category) (d detector.Detector, shared bool, err error) {
	switch {
	case e.onPair():
		d, err = l.fitOnPair(ctx, e, enc.(clip.TapEncoder).Model, set)
		return d, true, err
	case e.Setting == "multi-class":
		d, err = l.Fit(ctx, e, enc, set.Train())
		return d, true, err
	}
	d, err = l.Fit(ctx, e, enc, c.Train)
	return d, false, err
}
