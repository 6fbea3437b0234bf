package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"adlab/datasets"
	"adlab/pkg/clip"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/inpformer"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"

	"github.com/gomlx/gomlx/ml/model"
)

// Model is a trained INP-Former or MultiADS with its encoder and the colour scale of normal images.
type Model struct {
	Experiment Experiment
	Encoder    encoder.Encoder
	Detector   trainable
	Scale      plot.Scale
	Digest     string // SHA-256 of the file that it was read from
}

// trainable is a detector with parameters to keep.
type trainable interface {
	detector.Detector
	Store() *model.Store
}

// modelVersion is the format of a model file's metadata.
const modelVersion = "adlab model 1"

// Train trains INP-Former on a data set's normal images, or MultiADS on its sources for a data set,
// and writes it to out.
func (l *Lab) Train(ctx context.Context, e Experiment, out string) (*Model, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if e.Detector != "inp-former" && e.Detector != "multiads" {
		return nil, fmt.Errorf("--detector: train writes models of inp-former and multiads; "+
			"evaluate %s with `adlab eval`", e.Detector)
	}
	if e.Setting != "multi-class" {
		return nil, fmt.Errorf("--setting: a model is one for all categories; expected "+
			"multi-class, got %s", e.Setting)
	}
	set, err := e.open()
	if err != nil {
		return nil, err
	}
	enc, err := l.NewEncoder(e)
	if err != nil {
		return nil, err
	}
	d, _, err := l.fitCategory(ctx, e, enc, set, datasets.Category{})
	if err != nil {
		return nil, err
	}
	scale, err := normalScale(ctx, d, set.Train())
	if err != nil {
		return nil, err
	}
	m := &Model{Experiment: e, Encoder: enc, Detector: d.(trainable), Scale: scale}
	settings, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return m, train.SaveStore(out, m.Detector.Store(), map[string]string{
		"format": modelVersion, "experiment": string(settings), "encoder": enc.Digest(),
		"scale": fmt.Sprintf("%g %g", scale.Low, scale.High), "backend": l.Backend.Short(),
	})
}

// normalScale is a colour scale from what a detector says of some of its own training images: it
// starts at the smallest value and ends at twice the largest but for one in a thousand, so that
// normal pictures stay dark.
func normalScale(ctx context.Context, d detector.Detector, samples []datasets.Sample) (plot.Scale,
	error) {
	const some = 48
	var maps [][]float32
	for p, err := range d.Predict(ctx, samples[:min(some, len(samples))]) {
		if err != nil {
			return plot.Scale{}, err
		}
		maps = append(maps, p.Map)
	}
	s := plot.ScaleOf(0.999, maps...)
	return plot.Scale{Low: s.Low, High: s.Low + 2*(s.High-s.Low)}, nil
}

// OpenModel reads a model that Train wrote. Names and shapes are checked, and that the encoder is
// the one it was trained on.
func (l *Lab) OpenModel(path string) (*Model, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.CheckFinite(); err != nil {
		return nil, err
	}
	made := f.Metadata()
	m := &Model{Digest: f.Digest()}
	if made["format"] != modelVersion {
		return nil, fmt.Errorf("%s: expected a model that `adlab train` wrote, got a file without "+
			"its settings", path)
	}
	if err := json.Unmarshal([]byte(made["experiment"]), &m.Experiment); err != nil {
		return nil, fmt.Errorf("%s: settings: %w", path, err)
	}
	if _, err := fmt.Sscanf(made["scale"], "%g %g", &m.Scale.Low, &m.Scale.High); err != nil {
		return nil, fmt.Errorf("%s: colour scale: %w", path, err)
	}
	if m.Encoder, err = l.NewEncoder(m.Experiment); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if m.Encoder.Digest() != made["encoder"] {
		return nil, fmt.Errorf("%s: it was trained on another encoder than %s; train it again",
			path, m.Encoder.Name())
	}
	if m.Detector, err = l.untrained(m.Experiment, m.Encoder); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, train.LoadStore(path, m.Detector.Store())
}

// untrained is the detector that a model file's tensors belong to. MultiADS then scores images one
// by one, with a map for each type.
func (l *Lab) untrained(e Experiment, enc encoder.Encoder) (trainable, error) {
	if e.Detector == "multiads" {
		d, _, err := l.newMultiADS(e, enc.(clip.TapEncoder).Model)
		if err == nil {
			d.Typed, d.Alone, d.Shots = true, true, 0
		}
		return d, err
	}
	return inpformer.New(e.head(enc.Width(), enc.Grid()), l.Extractor(enc),
		train.Options{Seed: e.Seed})
}

