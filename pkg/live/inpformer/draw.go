package inpformer

import (
	"context"
	"fmt"
	"image"
	"slices"

	"adlab/pkg/detector"
	"adlab/pkg/live"
	"adlab/pkg/plot"
	"adlab/pkg/view"

	"github.com/gomlx/gomlx/core/tensors"
)

// Sizes of the tiles in pixels.
const (
	largeTile = 200
	otherTile = 125
	fullTile  = 420
	wholeRow  = 1080 // width of a row of attention maps
)

// wantHead asks the background for a head.
func (s *Session) wantHead(m int) error {
	return s.jobs.Want(fmt.Sprintf("M = %d", m), costOfHead, func(ctx context.Context) error {
		h, err := s.newHead(m)
		if err != nil {
			return err
		}
		if err = s.compute(ctx, h); err == nil {
			s.computed <- h
		}
		return err
	})
}

// wantMetrics asks the background for a head's metrics.
func (s *Session) wantMetrics(h *head) error {
	name := fmt.Sprintf("metrics of M = %d", h.m)
	return s.jobs.Want(name, costOfMetrics, func(ctx context.Context) error {
		own, err := s.newHead(h.m) // the drawn one belongs to the cell's goroutine
		if err != nil {
			return err
		}
		if own.metrics, err = s.measure(ctx, own); err == nil {
			s.computed <- own
		}
		return err
	})
}

// collect takes over what the background has done.
func (s *Session) collect() {
	for {
		select {
		case h := <-s.computed:
			if h.sweep != nil {
				s.heads[h.m] = h
			} else if known := s.heads[h.m]; known != nil {
				known.metrics = h.metrics
			}
		default:
			return
		}
	}
}

// Apply draws a state.
func (s *Session) Apply(ctx context.Context, state State) (live.Frame, error) {
	s.collect()
	if err := context.Cause(ctx); err != nil {
		return live.Frame{}, err
	}
	x, err := s.images.Of(state.View, s.set)
	if err != nil {
		return live.Frame{}, err
	}
	message := ""
	h := s.heads[state.M]
	if h == nil {
		if err := s.wantHead(state.M); err != nil {
			return live.Frame{}, err
		}
		message = s.waiting(fmt.Sprintf("M = %d is being prepared; the picture shows M = %d "+
			"meanwhile", state.M, s.drawn))
		h = s.heads[s.drawn]
	}
	if h.metrics == nil {
		if err := s.wantMetrics(h); err != nil {
			return live.Frame{}, err
		}
	}
	s.drawn = h.m
	f, err := s.draw(ctx, state, x, h)
	if f.Message == "" {
		f.Message = message
	}
	return f, err
}

// waiting is what a picture waits for, with how far the background is.
func (s *Session) waiting(what string) string {
	if doing := s.jobs.Doing(); doing != "" {
		return what + " (" + doing + ")"
	}
	return what
}

// traceOf is an image's trace through a head, rows of tokens.
func (s *Session) traceOf(ctx context.Context, x *live.Image, h *head) ([]float32, error) {
	if x.Pixels == nil {
		return h.at(s.places[x.Sample.Path])
	}
	if err := h.fit(ctx, s.set.Train()); err != nil {
		return nil, err
	}
	batch := make([]float32, traceBatch*len(x.Pixels)) // one shape is compiled
	copy(batch, x.Pixels)
	features, err := h.detector.Features.Run(batch, traceBatch)
	if err != nil {
		return nil, err
	}
	traces, _, err := h.trace(tensors.FromFlatDataAndDimensions(features, traceBatch, s.groups,
		s.tokens, s.encoder.Width()))
	if err != nil {
		return nil, err
	}
	return traces[0], nil
}

// mapOf is the post-processed map of token values.
func (s *Session) mapOf(values []float32) ([]float32, error) {
	out, err := s.post.Call1(tensors.FromFlatDataAndDimensions(values, 1, s.tokens))
	if err != nil {
		return nil, err
	}
	defer out.FinalizeAll()
	return tensors.MustCopyFlatData[float32](out), nil
}

