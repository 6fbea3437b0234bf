package live

import (
	"context"
	"errors"
	"fmt"
	"image"
	"iter"
	"path/filepath"
	"slices"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/clip"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"

	"golang.org/x/sync/errgroup"
)

// shownTypes is the number of maps of types, the strongest first; that of the type in the text box
// is always among them.
const shownTypes = 5

// typeTile is the size of a tile in pixels.
const typeTile = 160

// answer is what MultiADS says of an image.
type answer struct {
	anomaly  []float32 // [S, S], the taps' mean
	score    float64
	text     float64
	names    []string         // of the maps, the strongest first
	maps     [][]float32      // [S, S] each, the taps' mean
	strength []multiads.Found // of every type, the strongest first
}

// Apply draws a state.
func (s *madsSession) Apply(ctx context.Context, state State) (Frame, error) {
	s.collect()
	if err := context.Cause(ctx); err != nil {
		return Frame{}, err
	}
	own, err := s.own(state)
	if err != nil {
		return Frame{}, err
	}
	base := baseOf(state, own)
	x, err := s.show(state)
	if err != nil {
		return Frame{}, err
	}
	p, err := s.places(ctx, state, base)
	if err != nil {
		return Frame{}, err
	}
	var scatter image.Image
	var a *answer
	var maps []image.Image
	var both errgroup.Group // the dots are drawn beside the maps
	both.Go(func() (err error) {
		scatter, err = p.scatter(state.Category)
		return err
	})
	both.Go(func() (err error) {
		if a, err = s.ask(ctx, state, base, x); err == nil {
			maps = s.maps(state, base, x, a)
		}
		return err
	})
	if err := both.Wait(); err != nil {
		return Frame{}, err
	}
	f := Frame{Rows: append(maps, scatter)}
	strongest := "none"
	if len(a.strength) > 0 {
		strongest = multiads.Words(multiads.Shown(a.strength))
	}
	at := max(0, slices.IndexFunc(a.strength, func(f multiads.Found) bool {
		return f.Type == state.Type
	}))
	f.Numbers = []Number{
		{"score", fixed(a.score)}, {"text score", fixed(a.text)}, {"answer", strongest},
		{a.strength[at].Type, fixed(a.strength[at].Value)},
	}
	threshold := float64(state.Threshold) / 100
	f.Numbers = append(f.Numbers, maskNumbers(threshold, above(a.anomaly, threshold), x.mask)...)
	row, err := s.metrics(state, base)
	if err != nil {
		return f, err
	}
	f.Numbers = append(f.Numbers, row...)
	f.Text = s.text(state, base, p.encoded)
	return f, nil
}

// above tells which values reach a threshold.
func above(values []float32, threshold float64) []bool {
	out := make([]bool, len(values))
	for i, v := range values {
		out[i] = float64(v) >= threshold
	}
	return out
}

// show reads the image of a state.
func (s *madsSession) show(state State) (*shown, error) {
	if state.File != "" {
		return readFile(s.pictures, state.File, s.detector.Model.Transform())
	}
	list := s.list(state)
	if state.Image >= len(list) {
		return nil, fmt.Errorf("image: expected one of %d, got number %d", len(list), state.Image+1)
	}
	return readSample(s.pictures, list[state.Image], s.detector.Model.Transform())
}

// look gives what the vision tower sees in an image: of the data set from the cache, of a file
// freshly.
func (s *madsSession) look(ctx context.Context, state State, x *shown) (*multiads.Look, error) {
	return s.features.get(x.sample.Path, func() (*multiads.Look, error) {
		if x.pixels != nil {
			return s.detector.Look(x.pixels)
		}
		c, _ := s.set.Category(state.Category)
		at := slices.IndexFunc(c.Test, func(t datasets.Sample) bool { return t.ID == x.sample.ID })
		looks, ok := s.opened[c.Name]
		if !ok {
			var err error
			if looks, err = s.detector.Looks(ctx, c.Test); err != nil {
				return nil, err
			}
			s.opened[c.Name] = looks
		}
		return looks.At(at), nil
	})
}

// memory are the normal references of a state's product; none for zero-shot.
func (s *madsSession) memory(ctx context.Context, state State) (multiads.Memory, error) {
	if state.Shots == 0 {
		return nil, nil
	}
	return s.references.get(fmt.Sprint(state.Category, state.Shots),
		func() (multiads.Memory, error) {
			few, err := s.set.Shots(state.Shots, datasets.Draw{Seed: s.experiment.Seed})
			if err != nil {
				return nil, err
			}
			c, _ := few.Category(state.Category)
			return s.detector.References(ctx, c.Train)
		})
}

