package live

import (
	"context"
	"fmt"
	"image"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"
	"adlab/pkg/plot"
	"adlab/pkg/train"

	"github.com/gomlx/gomlx/core/tensors"
)

// shown is an image as it is drawn.
type shown struct {
	sample  datasets.Sample
	place   int // in the test list; -1 for a file of the user's
	picture *imageio.Image
	mask    []uint8 // MapSide a side; nil for a file
	outline image.Image
	pixels  []float32 // normalised, for a file
}

// trainingStep is how far the training of a head is.
type trainingStep struct{ m, number, of int }

// Sizes of the tiles in pixels.
const (
	largeTile = 200
	otherTile = 125
	fullTile  = 420
	wholeRow  = 1080 // width of a row of attention maps
)

// show reads the image of a state.
func (s *inpSession) show(state State) (*shown, error) {
	t := s.encoder.Transform()
	if state.File != "" {
		return readFile(s.pictures, state.File, t)
	}
	list := s.list(state)
	if state.Image >= len(list) {
		return nil, fmt.Errorf("image: expected one of %d, got number %d", len(list), state.Image+1)
	}
	at := list[state.Image]
	x, err := readSample(s.pictures, s.tests[at], t)
	if err == nil {
		x.place = at
	}
	return x, err
}

// wantHead asks the background for a head.
func (s *inpSession) wantHead(m int) error {
	return s.jobs.want(fmt.Sprintf("M = %d", m), func(ctx context.Context) error {
		h, err := s.newHead(m)
		if err != nil {
			return err
		}
		err = s.compute(ctx, h, func(step train.Step) {
			select {
			case s.steps <- trainingStep{m, step.Number, step.Of}:
				if step.Number%5 == 0 {
					s.jobs.tell()
				}
			default:
			}
		})
		if err == nil {
			s.computed <- h
		}
		return err
	})
}

