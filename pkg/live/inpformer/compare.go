package inpformer

import (
	"context"
	"fmt"

	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/live"
	"adlab/pkg/papers/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/store"
	"adlab/pkg/view"
)

// What can stand beside INP-Former: nothing, its own distances, or detectors by their names in the
// table of methods.
const (
	compareNone     = "nothing"
	compareDistance = "distance to the nearest INP"
	compareAll      = "all of these"
)

var comparisons = []string{compareNone, compareDistance, "knn", "anomalydino", "rad", "spade",
	"subspacead", "patchcore", "padim", "multiads", compareAll}

// together are those that stand beside at once, a row of them.
var together = []string{compareDistance, "knn", "subspacead", "patchcore", "padim", "multiads"}

// unseen is the data set that a detector beside learns from where it must not learn from this one.
const unseen = "visa"

// keptSide is the side of the maps that are kept of the detectors beside: enough for a tile.
const keptSide = 128

// What the background's work costs, in no unit: the cheap comes first.
const (
	costOfMetrics = iota
	costOfDetector
	costOfHead
	costOfAdapters
)

// compared is a map in units of its detector's own scale over the data set: the maps of different
// detectors have no unit in common.
type compared struct {
	name   string
	values []float32 // side² of them; nil while they are being computed
	side   int
	score  float64
}

// comparisons are the detectors that a state sets beside.
func (s State) comparisons() []string {
	switch s.Compare {
	case compareNone:
		return nil
	case compareAll:
		return together
	}
	return []string{s.Compare}
}

// relative gives values in units of a scale.
func relative(values []float32, s plot.Scale) []float32 {
	out := make([]float32, len(values))
	span := float32(max(s.High-s.Low, 1e-12))
	for i, v := range values {
		out[i] = (v - float32(s.Low)) / span
	}
	return out
}

// compare gives the map of a detector of an image.
func (s *Session) compare(name string, state State, x *live.Image, h *head,
	trace []float32) (compared, error) {
	c := compared{name: name, side: detector.MapSide}
	if name == compareDistance {
		m, err := s.mapOf(trace[s.groups*s.tokens : (s.groups+1)*s.tokens])
		if err != nil {
			return c, err
		}
		c.values, c.score = relative(m, h.distances), detector.TopMean(m)
		return c, nil
	}
	m, entry, err := s.measurement(name, state)
	if err != nil {
		return c, err
	}
	if entry.Sources {
		c.name = fmt.Sprintf("%s, k = %d", name, m.Experiment.Shots)
	}
	c.name += state.dialled(name)
	if x.Pixels != nil {
		c.name += ": test images only"
		return c, nil
	}
	kept, err := s.sweepOf(m, entry)
	if err != nil {
		return c, err
	}
	if kept == nil {
		c.name += ": being computed"
		return c, nil
	}
	place := s.places[x.Sample.Path]
	values, err := kept.at(place)
	if err != nil {
		return c, err
	}
	c.values, c.side, c.score = relative(values, kept.scale), keptSide, float64(kept.scores[place])
	return c, nil
}

// measurement is what a detector beside is, as the exhibits measure it: on this data set or, where
// it learns from others, learned from another.
func (s *Session) measurement(name string, state State) (exhibit.Measurement, detector.Method,
	error) {
	entry, err := experiment.MethodOf(name)
	if err != nil {
		return exhibit.Measurement{}, entry, err
	}
	if entry.Sources {
		m := multiads.ZeroShot(s.runner.Profile, s.measured.Set)
		m.TrainedOn, m.Experiment.Shots = []string{unseen}, state.Shots
		return m, entry, nil
	}
	m := s.measured.By(name)
	m.Experiment, err = state.dial(m.Experiment)
	return m, entry, err
}

// sweepOf is what a detector beside says of every test image; nil while the background computes it.
func (s *Session) sweepOf(m exhibit.Measurement, entry detector.Method) (*sweep, error) {
	weights, err := s.weightsOf(m, entry)
	if err != nil {
		return nil, err
	}
	path := sweepPath(s.env.Cache, nil, "beside", m, s.setDigest, weights,
		s.env.Backend.Bits())
	if kept := s.others[path]; kept != nil {
		return kept, nil
	}
	kept, err := openSweep(path, len(s.tests), keptSide, keptSide)
	if err != nil {
		return nil, err
	}
	if kept != nil {
		s.others[path] = kept
		return kept, nil
	}
	cost := costOfDetector
	if entry.Trains {
		cost = costOfAdapters
	}
	return nil, s.jobs.Want(path, cost, func(ctx context.Context) error {
		return store.Once(ctx, path, func() error { return s.computeSweep(ctx, path, m) })
	})
}

// computeSweep fits a detector and takes every test image through it. It belongs to the background,
// and so has a runner of its own.
func (s *Session) computeSweep(ctx context.Context, path string, m exhibit.Measurement) error {
	r := exhibit.NewRunner(s.env, s.runner.Profile)
	r.Data, r.Encoder, r.Pair = s.runner.Data, s.runner.Encoder, s.runner.Pair
	e, err := r.Ready(ctx, m)
	if err != nil {
		return err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return err
	}
	set, err := e.Open()
	if err != nil {
		return err
	}
	d, err := s.env.Fit(ctx, e, enc, set.Train(), set)
	if err != nil {
		return err
	}
	var scores []float32
	var maps [][]float32
	bar := s.env.Progress.Bar(m.Experiment.Detector)
	for _, c := range s.set.Categories {
		for p, err := range d.Predict(ctx, c.Test) {
			if err != nil {
				return err
			}
			scores, maps = append(scores, float32(p.Score)),
				append(maps, halved(p.Map, detector.MapSide))
			bar(len(maps), len(s.tests), "images")
		}
	}
	return writeSweep(path, scores, view.ScaleFrom(s.tests, maps), maps, true, keptSide,
		keptSide)
}

// weightsOf is the digest of what a detector beside looks through. Each is read once: this is asked
// with every picture.
func (s *Session) weightsOf(m exhibit.Measurement, entry detector.Method) (string, error) {
	if known := s.weights[entry.Sees]; known != "" {
		return known, nil
	}
	e := m.Experiment
	if e.Encoder = s.runner.Encoder; entry.Sees == detector.Pair {
		e.Encoder = s.runner.Pair
	}
	enc, err := s.env.NewEncoder(e)
	if err != nil {
		return "", err
	}
	s.weights[entry.Sees] = enc.Digest()
	return s.weights[entry.Sees], nil
}

// halved is a map of side values a row at half the side: means of four.
func halved(m []float32, side int) []float32 {
	half := side / 2
	out := make([]float32, 0, half*half)
	for y := range half {
		for x := range half {
			at := 2*y*side + 2*x
			out = append(out, (m[at]+m[at+1]+m[at+side]+m[at+side+1])/4)
		}
	}
	return out
}

// tile draws the map.
func (c compared) tile(x *live.Image, blend int) plot.Tile {
	if c.values == nil {
		return plot.Tile{Picture: x.Picture.Image(), Caption: c.name}
	}
	return x.Map(c.values, c.side, blend, fmt.Sprintf("%s %.3f", c.name, c.score))
}