// ask asks MultiADS about an image.
func (s *madsSession) ask(ctx context.Context, state State, base *kba.Base, x *shown) (*answer,
	error) {
	said, err := s.run(ctx, state, base, x, true)
	if err != nil {
		return nil, err
	}
	scores, err := s.detector.Scores([]*multiads.Answer{said}, true)
	if err != nil {
		return nil, err
	}
	a := &answer{anomaly: said.Anomaly, score: scores[0], text: said.TextScore,
		strength: multiads.Strength(said.Types, said.Taps)}
	kept := a.strength[:min(shownTypes, len(a.strength))]
	if at := slices.IndexFunc(a.strength, func(f multiads.Found) bool {
		return f.Type == state.Type
	}); at >= len(kept) {
		kept = append(slices.Clone(kept[:len(kept)-1]), a.strength[at])
	}
	for _, f := range kept {
		m := slices.Clone(said.Types[f.Type]) // not the whole of the answer
		shrink(m, said.Taps)
		a.names, a.maps = append(a.names, f.Type), append(a.maps, m)
	}
	shrink(a.anomaly, said.Taps)
	return a, nil
}

// run asks MultiADS about an image. The detector belongs to one goroutine at a time: the background
// takes its turns here, image by image.
func (s *madsSession) run(ctx context.Context, state State, base *kba.Base, x *shown,
	typed bool) (*multiads.Answer, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	text, err := s.detector.Text(ctx, state.Category, base)
	if err != nil {
		return nil, err
	}
	memory, err := s.memory(ctx, state)
	if err != nil {
		return nil, err
	}
	look, err := s.look(ctx, state, x)
	if err != nil {
		return nil, err
	}
	return s.detector.Ask(look, text, memory, typed)
}

// shrink divides by the number of taps: their mean instead of their sum.
func shrink(values []float32, taps int) {
	for i := range values {
		values[i] /= float32(taps)
	}
}

// maps draws the image, the anomaly map and what the threshold calls, and under them the maps of
// the types, in one scale from 0 to 1.
func (s *madsSession) maps(state State, base *kba.Base, x *shown, a *answer) []image.Image {
	tiles := []plot.Tile{
		{Picture: x.outline, Caption: x.caption()},
		{Picture: overlay(x.picture, a.anomaly, detector.MapSide, unitScale, state.Blend),
			Caption: fmt.Sprintf("any defect, score %.3f", a.score)},
		{Picture: masked(x.picture, x.mask, above(a.anomaly, float64(state.Threshold)/100),
			detector.MapSide), Caption: maskCaption(x.mask)},
	}
	types, _ := s.rows.get(digest("types", x.sample.Path, state.Category, state.Type, state.Shots,
		state.Blend, *base), func() (image.Image, error) {
		var types []plot.Tile
		for i, m := range a.maps {
			types = append(types,
				plot.Tile{Picture: overlay(x.picture, m, detector.MapSide, unitScale, state.Blend),
					Caption: fmt.Sprintf("%s %.2f", a.names[i], slices.Max(m))})
		}
		return plot.Panel("probability of each type", [][]plot.Tile{types}, typeTile,
			&unitScale).Image, nil
	})
	return []image.Image{plot.Panel("probability of any defect (mean over the levels)",
		[][]plot.Tile{tiles}, typeTile, &unitScale).Image, types}
}

// text says what made the picture.
func (s *madsSession) text(state State, base *kba.Base, encoded int) string {
	way := "zero-shot"
	if state.Shots > 0 {
		way = fmt.Sprintf("%d normal references", state.Shots)
	}
	edited := "prompts as shipped"
	if len(state.Prompts)+len(state.Added) > 0 {
		edited = fmt.Sprintf("%d types edited, %d added", len(state.Prompts), len(state.Added))
	}
	return fmt.Sprintf("Backend %s; pair %s, weights %.12s; adapters trained on %s, %d steps, "+
		"seed %d, with the whole knowledge base; %s; %d types, %s; sentences encoded for this "+
		"picture: %d; profile %s.",
		s.lab.Backend.Short(), s.encoder().Name(), s.detector.Model.Digest(), s.source,
		s.experiment.Steps, s.experiment.Seed, way, len(base.Types), edited, encoded,
		s.experiment.Profile)
}