// ErrNoImages is what Predict says to an empty list.
var ErrNoImages = errors.New("predict: expected at least one image")

// Predicted is what Predict wrote for one image.
type Predicted struct {
	Image string  `json:"image"`
	Score float64 `json:"score"`
	// the answer, of a model that tells types apart
	Types []multiads.Found `json:"types,omitempty"`
	// safetensors with the tensors "map" and "type.NAME", 256 × 256 float32
	Map     string `json:"map"`
	Heat    string `json:"heat"`    // PNG
	Overlay string `json:"overlay"` // PNG
	ByType  string `json:"by_type,omitempty"`
}

// Asked is what a model is asked to look at.
type Asked struct {
	Images     []string
	Category   string   // what is in the pictures, for MultiADS's prompts
	References []string // normal pictures of the same, for MultiADS: few-shot
}

// Predict scores images and writes map and overlay of each into a folder. Every image is decoded
// before anything is written.
func (l *Lab) Predict(ctx context.Context, m *Model, asked Asked, out string) ([]Predicted, error) {
	if len(asked.Images) == 0 {
		return nil, ErrNoImages
	}
	samples := make([]datasets.Sample, len(asked.Images))
	stems := map[string]string{}
	for i, path := range asked.Images {
		samples[i] = datasets.Sample{ID: path, Path: path, Category: asked.Category}
		name := stem(path)
		if other, twice := stems[name]; twice {
			return nil, fmt.Errorf("predict: %s and %s would both be written as %s; give them "+
				"different names", other, path, name)
		}
		stems[name] = path
	}
	taps := 0
	switch d := m.Detector.(type) {
	case *multiads.Detector:
		taps, d.Shots = len(d.Model().Config.Taps), len(asked.References)
		var references []datasets.Sample
		for _, path := range asked.References {
			references = append(references, datasets.Sample{ID: path, Path: path,
				Category: asked.Category})
		}
		if err := d.Fit(ctx, references); err != nil {
			return nil, err
		}
	default:
		if len(asked.References) > 0 {
			return nil, fmt.Errorf("predict: normal references are for multiads, and the model is "+
				"of %s", d.Name())
		}
	}
	var predictions []detector.Prediction
	for p, err := range m.Detector.Predict(ctx, samples) {
		if err != nil {
			return nil, err
		}
		predictions = append(predictions, p)
	}
	made := map[string]string{"adlab": "anomaly map", "model": m.Digest,
		"encoder": m.Encoder.Name() + " " + m.Encoder.Digest()[:16], "backend": l.Backend.Short()}
	var results []Predicted
	for loaded, err := range datasets.Images(ctx, samples, 1) {
		if err != nil {
			return nil, err
		}
		p, base := predictions[loaded.Index], filepath.Join(out, stem(loaded.Sample.Path))
		r := Predicted{Image: loaded.Sample.Path, Score: p.Score, Map: base + ".map.safetensors",
			Heat: base + ".map.png", Overlay: base + ".overlay.png"}
		made["image"], made["score"] = filepath.Base(r.Image), fmt.Sprintf("%.6f", p.Score)
		t := map[string]tensorfile.Tensor{"map": tensorfile.F32(p.Map, detector.MapSide,
			detector.MapSide)}
		for name, types := range p.Types {
			t["type."+name] = tensorfile.F32(types, detector.MapSide, detector.MapSide)
		}
		if err := tensorfile.Write(r.Map, t, made); err != nil {
			return nil, err
		}
		if err := plot.WritePNG(r.Heat, plot.HeatMap(p.Map, detector.MapSide, m.Scale),
			made); err != nil {
			return nil, err
		}
		picture := m.Encoder.Transform().Picture(loaded.Image)
		if err := plot.WritePNG(r.Overlay, plot.Overlay(picture, p.Map, detector.MapSide, m.Scale),
			made); err != nil {
			return nil, err
		}
		if p.Types != nil {
			r.Types, r.ByType = multiads.Answer(p, taps), base+".types.png"
			panel := TypePanel(loaded.Sample.Category+": "+multiads.Words(r.Types), picture.Image(),
				picture, p, taps)
			if err := plot.WritePNG(r.ByType, panel, made); err != nil {
				return nil, err
			}
		}
		results = append(results, r)
	}
	return results, nil
}

func stem(path string) string {
	name := filepath.Base(path)
	return name[:len(name)-len(filepath.Ext(name))]
}
