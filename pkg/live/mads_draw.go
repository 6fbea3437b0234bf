package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"iter"
	"path/filepath"
	"slices"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"

	"github.com/gomlx/gomlx/core/tensors"
	"golang.org/x/sync/errgroup"
)

// shownTypes is the number of maps of types, the strongest first; that of the type in the text box
// is always among them.
const shownTypes = 5

// typeTile is the size of a tile in pixels.
const typeTile = 160

// answer is what MultiADS says of an image.
type answer struct {
	anomaly []float32 // [S, S], the taps' mean
	score   float64
	text    float64
	names   []string    // of the maps, the strongest first
	maps    [][]float32 // [S, S] each, the taps' mean
	peaks   []float64   // of every type, in the base's order
	found   []multiads.Found
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
	if len(a.found) > 0 {
		strongest = multiads.Words(a.found)
	}
	at := max(0, slices.Index(base.Names(), state.Type))
	f.Numbers = []Number{
		{"score", fixed(a.score)}, {"text score", fixed(a.text)}, {"answer", strongest},
		{base.Types[at].Name, fixed(a.peaks[at])},
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
		return readFile(s.pictures, state.File, s.detector.Model().Transform())
	}
	list := s.list(state)
	if state.Image >= len(list) {
		return nil, fmt.Errorf("image: expected one of %d, got number %d", len(list), state.Image+1)
	}
	return readSample(s.pictures, list[state.Image], s.detector.Model().Transform())
}

// look gives what the towers see in an image: of the data set from the cache, or freshly of a file.
func (s *madsSession) look(ctx context.Context, state State, x *shown) (*looked, error) {
	return s.features.get(x.sample.Path, func() (*looked, error) {
		if x.pixels != nil {
			batch := make([]float32, traceBatch*len(x.pixels))
			copy(batch, x.pixels)
			taps, err := s.tapping.Run(batch, traceBatch)
			if err != nil {
				return nil, err
			}
			embedding, err := s.embedding.Run(batch, traceBatch)
			if err != nil {
				return nil, err
			}
			e := s.tapping.Encoder
			groups, tokens := len(s.tapping.GroupsInUse()), e.Grid()*e.Grid()
			return &looked{
				tensors.FromFlatDataAndDimensions(taps[:len(taps)/traceBatch], 1, groups, tokens,
					e.Width()),
				tensors.FromFlatDataAndDimensions(embedding[:len(embedding)/traceBatch], 1, 1, 1,
					s.embedding.Encoder.Width()),
			}, nil
		}
		c, _ := s.set.Category(state.Category)
		at := slices.IndexFunc(c.Test, func(t datasets.Sample) bool { return t.ID == x.sample.ID })
		f, err := s.featuresOf(ctx, c)
		if err != nil {
			return nil, err
		}
		return &looked{f[0].Batch([]int{at}), f[1].Batch([]int{at})}, nil
	})
}

// featuresOf opens the features of a category's test images, taps and embeddings, once.
func (s *madsSession) featuresOf(ctx context.Context, c datasets.Category) (f [2]*encoder.Features,
	err error) {
	if f, ok := s.opened[c.Name]; ok {
		return f, nil
	}
	if f[0], err = s.tapping.Extract(ctx, c.Test); err != nil {
		return f, err
	}
	if f[1], err = s.embedding.Extract(ctx, c.Test); err != nil {
		f[0].Close()
		return f, err
	}
	s.opened[c.Name] = f
	return f, nil
}

// memory are the normal references of a product, one tensor a tap; none for zero-shot.
func (s *madsSession) memory(ctx context.Context, state State) ([]*tensors.Tensor, error) {
	if state.Shots == 0 {
		return nil, nil
	}
	return s.references.get(fmt.Sprint(state.Category, state.Shots),
		func() (memory []*tensors.Tensor, err error) {
			few, err := s.set.Shots(state.Shots, datasets.Draw{Seed: s.experiment.Seed})
			if err != nil {
				return nil, err
			}
			c, _ := few.Category(state.Category)
			f, err := s.tapping.Extract(ctx, c.Train)
			if err != nil {
				return nil, err
			}
			defer f.Close()
			size := f.Tokens * f.Width
			for g := range f.Groups {
				var rows []float32
				for i := range f.Len {
					rows = append(rows, f.At(i)[g*size:(g+1)*size]...)
				}
				memory = append(memory, tensors.FromFlatDataAndDimensions(rows, f.Len*f.Tokens,
					f.Width))
			}
			return memory, nil
		})
}