// draw draws an image through a head. All anomaly maps are in units of their detector's scale over
// the data set, so one bar serves all.
func (s *Session) draw(ctx context.Context, state State, x *live.Image, h *head) (f live.Frame,
	err error) {
	trace, err := s.traceOf(ctx, x, h)
	if err != nil {
		return f, err
	}
	whole, err := s.mapOf(mean(trace, s.groups, s.tokens))
	if err != nil {
		return f, err
	}
	scale := h.scale
	if state.Fixed {
		scale = s.heads[s.inps()].scale
	}
	level, name := whole, "anomaly map"
	if state.Level > 0 {
		name = levelNames[state.Level] + " levels"
		from := (state.Level - 1) * s.tokens
		if level, err = s.mapOf(trace[from : from+s.tokens]); err != nil {
			return f, err
		}
	}
	var second []plot.Tile
	for _, name := range state.comparisons() {
		c, err := s.compare(name, state, x, h, trace)
		if err != nil {
			return f, err
		}
		if c.values == nil && x.Pixels == nil {
			f.Message = s.waiting("a detector beside is being fitted; its map follows")
		}
		second = append(second, c.tile(x, state.Blend))
	}
	score := detector.TopMean(whole)
	threshold := scale.Low + float64(state.Threshold)/100*(scale.High-scale.Low)
	f.Text = s.text(h)
	f.Numbers = slices.Concat([]live.Number{{Name: "score", Value: live.Fixed(score)}},
		x.CalledNumbers(whole, threshold), h.numbers(state.Category, x.Pixels == nil))

	tiles := []plot.Tile{x.Tile(), x.Map(relative(level, scale), detector.MapSide, state.Blend,
		fmt.Sprintf("%s, score %.3f", name, score)), x.Called(whole, threshold)}
	maps := [][]plot.Tile{append(tiles, second...)}
	if len(second) > 1 {
		maps = [][]plot.Tile{tiles, second}
	}
	title := fmt.Sprintf("INP-Former with M = %d; each detector in its own scale over the test "+
		"images, from usual (0) to extreme (1)", h.m)
	f.Rows = []image.Image{plot.Panel(title, maps, largeTile, &live.UnitScale).Image}
	inps, err := s.rows.Get(fmt.Sprint(x.Sample.Path, h.m, state.Blend, state.INP),
		func() (image.Image, error) {
			return s.attention(state, x, h.m, trace[(s.groups+1)*s.tokens:]), nil
		})
	f.Rows = append(f.Rows, inps)
	return f, err
}

// attention draws where each prototype looks, or the one that is drawn large: [M, N].
func (s *Session) attention(state State, x *live.Image, inps int, attention []float32) image.Image {
	scale := plot.Scale{Low: 0, High: plot.ScaleOf(topShare, attention).High}
	tiles := view.Looks(x.Picture, attention[:inps*s.tokens], s.encoder.Grid(), scale, state.Blend)
	side := min(otherTile, (wholeRow-10)/inps-10)
	if state.INP > 0 {
		tiles, side = tiles[state.INP-1:state.INP], fullTile
	}
	return plot.Panel("where each prototype looks (attention, mean over the heads)",
		[][]plot.Tile{tiles}, side, &scale).Image
}

// levelNames are the choices of the encoder's levels.
var levelNames = []string{"all levels", "shallow", "deep"}

// numbers are the head's metrics, or that they are being computed.
func (h *head) numbers(category string, known bool) []live.Number {
	names := []string{"image AUROC", "pixel AUROC", "AUPRO", "image AUROC of " + category}
	values := []string{live.Unknown, live.Unknown, live.Unknown, live.Unknown}
	if h.metrics != nil {
		m := h.metrics.Mean
		values = []string{live.Fraction(m.ImageAUROC), live.Fraction(m.PixelAUROC),
			live.Fraction(m.AUPRO), "-"}
		for _, r := range h.metrics.Rows {
			if r.Name == category {
				values[3] = live.Fraction(r.ImageAUROC)
			}
		}
	}
	var out []live.Number
	for i := range names {
		out = append(out, live.Number{Name: names[i], Value: values[i]})
	}
	if !known {
		out = out[:3]
	}
	return out
}

// text says what made the picture.
func (s *Session) text(h *head) string {
	origin := "found trained"
	if h.fresh {
		origin = "trained for this playground"
	}
	data := "generated pictures in the layout of MVTec-AD"
	if s.runner.Profile.Size == "" {
		data = "MVTec-AD"
	}
	return fmt.Sprintf("Backend %s; encoder %s, weights %.12s; head of M = %d: %d steps, seed %d, "+
		"%s (%.12s); data: %s, %d test images; profile %s.",
		s.env.Backend.Short(), s.encoder.Name(), s.encoder.Digest(), h.m, h.detector.Options.Steps,
		s.experiment.Seed, origin, h.detector.Options.Fingerprint, data, len(s.tests),
		s.runner.Profile.Name)
}
