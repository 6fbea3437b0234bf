package view

import (
	"context"
	"fmt"
	"path/filepath"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/tensorfile"
)

// Predicted is what was written for one image.
type Predicted struct {
	Image string  `json:"image"`
	Score float64 `json:"score"`
	// the answer, of a model that tells types apart
	Types []detector.Found `json:"types,omitempty"`
	// safetensors with the tensors "map" and "type.NAME", 256 × 256 float32
	Map     string `json:"map"`
	Heat    string `json:"heat"`    // PNG
	Overlay string `json:"overlay"` // PNG
	ByType  string `json:"by_type,omitempty"`
}

// Predict scores images with a model and writes map and overlay of each into a folder. Every image
// is decoded before anything is written.
func Predict(ctx context.Context, v *experiment.Env, m *experiment.Model, asked experiment.Asked,
	out string) ([]Predicted, error) {
	asked.Range = m.Experiment.Range
	stems := map[string]string{}
	for _, path := range asked.Images {
		name := stem(path)
		if other, twice := stems[name]; twice {
			return nil, fmt.Errorf("predict: %s and %s would both be written as %s; give them "+
				"different names", other, path, name)
		}
		stems[name] = path
	}
	predictions, err := m.Predict(ctx, asked)
	if err != nil {
		return nil, err
	}
	made := map[string]string{"adlab": "anomaly map", "model": m.Digest,
		"encoder": m.Encoder.Name() + " " + m.Encoder.Digest()[:16], "backend": v.Backend.Short(),
		"processor": v.Backend.Bits()}
	var results []Predicted
	for loaded, err := range datasets.Images(ctx, asked.Samples(), 1) {
		if err != nil {
			return nil, err
		}
		r, err := write(m, loaded, predictions[loaded.Index], out, made)
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

// write writes one image's map and pictures.
func write(m *experiment.Model, loaded datasets.Loaded, p detector.Prediction, out string,
	made map[string]string) (Predicted, error) {
	base := filepath.Join(out, stem(loaded.Sample.Path))
	r := Predicted{Image: loaded.Sample.Path, Score: p.Score, Map: base + ".map.safetensors",
		Heat: base + ".map.png", Overlay: base + ".overlay.png"}
	made["image"], made["score"] = filepath.Base(r.Image), fmt.Sprintf("%.6f", p.Score)
	t := map[string]tensorfile.Tensor{"map": tensorfile.F32(p.Map, detector.MapSide,
		detector.MapSide)}
	for name, types := range p.Types {
		t["type."+name] = tensorfile.F32(types, detector.MapSide, detector.MapSide)
	}
	if err := tensorfile.Write(r.Map, t, made); err != nil {
		return r, err
	}
	if err := plot.WritePNG(r.Heat, plot.HeatMap(p.Map, detector.MapSide, m.Scale),
		made); err != nil {
		return r, err
	}
	picture := m.Encoder.Transform().Picture(loaded.Image)
	overlay := plot.Overlay(picture, p.Map, detector.MapSide, m.Scale)
	if err := plot.WritePNG(r.Overlay, overlay, made); err != nil {
		return r, err
	}
	typed, ok := m.Detector.(detector.Typed)
	if !ok || p.Types == nil {
		return r, nil
	}
	r.Types, r.ByType = typed.Answer(p), base+".types.png"
	panel := TypePanel(loaded.Sample.Category+": "+multiads.Words(r.Types), picture.Image(),
		picture, p.Types, typed.Taps())
	return r, plot.WritePNG(r.ByType, panel, made)
}

// stem is a file's name without its ending.
func stem(path string) string {
	name := filepath.Base(path)
	return name[:len(name)-len(filepath.Ext(name))]
}
