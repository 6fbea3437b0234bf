// Package try is the lab in a browser's tab: what a page may ask of it, and what it answers. It
// runs the rooms that the program runs, on files in the tab's memory: no picture leaves it.
package try

import (
	"context"
	"fmt"
	"image"
	"time"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/progress"
	"adlab/pkg/view"
)

// Tell hears how far work is.
type Tell func(name string, done, total int, unit string)

// Lab holds open models and what was computed of the pictures that they look at.
type Lab struct {
	env    *experiment.Env
	tell   Tell
	models map[string]*experiment.Model // by the name that the page gives them
	caches map[string]*encoder.Cache    // by encoder: what encodes for all models on it
	held   map[string]*encoder.Held     // by encoder and picture
	looks  map[string]*multiads.Look    // by picture; one model at most is asked in words
}

// Open makes a lab on a backend, as experiment.Open takes it, with its cache in a folder.
func Open(backend, cache string, tell Tell) (*Lab, error) {
	v, err := experiment.Open(backend, cache, progress.To(tell))
	if err != nil {
		return nil, err
	}
	return &Lab{env: v, tell: tell, models: map[string]*experiment.Model{},
		caches: map[string]*encoder.Cache{}, held: map[string]*encoder.Held{},
		looks: map[string]*multiads.Look{}}, nil
}

// Head is what a page shows of a model.
type Head struct {
	Detector string     `json:"detector"`
	Encoder  string     `json:"encoder"`
	INPs     int        `json:"inps,omitempty"` // M; 0 for a detector without prototypes
	Grid     int        `json:"grid"`           // patch tokens per side
	Side     int        `json:"side"`           // of the picture as the encoder sees it, in pixels
	MapSide  int        `json:"mapSide"`
	Scale    plot.Scale `json:"scale"` // of all its maps
	// Threshold is the score above which a picture is NG, Pixel the value of the map above which a
	// place is outlined; nil of a model that was trained and not fitted.
	Threshold *float64 `json:"threshold,omitempty"`
	Pixel     *float64 `json:"pixel,omitempty"`
	// Highest are the largest score and the largest value of a map among held-out normals: where
	// thresholds are moved about. They are the scale's end where there are none.
	Highest [2]float64 `json:"highest"`
	Rate    float64    `json:"rate,omitempty"` // of false alarms that is promised
	Normals int        `json:"normals,omitempty"`
	Needed  int        `json:"needed,omitempty"` // normals for the rate that was asked
	Types   []kba.Type `json:"types,omitempty"`  // that it is asked about, of MultiADS
	Taps    int        `json:"taps,omitempty"`   // where MultiADS's maps end
	Colours []uint8    `json:"-"`                // the colour map from low to high, 256 · RGBA
}

