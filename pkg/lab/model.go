package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"
)

// Model is a trained INP-Former with its encoder and the colour scale of its normal images.
type Model struct {
	Experiment Experiment
	Encoder    encoder.Encoder
	Detector   *inpformer.Detector
	Scale      plot.Scale
}

// modelVersion is the format of a model file's metadata.
const modelVersion = "adlab model 1"

// Train trains INP-Former on a data set's normal images and writes it to out.
func (l *Lab) Train(ctx context.Context, e Experiment, out string) (*Model, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if e.Detector != "inp-former" {
		return nil, fmt.Errorf("--detector: train writes inp-former models; evaluate %s with `adlab eval`", e.Detector)
	}
	set, err := e.open()
	if err != nil {
		return nil, err
	}
	enc, err := l.NewEncoder(e)
	if err != nil {
		return nil, err
	}
	samples := set.Train()
	d, err := l.Fit(ctx, e, enc, samples)
	if err != nil {
		return nil, err
	}
	scale, err := normalScale(ctx, d, samples)
	if err != nil {
		return nil, err
	}
	m := &Model{e, enc, d.(*inpformer.Detector), scale}
	settings, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return m, train.SaveStore(out, m.Detector.Store(), map[string]string{
		"format": modelVersion, "experiment": string(settings), "encoder": enc.Digest(),
		"scale": fmt.Sprintf("%g %g", scale.Low, scale.High), "backend": l.Backend.Short(),
	})
}

// normalScale is a colour scale from what a detector says of some of its own training images: it starts at the smallest value and
// ends at twice the largest but for one in a thousand, so that normal pictures stay dark.
func normalScale(ctx context.Context, d detector.Detector, samples []datasets.Sample) (plot.Scale, error) {
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

// OpenModel reads a model that Train wrote. Names and shapes are checked, and that the encoder is the one it was trained
// on.
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
	m := &Model{}
	if made["format"] != modelVersion {
		return nil, fmt.Errorf("%s: expected a model that `adlab train` wrote, got a file without its settings", path)
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
		return nil, fmt.Errorf("%s: it was trained on another encoder than %s; train it again", path, m.Encoder.Name())
	}
	cfg := m.Experiment.head(m.Encoder.Width(), m.Encoder.Grid())
	if m.Detector, err = inpformer.New(cfg, l.Extractor(m.Encoder), train.Options{Seed: m.Experiment.Seed}); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, train.LoadStore(path, m.Detector.Store())
}

// ErrNoImages is what Predict says to an empty list.
var ErrNoImages = errors.New("predict: expected at least one image")

// Predicted is what Predict wrote for one image.
type Predicted struct {
	Image   string  `json:"image"`
	Score   float64 `json:"score"`
	Map     string  `json:"map"`     // safetensors with the tensor "map", 256 × 256 float32
	Heat    string  `json:"heat"`    // PNG
	Overlay string  `json:"overlay"` // PNG
}

// Predict scores images and writes map and overlay of each into a folder. Every image is decoded before anything is
// written.
func (l *Lab) Predict(ctx context.Context, m *Model, paths []string, out string) ([]Predicted, error) {
	if len(paths) == 0 {
		return nil, ErrNoImages
	}
	samples := make([]datasets.Sample, len(paths))
	stems := map[string]string{}
	for i, path := range paths {
		samples[i] = datasets.Sample{ID: path, Path: path}
		name := stem(path)
		if other, twice := stems[name]; twice {
			return nil, fmt.Errorf("predict: %s and %s would both be written as %s; give them different names", other, path, name)
		}
		stems[name] = path
	}
	var predictions []detector.Prediction
	for p, err := range m.Detector.Predict(ctx, samples) {
		if err != nil {
			return nil, err
		}
		predictions = append(predictions, p)
	}
	made := map[string]string{"adlab": "anomaly map", "encoder": m.Encoder.Name() + " " + m.Encoder.Digest()[:16], "backend": l.Backend.Short()}
	var results []Predicted
	for loaded, err := range datasets.Images(ctx, samples, 1) {
		if err != nil {
			return nil, err
		}
		p, base := predictions[loaded.Index], filepath.Join(out, stem(loaded.Sample.Path))
		r := Predicted{Image: loaded.Sample.Path, Score: p.Score, Map: base + ".map.safetensors", Heat: base + ".map.png", Overlay: base + ".overlay.png"}
		made["image"], made["score"] = filepath.Base(r.Image), fmt.Sprintf("%.6f", p.Score)
		t := map[string]tensorfile.Tensor{"map": tensorfile.F32(p.Map, detector.MapSide, detector.MapSide)}
		if err := tensorfile.Write(r.Map, t, made); err != nil {
			return nil, err
		}
		if err := plot.WritePNG(r.Heat, plot.HeatMap(p.Map, detector.MapSide, m.Scale), made); err != nil {
			return nil, err
		}
		picture := m.Encoder.Transform().Picture(loaded.Image)
		if err := plot.WritePNG(r.Overlay, plot.Overlay(picture, p.Map, detector.MapSide, m.Scale), made); err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

func stem(path string) string {
	name := filepath.Base(path)
	return name[:len(name)-len(filepath.Ext(name))]
}