// wantMetrics asks the background for a head's metrics.
func (s *inpSession) wantMetrics(h *head) error {
	return s.jobs.want(fmt.Sprintf("metrics of M = %d", h.m), func(ctx context.Context) error {
		own, err := s.newHead(h.m) // the drawn one belongs to the other goroutine
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
func (s *inpSession) collect() {
	for {
		select {
		case h := <-s.computed:
			if h.sweep != nil {
				s.heads[h.m] = h
				delete(s.training, h.m)
			} else if known := s.heads[h.m]; known != nil {
				known.metrics = h.metrics
			}
		case t := <-s.steps:
			s.training[t.m] = t
		default:
			return
		}
	}
}

// Apply draws a state.
func (s *inpSession) Apply(ctx context.Context, state State) (Frame, error) {
	s.collect()
	if err := context.Cause(ctx); err != nil {
		return Frame{}, err
	}
	x, err := s.show(state)
	if err != nil {
		return Frame{}, err
	}
	message := ""
	h := s.heads[state.M]
	if h == nil {
		if err := s.wantHead(state.M); err != nil {
			return Frame{}, err
		}
		message = fmt.Sprintf("M = %d is being prepared; the picture shows M = %d meanwhile",
			state.M, s.drawn)
		if t, ok := s.training[state.M]; ok {
			message = fmt.Sprintf("M = %d is being trained, step %d of %d; the picture shows M = "+
				"%d meanwhile", state.M, t.number, t.of, s.drawn)
		}
		h = s.heads[s.drawn]
	}
	if h.metrics == nil {
		if err := s.wantMetrics(h); err != nil {
			return Frame{}, err
		}
	}
	s.drawn = h.m
	f, err := s.draw(ctx, state, x, h)
	if f.Message == "" {
		f.Message = message
	}
	return f, err
}

// traceOf is an image's trace through a head, rows of tokens.
func (s *inpSession) traceOf(ctx context.Context, x *shown, h *head) ([]float32, error) {
	if x.place >= 0 {
		return h.at(x.place)
	}
	if err := h.fit(ctx, s.set.Train(), func(train.Step) {}); err != nil {
		return nil, err
	}
	batch := make([]float32, traceBatch*len(x.pixels)) // one shape is compiled
	copy(batch, x.pixels)
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
func (s *inpSession) mapOf(values []float32) ([]float32, error) {
	out, err := s.post.Call1(tensors.FromFlatDataAndDimensions(values, 1, s.tokens))
	if err != nil {
		return nil, err
	}
	defer out.FinalizeAll()
	return tensors.MustCopyFlatData[float32](out), nil
}

// draw draws an image through a head. All anomaly maps are in units of their detector's scale over
// the data set, so one bar serves all.
func (s *inpSession) draw(ctx context.Context, state State, x *shown, h *head) (Frame, error) {
	trace, err := s.traceOf(ctx, x, h)
	if err != nil {
		return Frame{}, err
	}
	whole, err := s.mapOf(mean(trace, s.groups, s.tokens))
	if err != nil {
		return Frame{}, err
	}
	scale := h.scale
	if state.Fixed {
		scale = s.heads[s.inps()].scale
	}
	level, name := whole, "anomaly map"
	if state.Level > 0 {
		name = levelNames[state.Level] + " levels"
		if level, err = s.mapOf(trace[(state.Level-1)*s.tokens : state.Level*s.tokens]); err != nil {
			return Frame{}, err
		}
	}
	score := detector.TopMean(whole)
	threshold := scale.Low + float64(state.Threshold)/100*(scale.High-scale.Low)
	called := above(whole, threshold)
	var others []beside
	for _, name := range besidesOf(state) {
		b, err := s.beside(name, state, x, h, trace)
		if err != nil {
			return Frame{}, err
		}
		others = append(others, b)
	}
	f := Frame{Text: s.text(h)}
	if waits(others) && x.place >= 0 {
		f.Message = "a detector beside is being fitted; its map follows"
	}
	f.Numbers = append(f.Numbers, Number{"score", fixed(score)})
	f.Numbers = append(f.Numbers, maskNumbers(threshold, called, x.mask)...)
	f.Numbers = append(f.Numbers, h.numbers(state.Category, x.place >= 0)...)

	attention := trace[(s.groups+1)*s.tokens:]
	looks := plot.Scale{Low: 0, High: plot.ScaleOf(topShare, attention).High}
	look := func(m int) image.Image {
		return overlay(x.picture, attention[m*s.tokens:(m+1)*s.tokens], s.encoder.Grid(), looks,
			state.Blend)
	}
	tiles := []plot.Tile{
		{Picture: x.outline, Caption: x.caption()},
		{Picture: overlay(x.picture, relative(level, scale), detector.MapSide, unitScale,
			state.Blend), Caption: fmt.Sprintf("%s, score %.3f", name, score)},
		{Picture: masked(x.picture, x.mask, called, detector.MapSide),
			Caption: maskCaption(x.mask)},
	}
	var second []plot.Tile
	for _, b := range others {
		second = append(second, b.tile(x, state.Blend))
	}
	maps := [][]plot.Tile{append(tiles, second...)}
	if len(second) > 1 {
		maps = [][]plot.Tile{tiles, second}
	}
	title := fmt.Sprintf("INP-Former with M = %d; each detector in its own scale over the test "+
		"images, from usual (0) to extreme (1)", h.m)
	f.Rows = []image.Image{plot.Panel(title, maps, largeTile, &unitScale).Image}
	inps, err := s.rows.get(fmt.Sprint(x.sample.Path, h.m, state.Blend, state.INP),
		func() (image.Image, error) {
			var tiles []plot.Tile
			for m := range h.m {
				if state.INP == 0 || state.INP == m+1 {
					tiles = append(tiles,
						plot.Tile{Picture: look(m), Caption: fmt.Sprintf("INP %d", m+1)})
				}
			}
			side := min(otherTile, (wholeRow-10)/h.m-10)
			if state.INP > 0 {
				side = fullTile
			}
			return plot.Panel("where each prototype looks (attention, mean over the heads)",
				[][]plot.Tile{tiles}, side, &looks).Image, nil
		})
	if err != nil {
		return Frame{}, err
	}
	f.Rows = append(f.Rows, inps)
	return f, nil
}

// unitScale is that of maps in units of their own scale.
var unitScale = plot.Scale{Low: 0, High: 1}

// levelNames are the choices of the encoder's levels.
var levelNames = []string{"all levels", "shallow", "deep"}

// maskCaption explains the colours of what a threshold calls anomalous.
func maskCaption(mask []uint8) string {
	if mask == nil {
		return "above the threshold"
	}
	return "found, missed, false"
}

// caption is what is in an image.
func (x *shown) caption() string {
	if x.place < 0 {
		return x.sample.ID
	}
	return x.sample.Category + ": " + strings.ReplaceAll(x.sample.DefectType, "_", " ")
}

// maskNumbers compare what a threshold calls anomalous with the mask.
func maskNumbers(threshold float64, called []bool, mask []uint8) []Number {
	var hit, positive, all int
	for i, c := range called {
		p := mask != nil && mask[i] != 0
		hit, positive, all = hit+btoi(c && p), positive+btoi(p), all+btoi(c)
	}
	f1 := "-"
	if positive > 0 {
		f1 = fmt.Sprintf("%.4f", 2*float64(hit)/float64(positive+all))
	}
	return []Number{
		{"threshold", fixed(threshold)}, {"mask F1", f1},
		{"called anomalous", fmt.Sprintf("%.1f %%", 100*float64(all)/float64(len(called)))},
	}
}

// numbers are the head's metrics, or that they are being computed.
func (h *head) numbers(category string, known bool) []Number {
	names := []string{"image AUROC", "pixel AUROC", "AUPRO", "image AUROC of " + category}
	values := []string{Unknown, Unknown, Unknown, Unknown}
	if h.metrics != nil {
		m := h.metrics.Mean
		values = []string{fraction(m.ImageAUROC), fraction(m.PixelAUROC), fraction(m.AUPRO), "-"}
		for _, r := range h.metrics.Rows {
			if r.Name == category {
				values[3] = fraction(r.ImageAUROC)
			}
		}
	}
	var out []Number
	for i := range names {
		out = append(out, Number{names[i], values[i]})
	}
	if !known {
		out = out[:3]
	}
	return out
}

// text says what made the picture.
func (s *inpSession) text(h *head) string {
	origin := "found trained"
	if h.fresh {
		origin = "trained for this playground"
	}
	data := "generated pictures in the layout of MVTec-AD"
	if s.profile.Size == "" {
		data = "MVTec-AD"
	}
	return fmt.Sprintf("Backend %s; encoder %s, weights %.12s; head of M = %d: %d steps, seed %d, "+
		"%s (%.12s); data: %s, %d test images; profile %s.",
		s.lab.Backend.Short(), s.encoder.Name(), s.encoder.Digest(), h.m, h.detector.Options.Steps,
		s.experiment.Seed, origin, h.detector.Options.Fingerprint, data, len(s.tests),
		s.profile.Name)
}
