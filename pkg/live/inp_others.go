package live

import (
	"context"
	"fmt"
	"slices"

	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/view"
)

// What can stand beside INP-Former; a detector by its name in experiment.Detectors.
const (
	besideNone     = "nothing"
	besideDistance = "distance to the nearest INP"
	besideMultiADS = "multiads"
	besideAll      = "all of these"
)

var besides = []string{besideNone, besideDistance, "knn", "patchcore", "padim", besideMultiADS,
	besideAll}

// keptSide is the side of the maps that are kept of the detectors beside: enough for a tile.
const keptSide = 128

// other is a detector beside INP-Former, as far as it is known.
type other struct {
	key   string
	sweep *sweep
}

// beside is a map in units of its detector's own scale over the data set: the maps of different
// detectors have no unit in common.
type beside struct {
	name   string
	values []float32 // keptSide or MapSide a side; nil while it is being computed
	side   int
	score  float64
}

// besidesOf are the detectors that a state sets beside.
func besidesOf(state State) []string {
	switch state.Compare {
	case besideNone:
		return nil
	case besideAll:
		return besides[1 : len(besides)-1]
	}
	return []string{state.Compare}
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

// beside gives the map of a detector of an image.
func (s *inpSession) beside(name string, state State, x *shown, h *head, trace []float32) (beside,
	error) {
	b := beside{name: name, side: detector.MapSide}
	if name == besideDistance {
		tokens := trace[s.groups*s.tokens : (s.groups+1)*s.tokens]
		m, err := s.mapOf(tokens)
		if err != nil {
			return b, err
		}
		b.values, b.score = relative(m, h.distances), detector.TopMean(m)
		return b, nil
	}
	if name == besideMultiADS {
		b.name = fmt.Sprintf("multiads, k = %d", state.Shots)
	}
	if x.place < 0 {
		b.name += ": test images only"
		return b, nil
	}
	o, err := s.other(name, state.Shots)
	if err != nil {
		return b, err
	}
	if o == nil {
		b.name += ": being computed"
		return b, nil
	}
	m, err := o.sweep.at(x.place)
	if err != nil {
		return b, err
	}
	b.values, b.side, b.score = relative(m, o.sweep.scale), keptSide,
		float64(o.sweep.scores[x.place])
	return b, nil
}

// other is a detector beside; nil while the background computes it.
func (s *inpSession) other(name string, shots int) (*other, error) {
	if name != besideMultiADS {
		shots = 0
	}
	key := fmt.Sprint(name, " ", shots)
	if o := s.others[key]; o != nil {
		return o, nil
	}
	eyes, err := s.eyes(name)
	if err != nil {
		return nil, err
	}
	path := sweepPath(s.lab.Cache, "beside", key, s.setDigest, eyes, s.lab.Backend.Short(),
		s.profile.Tables)
	kept, err := openSweep(path, len(s.tests), keptSide, keptSide)
	if err != nil {
		return nil, err
	}
	if kept != nil {
		s.others[key] = &other{key, kept}
		return s.others[key], nil
	}
	return nil, s.jobs.want(key, func(ctx context.Context) error {
		return once(ctx, path, func() error { return s.computeOther(ctx, path, name, shots) })
	})
}

// computeOther fits a detector and takes every test image through it. It belongs to the background.
func (s *inpSession) computeOther(ctx context.Context, path, name string, shots int) error {
	d, err := s.fitOther(ctx, name, shots)
	if err != nil {
		return err
	}
	var scores []float32
	var maps [][]float32
	for _, c := range s.set.Categories {
		for p, err := range d.Predict(ctx, c.Test) {
			if err != nil {
				return err
			}
			scores, maps = append(scores, float32(p.Score)),
				append(maps, halved(p.Map, detector.MapSide))
		}
	}
	return writeSweep(path, scores, view.ScaleFrom(s.tests, maps), maps, true, keptSide,
		keptSide)
}

// fitOther fits a detector on the playground's data, with the settings that the exhibits give it.
func (s *inpSession) fitOther(ctx context.Context, name string, shots int) (detector.Detector,
	error) {
	if name != besideMultiADS {
		e := s.experiment.By(name)
		e.Steps, e.Batch = 0, 0
		return s.lab.Fit(ctx, e, s.encoder, s.set.Train(), s.set)
	}
	e := s.multiads(shots)
	source, err := s.sourceFolder(ctx)
	if err != nil {
		return nil, err
	}
	e = experiment.With(e, func(own *multiads.Settings) {
		own.Sources = []string{"visa=" + source}
	})
	walk, err := view.NewTypeWalk(ctx, s.lab, e)
	if err != nil {
		return nil, err
	}
	return walk.Detector, nil
}

// eyes is the digest of what a detector beside looks through. The pair is read once: this is asked
// with every picture.
func (s *inpSession) eyes(name string) (string, error) {
	if name != besideMultiADS {
		return s.encoder.Digest(), nil
	}
	if s.pairDigest == "" {
		pair, err := s.lab.NewEncoder(s.multiads(0))
		if err != nil {
			return "", err
		}
		s.pairDigest = pair.Digest()
	}
	return s.pairDigest, nil
}

// multiads is MultiADS on the playground's data, its sources left out.
func (s *inpSession) multiads(shots int) experiment.Experiment {
	e := s.experiment.By(besideMultiADS)
	e.Shots, e.Encoder = shots, s.runner.Pair
	return experiment.With(e, func(own *multiads.Settings) {
		own.KBA, own.Revision = "mvtec", "first-release"
	})
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

// tile draws a map beside.
func (b beside) tile(x *shown, blend int) plot.Tile {
	if b.values == nil {
		return plot.Tile{Picture: x.picture.Image(), Caption: b.name}
	}
	return plot.Tile{Picture: overlay(x.picture, b.values, b.side, plot.Scale{Low: 0, High: 1},
		blend), Caption: fmt.Sprintf("%s %.3f", b.name, b.score)}
}

// waits tells whether a detector beside is still being computed.
func waits(all []beside) bool {
	return slices.ContainsFunc(all, func(b beside) bool { return b.values == nil })
}
