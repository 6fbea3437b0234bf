package exhibit

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/learned"
	"adlab/pkg/multiads"
)

// Plan says before a long run what of an exhibit can be made, and about how long it takes.
type Plan struct {
	ID      string   `json:"id"`
	Missing []string `json:"missing,omitempty"`
	Runs    int      `json:"runs"` // that it rests on
	// of them, in the store or by then measured for exhibits before it
	Cached  int     `json:"cached"`
	Heads   int     `json:"heads"`  // to train, those of exhibits before it not counted
	Steps   int     `json:"steps"`  // of training, in all
	Images  int     `json:"images"` // to encode, likewise
	Tested  int     `json:"tested"` // images to be tested on, over all runs
	Seconds float64 `json:"seconds"`
}

// String is the plan in one line.
func (p Plan) String() string {
	switch {
	case p.Missing != nil:
		return fmt.Sprintf("%-24s missing: %s", p.ID, p.Missing[0])
	case p.Cached == p.Runs:
		return fmt.Sprintf("%-24s %s, cached", p.ID, count(p.Runs, "run"))
	}
	return fmt.Sprintf("%-24s %s, %d of them cached; %s, %d steps, %d images to encode, %d to "+
		"test: about %s", p.ID, count(p.Runs, "run"), p.Cached, count(p.Heads, "head"), p.Steps,
		p.Images, p.Tested, About(p.Seconds))
}

// count is so many things in words.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// About is a time that nobody knows to the second, in words.
func About(seconds float64) string {
	to := time.Minute
	if seconds < 120 {
		to = 10 * time.Second
	}
	return max((time.Duration(seconds) * time.Second).Round(to), to).String()
}

// estimator remembers what is done by then.
type estimator struct {
	*Runner
	runs    map[string]bool // by key
	heads   map[string]bool
	encoded map[string]bool
	speeds  map[string]speed
	scratch string // the cache of what is learned to measure a speed
}

// Estimate plans exhibits in their order. What is in the store costs nothing, and what stored runs
// of any version of the code needed, features and trained heads, lies in the cache. Speeds are
// measured, as far as there is anything to do.
func (r *Runner) Estimate(ctx context.Context, exhibits []Exhibit) ([]Plan, error) {
	stored, err := Runs(r.Env.Cache)
	if err != nil {
		return nil, err
	}
	return r.estimate(ctx, exhibits, stored)
}

func (r *Runner) estimate(ctx context.Context, exhibits []Exhibit, stored []*Run) (plans []Plan,
	err error) {
	x := &estimator{r, map[string]bool{}, map[string]bool{}, map[string]bool{},
		map[string]speed{}, ""}
	if x.scratch, err = os.MkdirTemp("", "adlab"); err != nil {
		return nil, err
	}
	defer os.RemoveAll(x.scratch)
	for _, run := range stored {
		x.runs[run.Key], x.heads[headOf(run)] = true, true
		for key := range run.Data {
			x.encoded[featuresOf(run, key)] = true
		}
	}
	for _, e := range exhibits {
		p := Plan{ID: e.ID, Missing: r.Missing(e)}
		if p.Missing == nil {
			for _, m := range e.Measurements(r.Profile) {
				if err := x.add(ctx, m, &p); err != nil {
					return nil, err
				}
			}
		}
		plans = append(plans, p)
	}
	return plans, nil
}

// headOf names a run's trained head with the data it learned from, featuresOf the features of a
// set.
func headOf(run *Run) string {
	data := ""
	for _, key := range run.Measurement.trainedOn() {
		data += " " + run.Data[key]
	}
	return run.Measurement.head() + run.Weights + run.Backend + data
}

func featuresOf(run *Run, set string) string { return run.Weights + run.Data[set] }