// Model opens the model in a file and names it.
func (l *Lab) Model(name, path string) (*Head, error) {
	m, err := l.env.OpenModel(path, "")
	if err != nil {
		return nil, err
	}
	if d, worded := m.Detector.(*multiads.Transfer); worded {
		clear(l.looks) // of another tower, it may be
		// a tap adds a probability: the scale ends where maps do, whatever is asked of whatever
		m.Scale = plot.Scale{High: float64(d.Taps())}
	} else {
		x, err := features(m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if l.caches[lens(x)] == nil {
			l.caches[lens(x)] = x
		}
	}
	l.models[name] = m
	return headOf(m), nil
}

// lens says what makes the features of a cache.
func lens(x *encoder.Cache) string { return fmt.Sprint(x.Encoder.Digest(), x.GroupsInUse()) }

// headOf describes a model.
func headOf(m *experiment.Model) *Head {
	t := m.Encoder.Transform()
	h := &Head{Detector: m.Detector.Name(), Encoder: m.Encoder.Name(), Grid: m.Encoder.Grid(),
		Side: t.Crop, MapSide: detector.MapSide, Scale: m.Scale,
		Highest: [2]float64{m.Scale.High, m.Scale.High}}
	if d, ok := m.Detector.(*inpformer.Detector); ok {
		h.INPs = d.Config.INPs
	}
	if d, ok := m.Detector.(*multiads.Transfer); ok {
		h.Types, h.Taps = d.Base.Types, d.Taps()
	}
	if c := m.Calibration; c != nil {
		h.Threshold, h.Pixel = &c.Image.Value, &c.Pixel.Value
		h.Highest = [2]float64{c.Scores[len(c.Scores)-1], c.Peaks[len(c.Peaks)-1]}
		h.Rate, h.Normals, h.Needed = c.Image.Rate, c.Image.Normals, c.Image.Needed
	}
	for i := range 256 {
		c := plot.Scale{Low: 0, High: 255}.Colour(float64(i))
		h.Colours = append(h.Colours, c.R, c.G, c.B, c.A)
	}
	return h
}

// Seen is what a model says of a picture, and what shows why.
type Seen struct {
	Score float64 `json:"score"`
	// P is the share of held-out normals that score as high; nil of a model without them.
	P *float64 `json:"p,omitempty"`
	// Found are the defect types that MultiADS was asked about, the strongest first, each with its
	// map's largest value over the taps' sum, 0 to 1; Says is its answer.
	Found []multiads.Found `json:"found,omitempty"`
	Says  string           `json:"says,omitempty"`
	// Unknown are words of the prompts that its text tower has no letters for.
	Unknown []string           `json:"unknown,omitempty"`
	Seconds map[string]float64 `json:"seconds"` // by stage
	Map     []float32          `json:"-"`       // MapSide · MapSide
	Drawn   []Drawn            `json:"-"`
}

// Drawn is a picture of a stage. Index counts those of one kind.
type Drawn struct {
	Kind  string
	Index int
	Image image.Image
}

// The kinds of pictures of stages.
const (
	KindPicture   = "picture"   // as the encoder sees it
	KindHeat      = "heat"      // the anomaly map in the model's scale
	KindTokens    = "tokens"    // principal components of the patch tokens as colours
	KindAttention = "attention" // where a prototype looks, one a prototype
	KindDistance  = "distance"  // to the nearest prototype: the zero-shot map
	KindError     = "error"     // of the reconstruction, one a group of levels
	KindType      = "type"      // where a defect type is seen, of the strongest that were found
)

// Look lets a model look at a picture. What the encoder makes of a picture is kept, so that another
// model on the same encoder costs its own work alone. Words are for MultiADS.
func (l *Lab) Look(ctx context.Context, name, path string, words Words) (*Seen, error) {
	m := l.models[name]
	if m == nil {
		return nil, fmt.Errorf("no model %q is open", name)
	}
	s := datasets.Sample{ID: path, Path: path, Category: "picture", DefectType: datasets.Good,
		Range: m.Experiment.Range}
	seen := &Seen{Seconds: map[string]float64{}}
	clock := time.Now()
	lap := func(stage string) {
		seen.Seconds[stage] = time.Since(clock).Seconds()
		clock = time.Now()
	}
	var err error
	if d, ok := m.Detector.(*multiads.Transfer); ok {
		err = l.ask(ctx, seen, m, d, s, words, lap)
	} else {
		err = l.see(ctx, seen, m, s, lap)
	}
	if err != nil {
		return nil, err
	}
	seen.draw(KindHeat, plot.HeatMap(seen.Map, detector.MapSide, m.Scale))
	lap("draw")
	if m.Calibration != nil {
		_, p := m.Calibration.Verdict(seen.Score)
		seen.P = &p
	}
	return seen, nil
}

// see takes the picture through a detector on the tokens of an encoder.
func (l *Lab) see(ctx context.Context, seen *Seen, m *experiment.Model, s datasets.Sample,
	lap func(string)) error {
	x, err := features(m)
	if err != nil {
		return err
	}
	if x.Held, err = l.encode(ctx, x, s); err != nil {
		return err
	}
	lap("encode")
	l.tell("head", 0, 1, "")
	if d, ok := m.Detector.(*inpformer.Detector); ok {
		return seen.trace(ctx, d, s, lap)
	}
	return seen.predict(ctx, m, x, s, lap)
}

// kept is the number of pictures whose features are held at most: 300 kB each.
const kept = 64

// encode gives a picture's features to the models that get theirs as x does.
func (l *Lab) encode(ctx context.Context, x *encoder.Cache, s datasets.Sample) (*encoder.Held,
	error) {
	key := fmt.Sprint(lens(x), s.Range, s.Path)
	if l.held[key] != nil {
		return l.held[key], nil
	}
	l.tell("encode", 0, 1, "")
	if len(l.held) == kept {
		clear(l.held)
	}
	shared := l.caches[lens(x)]
	shared.Held = nil
	held, err := shared.Hold(ctx, []datasets.Sample{s})
	if err == nil {
		l.held[key] = held
	}
	return held, err
}

// trace takes the picture through INP-Former.
func (s *Seen) trace(ctx context.Context, d *inpformer.Detector, of datasets.Sample,
	lap func(string)) error {
	w, err := view.NewTrace(ctx, d, of)
	if err != nil {
		return err
	}
	s.Score, s.Map = detector.TopMean(w.Map), w.Map
	lap("head")
	s.draw(KindPicture, w.Picture.Image())
	if err := s.tokens(w.Fused, d.Config.Width); err != nil {
		return err
	}
	grid := d.Config.Grid
	for _, t := range view.Looks(w.Picture, w.Attention, grid, plot.ScaleOf(0.995, w.Attention),
		plot.Half) {
		s.draw(KindAttention, t.Picture)
	}
	s.draw(KindDistance, plot.Overlay(w.Picture, w.Distance, grid, plot.ScaleOf(1, w.Distance)))
	scale := plot.ScaleOf(1, w.Error...) // one for all groups
	for _, e := range w.Error {
		s.draw(KindError, plot.Overlay(w.Picture, e, grid, scale))
	}
	return nil
}

// predict asks a detector that has no stages to show but the tokens that it compares.
func (s *Seen) predict(ctx context.Context, m *experiment.Model, x *encoder.Cache,
	of datasets.Sample, lap func(string)) error {
	for p, err := range m.Detector.Predict(ctx, []datasets.Sample{of}) {
		if err != nil {
			return err
		}
		s.Score, s.Map = p.Score, p.Map
	}
	lap("head")
	decoded, err := of.Decode()
	if err != nil {
		return err
	}
	s.draw(KindPicture, m.Encoder.Transform().Picture(decoded).Image())
	f, err := x.Extract(ctx, []datasets.Sample{of})
	if err != nil {
		return err
	}
	return s.tokens(sideBySide(f.At(0), f.Groups, f.Tokens, f.Width), f.Groups*f.Width)
}

func (s *Seen) tokens(tokens []float32, channels int) error {
	drawn, err := view.Colours(tokens, channels)
	if err != nil { // all tokens are the same: there is nothing to tell apart
		return nil
	}
	s.draw(KindTokens, drawn)
	return nil
}

// draw adds a picture to those of its kind.
func (s *Seen) draw(kind string, m image.Image) {
	n := 0
	for _, d := range s.Drawn {
		if d.Kind == kind {
			n++
		}
	}
	s.Drawn = append(s.Drawn, Drawn{kind, n, m})
}

// sideBySide makes of features [groups, N, C] tokens [N, groups·C].
func sideBySide(x []float32, groups, tokens, width int) []float32 {
	out := make([]float32, 0, len(x))
	for i := range tokens {
		for g := range groups {
			from := (g*tokens + i) * width
			out = append(out, x[from:from+width]...)
		}
	}
	return out
}