// ask asks MultiADS about an image.
func (s *madsSession) ask(ctx context.Context, state State, base *kba.Base, x *shown) (*answer,
	error) {
	taps := len(s.detector.Model().Config.Taps)
	a := &answer{}
	const pixels = detector.MapSide * detector.MapSide
	if err := s.run(ctx, state, base, x, func(anomaly []float32, text float64, typed []float32) {
		a.anomaly, a.text = anomaly, text
		a.read(typed[pixels:], base.Names(), state.Type, taps)
	}); err != nil {
		return nil, err
	}
	scores, err := multiads.AloneScores(taps)(s.detector.Rule,
		[][3]float64{multiads.Largest(a.anomaly)}, []float64{a.text})
	if err != nil {
		return nil, err
	}
	a.score = scores[0]
	shrink(a.anomaly, taps)
	return a, nil
}

// run takes an image through MultiADS: the anomaly map, the text score, and the maps of all columns
// one after another, which are see's only while it runs. The towers and graphs belong to one
// goroutine at a time: the background takes its turns here, image by image.
func (s *madsSession) run(ctx context.Context, state State, base *kba.Base, x *shown,
	see func(anomaly []float32, text float64, typed []float32)) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	text, err := s.sentences.Matrix(ctx, base.Columns(s.detector.Sentences, state.Category))
	if err != nil {
		return err
	}
	memory, err := s.memory(ctx, state)
	if err != nil {
		return err
	}
	in, err := s.look(ctx, state, x)
	if err != nil {
		return err
	}
	exec := s.exec[memory != nil]
	if exec == nil {
		if exec, err = typedMaps(s.lab.Backend.Backend, s.detector.Store(),
			memory != nil); err != nil {
			return err
		}
		s.exec[memory != nil] = exec
	}
	inputs := []any{in.taps, in.embedding, text}
	for _, m := range memory {
		inputs = append(inputs, m)
	}
	out, err := exec.Call(inputs...)
	if err != nil {
		return err
	}
	anomaly, score := tensors.MustCopyFlatData[float32](out[0]),
		float64(tensors.MustCopyFlatData[float32](out[1])[0])
	out[2].MustConstFlatData(func(flat any) { see(anomaly, score, flat.([]float32)) })
	for _, o := range out {
		o.FinalizeAll()
	}
	return nil
}

// read takes the types' maps, one after another, and keeps those that are shown.
func (a *answer) read(flat []float32, names []string, always string, taps int) {
	const pixels = detector.MapSide * detector.MapSide
	order := make([]int, len(names))
	for i := range names {
		order[i] = i
		a.peaks = append(a.peaks, float64(slices.Max(flat[i*pixels:(i+1)*pixels]))/float64(taps))
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(a.peaks[j], a.peaks[i]) })
	for k, i := range order { // as multiads.Answer does
		if k > 0 && a.peaks[i] < 0.5 {
			break
		}
		a.found = append(a.found, multiads.Found{Type: names[i], Value: a.peaks[i]})
	}
	kept := order[:min(shownTypes, len(order))]
	if at := slices.Index(names, always); at >= 0 && !slices.Contains(kept, at) {
		kept[len(kept)-1] = at
	}
	for _, i := range kept {
		m := slices.Clone(flat[i*pixels : (i+1)*pixels])
		shrink(m, taps)
		a.names, a.maps = append(a.names, names[i]), append(a.maps, m)
	}
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
		s.lab.Backend.Short(), s.tapping.Encoder.Name(), s.detector.Model().Digest(), s.source,
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
	var largest [][3]float64
	var words []float64
	for _, sample := range c.Test {
		if err := context.Cause(ctx); err != nil {
			return experiment.CategoryReport{}, err
		}
		err := s.run(ctx, state, base, &shown{sample: sample},
			func(anomaly []float32, text float64, _ []float32) {
				known = append(known, detector.Prediction{Map: anomaly})
				largest, words = append(largest, multiads.Largest(anomaly)), append(words, text)
			})
		if err != nil {
			return experiment.CategoryReport{}, err
		}
	}
	scores, err := multiads.ImageScores(s.detector.Rule, largest, words)
	if err != nil {
		return experiment.CategoryReport{}, err
	}
	for i := range known {
		known[i].Score = scores[i]
	}
	one := *s.set
	one.Categories = []datasets.Category{c}
	rows, _, err := experiment.Measure(ctx, known, &one, s.tapping.Encoder.Transform(),
		s.experiment.Convention, nil)
	if err != nil {
		return experiment.CategoryReport{}, err
	}
	return rows[0], nil
}

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
