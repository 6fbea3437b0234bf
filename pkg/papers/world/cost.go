package world

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"

	"adlab/datasets"
	code "adlab/pkg"
	"adlab/pkg/baseline"
	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/layer"
	"adlab/pkg/store"
	"adlab/pkg/view"
)

// costColumns are what a method costs, costNote how that is measured.
var costColumns = []string{"s to fit", "ms to look", "MB kept"}

const costNote = "times are of this machine, with features at hand: the encoder's own is not in " +
	"them; those of training are the steps' number times what one takes; kept is what a fitted " +
	"method holds, tokens or parameters"

// cost is what a method costs.
type cost struct {
	Fit   float64 `json:"fit"`  // seconds
	Look  float64 `json:"look"` // milliseconds a picture
	Bytes int     `json:"bytes"`
}

// fill writes it into a row's cells.
func (c cost) fill(cells []exhibit.Cell) {
	for i, v := range []float64{c.Fit, c.Look, float64(c.Bytes) / 1e6} {
		cells[i].Ours = []float64{v}
	}
}

// lookedAt is how many test pictures a time of looking is the mean over.
const lookedAt = 32

// costPath is where a measurement's cost on this machine is kept.
func costPath(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (string, error) {
	e, err := r.Ready(ctx, m)
	if err != nil {
		return "", err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return "", err
	}
	digest, err := r.Digest(ctx, m.Set)
	if err != nil {
		return "", err
	}
	entry, err := experiment.MethodOf(m.Experiment.Detector)
	if err != nil {
		return "", err
	}
	measured, err := json.Marshal(m)
	return exhibit.CostPath(r.Env, "fit and look 1", string(measured), enc.Digest(), digest,
		r.Env.Backend.Bits(), code.Numbers(code.RoomOf(entry.New))), err
}

// costKept tells whether it is there.
func costKept(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (bool, error) {
	path, err := costPath(ctx, r, m)
	if err != nil {
		return false, err
	}
	_, err = os.Stat(path)
	return err == nil, nil
}

// costOf measures it, or finds it measured.
func costOf(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (cost, error) {
	path, err := costPath(ctx, r, m)
	if err != nil {
		return cost{}, err
	}
	return store.JSON(ctx, path, func() (cost, error) {
		r.Env.Progress.Say("cost of %s", m)
		return spend(ctx, r, m)
	})
}

// spend fits the measurement's detector on the set's normal pictures, and looks at some others. One
// that trains does so for a few steps, in a folder of its own, so that nothing is found trained.
func spend(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (c cost, err error) {
	e, err := r.Ready(ctx, m)
	if err != nil {
		return c, err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return c, err
	}
	set, err := r.Set(ctx, m.Set)
	if err != nil {
		return c, err
	}
	entry, err := experiment.MethodOf(e.Detector)
	if err != nil {
		return c, err
	}
	held, err := r.Env.Features(enc).Hold(ctx, set.Train())
	if err != nil {
		return c, err
	}
	defer held.Close()
	dir, err := os.MkdirTemp("", "adlab-cost-")
	if err != nil {
		return c, err
	}
	defer os.RemoveAll(dir)
	fit := func(steps int) (d detector.Detector, seconds float64, err error) {
		j := detector.Job{Common: e.Common, Backend: r.Env.Backend.Backend, Cache: dir,
			Progress: r.Env.Progress, Encoder: enc, Train: set.Train(), Target: set,
			Settings: e.Own, Held: held}
		j.Steps = steps
		if d, err = entry.New(j); err != nil {
			return nil, 0, err
		}
		begun := time.Now()
		err = d.Fit(ctx, set.Train())
		return d, time.Since(begun).Seconds(), err
	}
	measure := fit
	if entry.Trains {
		measure = func(steps int) (detector.Detector, float64, error) { return trained(fit, steps) }
	}
	d, seconds, err := measure(e.Steps)
	if err != nil {
		return c, err
	}
	look, err := looking(ctx, d, set)
	if err != nil {
		return c, err
	}
	c.Fit, c.Look = math.Round(1000*seconds)/1000, math.Round(1e6*look)/1000
	c.Bytes, err = kept(d)
	return c, err
}

// trained is how long so many steps take, from fits of one and of few after one that compiles.
func trained(fit func(steps int) (detector.Detector, float64, error), steps int) (
	d detector.Detector, seconds float64, err error) {
	const few = 4
	var times [3]float64
	for i, n := range []int{few - 1, 1, few} { // each another address of the checkpoint
		if d, times[i], err = fit(n); err != nil {
			return nil, 0, err
		}
	}
	step := max(times[2]-times[1], 0) / (few - 1)
	return d, times[1] + float64(steps-1)*step, nil
}

// looking is how long a picture takes, in seconds.
func looking(ctx context.Context, d detector.Detector, set *datasets.Set) (float64, error) {
	var some []datasets.Sample
	for _, c := range set.Categories {
		some = append(some, c.Test...)
	}
	some = some[:min(lookedAt, len(some))]
	seconds := 0.0
	for range 2 { // the first encodes and compiles
		begun := time.Now()
		if _, err := view.Predictions(ctx, d, some); err != nil {
			return 0, err
		}
		seconds = time.Since(begun).Seconds() / float64(len(some))
	}
	return seconds, nil
}

// kept is what a fitted detector holds, in bytes.
func kept(d detector.Detector) (int, error) {
	if bytes, ok := baseline.Kept(d); ok {
		return bytes, nil
	}
	x, ok := d.(detector.Trainable)
	if !ok {
		return 0, fmt.Errorf("%s: what it keeps is not known", d.Name())
	}
	arrays, err := layer.Get(x.Store(), "")
	bytes := 0
	for _, a := range arrays {
		bytes += 4 * len(a.Data)
	}
	return bytes, err
}
