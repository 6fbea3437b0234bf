package exhibit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/store"
)

// Runner runs exhibits in a profile. What it measures it keeps under an address of everything that
// decided it, so that a table that was half done goes on from there and exhibits share what they
// need.
type Runner struct {
	Profile experiment.Profile
	Env     *experiment.Env
	Data    string // folder of the published data sets; the paper profile alone
	Encoder string // file of DINOv2's weights; "" for the profile's own
	Pair    string // file of CLIP's weights; "" for the profile's own

	sets     map[string]*datasets.Set
	digests  map[string]string
	checked  map[string]bool // sets whose images can all be read
	encoders map[string]encoder.Encoder
	used     map[string]*Run // by key
	heads    []fitted        // the last few, with what they have compiled
}

// fitted is a detector by what it was fitted on.
type fitted struct {
	head     string
	detector detector.Detector
}

// keptHeads is how many fitted detectors stay in memory.
const keptHeads = 4

// NewRunner is a runner for a profile.
func NewRunner(v *experiment.Env, p experiment.Profile) *Runner {
	return &Runner{Profile: p, Env: v, sets: map[string]*datasets.Set{},
		digests: map[string]string{}, checked: map[string]bool{},
		encoders: map[string]encoder.Encoder{}, used: map[string]*Run{}}
}

// weights is the file of the measurement's encoder, "" for the profile's own.
func (r *Runner) weights(m Measurement) string {
	if m.onPair() {
		return r.Pair
	}
	return r.Encoder
}

// Set opens a data set by its key, once.
func (r *Runner) Set(ctx context.Context, key string) (*datasets.Set, error) {
	if s := r.sets[key]; s != nil {
		return s, nil
	}
	folder, err := r.Folder(ctx, key)
	if err != nil {
		return nil, err
	}
	s, err := datasets.Open(LayoutOf(key), folder, datasets.Options{})
	if err != nil {
		return nil, err
	}
	if err := s.CheckMasks(); err != nil {
		return nil, err
	}
	s.Name = key
	if r.digests[key], err = s.Digest(); err != nil {
		return nil, err
	}
	r.sets[key] = s
	return s, nil
}

// Digest is that of a data set's files.
func (r *Runner) Digest(ctx context.Context, key string) (string, error) {
	_, err := r.Set(ctx, key)
	return r.digests[key], err
}

// drawn is a data set with the images that the experiment learns from.
func (r *Runner) drawn(ctx context.Context, key string, e experiment.Experiment) (*datasets.Set,
	error) {
	s, err := r.Set(ctx, key)
	if err != nil || e.Shots == 0 {
		return s, err
	}
	return s.Shots(e.Shots, datasets.Draw{Official: e.OfficialShots, Seed: e.Seed})
}

// Ready is the measurement's experiment with what the runner knows: folders, files, all images.
func (r *Runner) Ready(ctx context.Context, m Measurement) (experiment.Experiment, error) {
	return r.placed(m, func(set string) (string, error) { return r.Folder(ctx, set) })
}

// placed is the measurement's experiment with its sets in folders.
func (r *Runner) placed(m Measurement, folder func(set string) (string, error)) (
	experiment.Experiment, error) {
	e := m.Experiment
	e.Encoder = cmp.Or(e.Encoder, r.weights(m))
	var err error
	if e.Data, err = folder(m.Set); err != nil {
		return e, err
	}
	m.target(&e)
	if m.method().Sources {
		var sources []string // KEY=FOLDER
		for _, source := range m.trainedOn() {
			at, err := folder(source)
			if err != nil {
				return e, err
			}
			sources = append(sources, source+"="+cmp.Or(at, filepath.Join(datasets.Home(), source)))
		}
		if e, err = e.Set("Sources", sources...); err != nil {
			return e, err
		}
	}
	if err := e.Validate(); err != nil {
		return e, err
	}
	e.Limit = experiment.Whole // the profile's are for the bare command line
	return e, nil
}

// EncoderOf opens the encoder of a measurement and its experiment, once.
func (r *Runner) EncoderOf(m Measurement, e experiment.Experiment) (encoder.Encoder, error) {
	key := fmt.Sprint(e.Encoder, e.Crop, e.Resize)
	switch { // what nobody trained is drawn with the seed
	case m.onPair():
		key = fmt.Sprint("pair", e.Encoder, e.Crop, e.Seed)
	case m.Experiment.Encoder != "":
		key = fmt.Sprint(e.Encoder, e.Crop, e.Resize, " ", e.Seed)
	}
	if x := r.encoders[key]; x != nil {
		return x, nil
	}
	x, err := r.Env.NewEncoder(e)
	if err == nil {
		r.encoders[key] = x
	}
	return x, err
}