// metrics are the category's in a state, or that they are being computed.
func (s *madsSession) metrics(state State, base *kba.Base) ([]Number, error) {
	key := digest(state.Category, state.Shots, *base)
	names := []string{"image AUROC of " + state.Category, "pixel AUROC of " + state.Category}
	row, known := s.scores[key]
	if known {
		return []Number{{names[0], fraction(row.ImageAUROC)}, {names[1], fraction(row.PixelAUROC)}},
			nil
	}
	err := s.jobs.only(key, func(ctx context.Context) error {
		row, err := s.measure(ctx, state, base)
		if err == nil {
			s.computed <- scored{key, row}
		}
		return err
	})
	return []Number{{names[0], Unknown}, {names[1], Unknown}}, err
}

// measure measures a category as adlab eval does, image by image. It belongs to the background.
func (s *madsSession) measure(ctx context.Context, state State,
	base *kba.Base) (experiment.CategoryReport,
	error) {
	c, _ := s.set.Category(state.Category)
	var known replay
	var answers []*multiads.Answer
	for _, sample := range c.Test {
		if err := context.Cause(ctx); err != nil {
			return experiment.CategoryReport{}, err
		}
		a, err := s.run(ctx, state, base, &shown{sample: sample}, false)
		if err != nil {
			return experiment.CategoryReport{}, err
		}
		answers, known = append(answers, a), append(known, detector.Prediction{Map: a.Anomaly})
	}
	scores, err := s.detector.Scores(answers, false)
	if err != nil {
		return experiment.CategoryReport{}, err
	}
	for i := range known {
		known[i].Score = scores[i]
	}
	one := *s.set
	one.Categories = []datasets.Category{c}
	rows, _, err := experiment.Measure(ctx, known, &one, s.encoder().Transform(),
		s.experiment.Convention, nil)
	if err != nil {
		return experiment.CategoryReport{}, err
	}
	return rows[0], nil
}

// encoder is the vision tower as the measurements know it.
func (s *madsSession) encoder() encoder.Encoder { return clip.TapEncoder{Model: s.detector.Model} }

// replay is a detector that has said already what it says of a category's test images.
type replay []detector.Prediction

// Name, Fit and Predict make it a detector.Detector.
func (r replay) Name() string { return "replay" }

// Fit learns nothing.
func (r replay) Fit(context.Context, []datasets.Sample) error { return nil }

// Predict gives what is known, in the order of the samples that it is known of.
func (r replay) Predict(_ context.Context, samples []datasets.Sample) iter.Seq2[detector.Prediction,
	error] {
	return func(yield func(detector.Prediction, error) bool) {
		if len(samples) != len(r) {
			yield(detector.Prediction{}, fmt.Errorf("replay: expected %d samples, got %d", len(r),
				len(samples)))
			return
		}
		for _, p := range r {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// collect takes over what the background has done.
func (s *madsSession) collect() {
	for {
		select {
		case c := <-s.computed:
			s.scores[c.key] = c.row
		default:
			return
		}
	}
}

// readFile reads a picture of the user's.
func readFile(kept *cache[*shown], path string, t imageio.Transform) (*shown, error) {
	return kept.get("file "+path, func() (*shown, error) {
		m, err := imageio.Decode(path)
		if err != nil {
			return nil, err
		}
		x := &shown{sample: datasets.Sample{ID: filepath.Base(path), Path: path}, place: -1,
			picture: t.Picture(m), pixels: make([]float32, t.Crop*t.Crop*3)}
		t.Apply(x.pixels, m)
		x.outline = x.picture.Image()
		return x, nil
	})
}

// readSample reads an image of the data set, with the outline of its mask.
func readSample(kept *cache[*shown], sample datasets.Sample, t imageio.Transform) (*shown, error) {
	return kept.get(sample.Path, func() (*shown, error) {
		x := &shown{sample: sample}
		m, err := imageio.Decode(sample.Path)
		if err != nil {
			return nil, err
		}
		x.picture = t.Picture(m)
		if x.mask, err = experiment.Mask(sample, t); err != nil {
			return nil, err
		}
		x.outline = x.picture.Image()
		if sample.Label == 1 {
			x.outline = plot.Outline(imageio.Resize(x.picture, detector.MapSide,
				detector.MapSide).Image(), x.mask, detector.MapSide)
		}
		return x, nil
	})
}

var errNoAxes = errors.New("the prompts have no principal axes")
