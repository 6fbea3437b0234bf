package experiment

import (
	"context"
	"fmt"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
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
	// Calibration is what tells OK from NG; nil where the model was trained and not fitted
	Calibration *Calibration
}

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
	set, err := e.OpenTrain()
	if err != nil {
		return nil, err
	}
	v.say(set.Notes)
	e.Range = set.Range
	enc, err := v.NewEncoder(e)
	if err != nil {
		return nil, err
	}
	own, err := e.own()
	if err != nil {
		return nil, err
	}
	texts, err := detector.TextsOf(own, e.Common) // before the work: what it is trained with
	if err != nil {
		return nil, err
	}
	d, err := v.with(texts).FitCategory(ctx, e, enc, set, datasets.Category{})
	if err != nil {
		return nil, err
	}
	scale, err := normalScale(ctx, d, set.Train())
	if err != nil {
		return nil, err
	}
	m := &Model{Experiment: e, Encoder: enc, Detector: d.(detector.Trainable), Scale: scale}
	return m, v.write(m, texts, out)
}

// write writes a model's file.
func (v *Env) write(m *Model, texts detector.Texts, out string) error {
	made, err := record{m.Experiment, texts, m.Encoder.Digest(), m.Scale,
		m.Calibration}.metadata()
	if err != nil {
		return err
	}
	made["backend"], made["processor"] = v.Backend.Short(), v.Backend.Bits()
	beside, err := v.drawnTensors(m.Experiment, m.Encoder)
	if err != nil {
		return err
	}
	return train.SaveStore(out, m.Detector.Store(), beside, made)
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
// the one it was trained on: the file named encoder, or where that is "" the one that is found by
// its digest (see encoderOfModel). Features of the pictures that it is asked about are not kept
// unless Keep says so.
func (v *Env) OpenModel(path, encoder string) (*Model, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.CheckFinite(); err != nil {
		return nil, err
	}
	r, err := readRecord(path, f.Metadata())
	if err != nil {
		return nil, err
	}
	m := &Model{Digest: f.Digest(), Scale: r.Scale, Calibration: r.Calibration}
	if m.Encoder, err = v.encoderOfModel(f, &r, encoder); err != nil {
		return nil, err
	}
	m.Experiment = r.Experiment
	if r.Texts == nil {
		v.sayWordless(path, r.Experiment)
	}
	d, err := v.with(r.Texts).untrained(m.Experiment, m.Encoder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var ok bool
	if m.Detector, ok = d.(detector.Trainable); !ok {
		return nil, fmt.Errorf("%s: %s has no parameters that a file could hold", path, d.Name())
	}
	own := f.Without(func(name string) bool { return strings.HasPrefix(name, drawn) })
	if d, ok := m.Detector.(detector.Remembering); ok {
		arrays, err := layer.ReadAll(own)
		if err != nil {
			return nil, err
		}
		if err := d.Recall(arrays); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return m, nil
	}
	return m, train.LoadFile(own, m.Detector.Store())
}

// sayWordless tells that an older model file does not hold the words of its method.
func (v *Env) sayWordless(path string, e Experiment) {
	if own, err := e.own(); err == nil {
		if _, wordy := own.(detector.Wordy); wordy {
			v.Progress.Say("note: %s is of an earlier adlab, without its prompts and sentences: "+
				"they are read as they are now; train it again to keep them", path)
		}
	}
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
	j.Encoder, j.Alone, j.Passing = enc, true, !v.Keep
	if j.Settings == nil {
		j.Settings = m.Settings
	}
	return m.New(j)
}