// addressed is the run of a measurement, not yet measured, with its key; and what it is measured
// with.
func (r *Runner) addressed(ctx context.Context, m Measurement) (*Run, experiment.Experiment,
	encoder.Encoder, error) {
	e, err := r.Ready(ctx, m)
	if err != nil {
		return nil, e, nil, err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return nil, e, nil, err
	}
	run := &Run{Measurement: m, Encoder: enc.Name(), Weights: enc.Digest(),
		Backend: r.Env.Backend.Short(), Processor: r.Env.Backend.Bits(),
		Data: map[string]string{}}
	for _, key := range append([]string{m.Set}, m.trainedOn()...) {
		if _, err := r.Set(ctx, key); err != nil {
			return nil, e, nil, err
		}
		run.Data[key] = r.digests[key]
	}
	return run, e, enc, run.address(r.Profile, enc)
}

// Measure gives the run of a measurement: from the store, or computed and stored. A process that
// wants the same run waits for it.
func (r *Runner) Measure(ctx context.Context, m Measurement) (*Run, error) {
	run, _, err := r.measure(ctx, m)
	return run, err
}

// measure is Measure, and tells whether it was computed here and now.
func (r *Runner) measure(ctx context.Context, m Measurement) (run *Run, fresh bool, err error) {
	run, e, enc, err := r.addressed(ctx, m)
	if err != nil {
		return nil, false, err
	}
	if known := r.used[run.Key]; known != nil {
		return known, false, nil
	}
	path := filepath.Join(RunsDir(r.Env.Cache), run.Key+".json")
	run, err = store.JSON(ctx, path, func() (*Run, error) {
		fresh = true
		start := time.Now()
		if err := r.compute(ctx, run, e, enc); err != nil {
			return nil, err
		}
		run.Seconds = math.Round(10*time.Since(start).Seconds()) / 10
		return run, nil
	})
	if err == nil {
		err = run.check(path)
	}
	if err != nil {
		return nil, false, err
	}
	r.used[run.Key] = run
	return run, fresh, nil
}

// compute trains and tests.
func (r *Runner) compute(ctx context.Context, run *Run, e experiment.Experiment,
	enc encoder.Encoder) error {
	m := run.Measurement
	r.Env.Progress.Say("%s", m)
	set, err := r.drawn(ctx, m.Set, e)
	if err != nil {
		return err
	}
	if !r.checked[m.Set] { // a bad image is found before hours of training
		if err := experiment.CheckImages(ctx, r.sets[m.Set].All()); err != nil {
			return err
		}
		r.checked[m.Set] = true
	}
	fit := func(c datasets.Category) (detector.Detector, error) {
		if m.onPair() || e.Setting == experiment.SingleClass {
			return r.Env.FitCategory(ctx, e, enc, set, c)
		}
		return r.fit(ctx, m, e, enc)
	}
	report, err := r.Env.Test(ctx, e, enc, set, fit, nil)
	if err == nil {
		run.Mean, run.Categories, run.Types = report.Mean, report.Categories, report.Types
		run.Rulers = report.Rulers
	}
	return err
}

// Stored tells whether all that an exhibit rests on has been measured.
func (r *Runner) Stored(ctx context.Context, e Exhibit) (bool, error) {
	if r.Missing(e) != nil {
		return false, nil
	}
	e.Heads = nil // what is only drawn with is trained, not measured
	for _, m := range e.Measurements(r.Profile) {
		run, _, _, err := r.addressed(ctx, m)
		if err != nil {
			return false, err
		}
		if _, err := os.Stat(filepath.Join(RunsDir(r.Env.Cache), run.Key+".json")); err != nil {
			return false, nil
		}
	}
	if e.Kept == nil {
		return true, nil
	}
	return e.Kept(ctx, r)
}

// fit trains the measurement's detector, one model for all that it learns from, or finds it
// trained.
func (r *Runner) fit(ctx context.Context, m Measurement, e experiment.Experiment,
	enc encoder.Encoder) (detector.Detector, error) {
	d, err := r.fitted(ctx, m, e, enc)
	if trained, ok := d.(*inpformer.Detector); ok && err == nil && m.Distance {
		d = &inpformer.ByDistance{Trained: trained}
	}
	return d, err
}

func (r *Runner) fitted(ctx context.Context, m Measurement, e experiment.Experiment,
	enc encoder.Encoder) (detector.Detector, error) {
	for _, f := range r.heads {
		if f.head == m.head() {
			return f.detector, nil
		}
	}
	var sets []*datasets.Set
	for _, key := range m.trainedOn() {
		s, err := r.drawn(ctx, key, e)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	set := sets[0]
	if len(sets) > 1 {
		var err error
		if set, err = datasets.Join("all", sets...); err != nil {
			return nil, err
		}
	}
	d, err := r.Env.Fit(ctx, e, enc, set.Train(), set)
	if err != nil {
		return nil, err
	}
	r.heads = append(r.heads, fitted{m.head(), d})
	if len(r.heads) > keptHeads {
		r.heads = r.heads[1:]
	}
	return d, nil
}

// Trained is the trained detector of a measurement of one model for all, with its encoder.
func (r *Runner) Trained(ctx context.Context, m Measurement) (detector.Detector, encoder.Encoder,
	error) {
	e, err := r.Ready(ctx, m)
	if err != nil {
		return nil, nil, err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return nil, nil, err
	}
	d, err := r.fit(ctx, m, e, enc)
	return d, enc, err
}
