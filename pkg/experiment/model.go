package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/plot"
	"adlab/pkg/setting"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"
)

// Model is a trained INP-Former or MultiADS with its encoder and the colour scale of normal images.
type Model struct {
	Experiment Experiment
	Encoder    encoder.Encoder
	Detector   detector.Trainable
	Scale      plot.Scale
	Digest     string // SHA-256 of the file that it was read from
}

// modelVersion is the format of a model file's metadata.
const modelVersion = "adlab model 2"

// Train trains INP-Former on a data set's normal images, or MultiADS on its sources for a data set,
// and writes it to out.
func (v *Env) Train(ctx context.Context, e Experiment, out string) (*Model, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if m, err := MethodOf(e.Detector); err != nil || !m.Trains {
		return nil, setting.Errorf("Detector", "a model is of %s; evaluate %s instead",
			strings.Join(MethodNames(func(m detector.Method) bool { return m.Trains }), ", "),
			e.Detector)
	}
	if e.Setting != MultiClass {
		return nil, setting.Errorf("Setting", "a model is one for all categories; expected %s, "+
			"got %s", MultiClass, e.Setting)
	}
	set, err := e.Open()
	if err != nil {
		return nil, err
	}
	enc, err := v.NewEncoder(e)
	if err != nil {
		return nil, err
	}
	d, err := v.FitCategory(ctx, e, enc, set, datasets.Category{})
	if err != nil {
		return nil, err
	}
	scale, err := normalScale(ctx, d, set.Train())
	if err != nil {
		return nil, err
	}
	m := &Model{Experiment: e, Encoder: enc, Detector: d.(detector.Trainable), Scale: scale}
	settings, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return m, train.SaveStore(out, m.Detector.Store(), map[string]string{
		"format": modelVersion, "experiment": string(settings), "encoder": enc.Digest(),
		"scale": fmt.Sprintf("%g %g", scale.Low, scale.High), "backend": v.Backend.Short(),
		"processor": v.Backend.Bits(),
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
func (v *Env) OpenModel(path string) (*Model, error) {
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
	if made["format"] == "adlab model 1" {
		return nil, fmt.Errorf("%s: an earlier adlab wrote this model, with settings that have "+
			"been named anew since; train it again", path)
	}
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
	if m.Encoder, err = v.NewEncoder(m.Experiment); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if m.Encoder.Digest() != made["encoder"] {
		return nil, fmt.Errorf("%s: it was trained on another encoder than %s; train it again",
			path, m.Encoder.Name())
	}
	d, err := v.untrained(m.Experiment, m.Encoder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var ok bool
	if m.Detector, ok = d.(detector.Trainable); !ok {
		return nil, fmt.Errorf("%s: %s has no parameters that a file could hold", path, d.Name())
	}
	return m, train.LoadStore(path, m.Detector.Store())
}

// untrained is the detector that a model file's tensors belong to. It will be asked about single
// pictures.
func (v *Env) untrained(e Experiment, enc encoder.Encoder) (detector.Detector, error) {
	m, err := MethodOf(e.Detector)
	if err != nil {
		return nil, err
	}
	e.Shots = 0
	j := v.job(e)
	j.Encoder, j.Alone = enc, true
	if j.Settings == nil {
		j.Settings = m.Settings
	}
	return m.New(j)
}