// add adds what a measurement costs to a plan.
func (x *estimator) add(ctx context.Context, m Measurement, p *Plan) error {
	run, e, enc, err := x.addressed(ctx, m)
	if err != nil {
		return err
	}
	p.Runs++
	if x.runs[run.Key] {
		p.Cached++
		return nil
	}
	x.runs[run.Key] = true
	v, err := x.speed(ctx, m, e, enc)
	if err != nil {
		return err
	}
	encode := func(images int) {
		p.Images, p.Seconds = p.Images+images, p.Seconds+float64(images)*v.image
	}
	for key := range run.Data {
		if !x.encoded[featuresOf(run, key)] {
			x.encoded[featuresOf(run, key)] = true
			encode(len(x.sets[key].All()))
		}
	}
	for _, c := range x.sets[m.Set].Categories {
		p.Tested, p.Seconds = p.Tested+len(c.Test), p.Seconds+float64(len(c.Test))*v.test
	}
	if v.steps == 0 || x.heads[headOf(run)] {
		return nil
	}
	x.heads[headOf(run)] = true
	for _, images := range x.learns(m, e) {
		if m.varies() {
			encode(images)
		}
		n, err := x.stepsOf(m, e, enc, images)
		if err != nil {
			return err
		}
		n = cmp.Or(n, v.steps)
		p.Heads, p.Steps, p.Seconds = p.Heads+1, p.Steps+n, p.Seconds+float64(n)*v.step
	}
	return nil
}

// varies tells those that learn from variants of a few shots.
func (m Measurement) varies() bool {
	return m.Experiment.Shots > 0 && m.Experiment.Detector == inpformer.Method.Name
}

// learns is the number of images that each head of a measurement learns from: one head a category,
// or one for all.
func (x *estimator) learns(m Measurement, e experiment.Experiment) (images []int) {
	total := 0
	for _, key := range m.trainedOn() {
		for _, c := range x.sets[key].Categories {
			n := len(c.Train)
			switch {
			case m.method().Sources: // from test images of other sets
				n = len(c.Test)
			case m.varies():
				n = inpformer.Images(e.Common, e.Shots)
			case e.Shots > 0:
				n = e.Shots
			}
			images, total = append(images, n), total+n
		}
	}
	if e.Setting == experiment.SingleClass || m.onPair() && !m.method().Sources {
		return images // and prompts are a category's
	}
	return []int{total}
}

// stepsOf is how many steps a head trains on so many images: what the experiment says, or what the
// detector takes; 0 where that is always the same.
func (x *estimator) stepsOf(m Measurement, e experiment.Experiment, enc encoder.Encoder,
	images int) (int, error) {
	switch {
	case e.Steps > 0:
		return e.Steps, nil
	case m.method().Sources:
		v, err := learningOf(e).Variant()
		steps, _ := v.Steps(e.Common, images)
		return steps, err
	case m.onPair():
		return 0, nil
	}
	// it asks for their number alone
	d, err := x.Env.NewDetector(e, enc, slices.Repeat([]datasets.Sample{{Path: os.DevNull}},
		images), nil)
	switch d := d.(type) {
	case *inpformer.Detector:
		return d.Options.Steps, err
	case *learned.Detector:
		return d.Options.Steps, err
	}
	return 0, err
}

// learningOf says what a method on a pair learns from.
func learningOf(e experiment.Experiment) multiads.Learning {
	if s, ok := e.Own.(multiads.Settings); ok {
		return s.Learning
	}
	l, _ := e.Own.(multiads.Learning)
	return l
}

// speed is measured once for each encoder, and for each detector that learns on it or is asked in
// words.
func (x *estimator) speed(ctx context.Context, m Measurement, e experiment.Experiment,
	enc encoder.Encoder) (v speed, err error) {
	key := enc.Name()
	if m.trains() || m.onPair() {
		key += " " + e.Detector
	}
	if v, ok := x.speeds[key]; ok {
		return v, nil
	}
	x.Env.Progress.Say("how fast is %s on %s", e.Detector, enc.Name())
	v, err = x.speedOf(ctx, m, e, enc)
	x.speeds[key] = v
	return v, err
}
