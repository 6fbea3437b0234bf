package experiment

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/plot"
	"adlab/pkg/setting"
	"adlab/pkg/tensorfile"
)

// record is what a model file says beside its parameters: everything that its scores depend on, but
// for a frozen encoder from a file, which is known by its digest.
type record struct {
	Experiment Experiment
	Texts      detector.Texts // the words that the settings rest on
	Encoder    string         // digest
	Scale      plot.Scale
	// Calibration is what tells OK from NG; nil for a model that was trained and not fitted
	Calibration *Calibration
}

// modelVersion is the format of a model file's metadata; olderVersion had no texts in it.
const (
	modelVersion = "adlab model 3"
	olderVersion = "adlab model 2"
)

// drawn is the prefix of the tensors of an encoder that cannot be had anywhere else.
const drawn = "encoder."

// metadata is the record as the header of a safetensors file.
func (r record) metadata() (map[string]string, error) {
	settings, err := json.Marshal(r.Experiment)
	if err != nil {
		return nil, err
	}
	texts, err := json.Marshal(r.Texts)
	if err != nil {
		return nil, err
	}
	made := map[string]string{"format": modelVersion, "experiment": string(settings),
		"texts": string(texts), "encoder": r.Encoder,
		"scale": fmt.Sprintf("%g %g", r.Scale.Low, r.Scale.High)}
	if r.Calibration != nil {
		var calibration []byte
		calibration, err = json.Marshal(r.Calibration)
		made["calibration"] = string(calibration)
	}
	return made, err
}

// readRecord undoes metadata. An older file has no texts.
func readRecord(path string, made map[string]string) (r record, err error) {
	switch made["format"] {
	case modelVersion, olderVersion:
	case "adlab model 1":
		return r, fmt.Errorf("%s: an earlier adlab wrote this model, with settings that have "+
			"been named anew since; train it again", path)
	default:
		if strings.HasPrefix(made["format"], "adlab model ") {
			return r, fmt.Errorf("%s: a later adlab wrote this model (%s); use that one", path,
				made["format"])
		}
		return r, fmt.Errorf("%s: expected a model that `adlab train` wrote, got a file without "+
			"its settings", path)
	}
	if err := json.Unmarshal([]byte(made["experiment"]), &r.Experiment); err != nil {
		return r, fmt.Errorf("%s: settings: %w", path, err)
	}
	if texts := made["texts"]; texts != "" {
		if err := json.Unmarshal([]byte(texts), &r.Texts); err != nil {
			return r, fmt.Errorf("%s: texts: %w", path, err)
		}
	}
	if _, err := fmt.Sscanf(made["scale"], "%g %g", &r.Scale.Low, &r.Scale.High); err != nil {
		return r, fmt.Errorf("%s: colour scale: %w", path, err)
	}
	r.Encoder = made["encoder"]
	r.Calibration, err = readCalibration(path, made["calibration"])
	return r, err
}

// own are the settings of the detector's own, or their defaults.
func (e *Experiment) own() (detector.Settings, error) {
	m, err := MethodOf(e.Detector)
	if e.Own != nil {
		return e.Own, err
	}
	return m.Settings, err
}

// with is the environment in which settings that name these texts have them.
func (v *Env) with(texts detector.Texts) *Env {
	own := *v
	own.texts = texts
	return &own
}

// encoderOfModel opens the encoder with that digest: where one is named, that file, or one in that
// folder; else the program's own, the tensors in the model file, or the file that the experiment
// names, at its place, beside the model, in encoder.Dir, or under another name in one of these two
// folders.
func (v *Env) encoderOfModel(f *tensorfile.File, r *record, named string) (encoder.Encoder, error) {
	e, path := r.Experiment, f.Path()
	m, err := MethodOf(e.Detector)
	if err != nil {
		return nil, err
	}
	p, err := ProfileOf(e.Profile)
	if err != nil {
		return nil, err
	}
	pair := m.Sees == detector.Pair
	name := e.encoder(p, pair)
	entry, program := encoderOf(name, pair)
	var places []string
	switch {
	case named != "":
		if _, err := os.Stat(named); err != nil {
			return nil, setting.Errorf("Encoder", "there is no file %s", named)
		}
		found, _ := filepath.Glob(filepath.Join(named, "*.safetensors"))
		places = append([]string{named}, found...)
	case program && entry.Restore != nil && f.Has(firstDrawn(f)):
		return restore(entry, f, v.request(e, p))
	case program:
		enc, err := v.NewEncoder(e)
		if err == nil && enc.Digest() != r.Encoder {
			err = fmt.Errorf("%s: it was trained on %s with the digest %.16s, and this adlab's "+
				"has %.16s; use the adlab that trained it, or train it again", path, name,
				r.Encoder, enc.Digest())
		}
		return enc, err
	default:
		places = placesOf(name, path)
	}
	var other []string
	var bad error // of a file of its name
	for _, place := range places {
		if _, err := os.Stat(place); err != nil {
			continue
		}
		e.Encoder = place
		enc, err := v.NewEncoder(e)
		switch {
		case err != nil:
			if bad == nil && (place == named || filepath.Base(place) == filepath.Base(name)) {
				bad = err
			}
			continue
		case enc.Digest() == r.Encoder:
			r.Experiment.Encoder = place
			return enc, nil
		}
		other = append(other, fmt.Sprintf("%s has %.16s", place, enc.Digest()))
	}
	looked := fmt.Sprintf("it is not at that place, beside the model, or in %s", encoder.Dir())
	switch {
	case len(other) > 0:
		looked = tensorfile.Few(other)
	case bad != nil:
		return nil, bad
	}
	return nil, setting.Errorf("Encoder", "%s was trained on the encoder %s with the digest "+
		"%.16s; %s; name its file", path, name, r.Encoder, looked)
}

// placesOf are where the file of an encoder may be, likely ones first.
func placesOf(name, model string) (places []string) {
	beside := filepath.Dir(model)
	places = []string{name, filepath.Join(beside, filepath.Base(name))}
	if !filepath.IsAbs(name) {
		places = append(places, filepath.Join(beside, name))
	}
	places = append(places, filepath.Join(encoder.Dir(), filepath.Base(name)))
	for _, dir := range []string{beside, encoder.Dir()} {
		found, _ := filepath.Glob(filepath.Join(dir, "*.safetensors")) // of a pattern without error
		places = append(places, found...)
	}
	seen := map[string]bool{filepath.Clean(model): true}
	return slices.DeleteFunc(places, func(place string) bool {
		known := seen[filepath.Clean(place)]
		seen[filepath.Clean(place)] = true
		return known
	})
}

// firstDrawn is the name of a tensor of an encoder in the model file, or "".
func firstDrawn(f *tensorfile.File) string {
	for _, name := range f.Names() {
		if strings.HasPrefix(name, drawn) {
			return name
		}
	}
	return ""
}

// drawnTensors are those of an encoder that another backend would draw otherwise, as the model file
// has them; none where the encoder can be had again.
func (v *Env) drawnTensors(e Experiment, enc encoder.Encoder) (map[string]layer.Array, error) {
	m, err := MethodOf(e.Detector)
	if err != nil {
		return nil, err
	}
	p, err := ProfileOf(e.Profile)
	if err != nil {
		return nil, err
	}
	entry, ok := encoderOf(e.encoder(p, m.Sees == detector.Pair), m.Sees == detector.Pair)
	source, has := enc.(encoder.Drawn)
	if !ok || entry.Restore == nil || !has {
		return nil, nil
	}
	out := map[string]layer.Array{}
	for name, a := range source.Tensors() {
		out[drawn+name] = a
	}
	return out, nil
}

// restore makes an encoder of the tensors that drawnTensors put into a model file.
func restore(entry encoder.Entry, f *tensorfile.File, r encoder.Request) (encoder.Encoder, error) {
	all, err := layer.ReadAll(f.Without(func(name string) bool {
		return !strings.HasPrefix(name, drawn)
	}))
	if err != nil {
		return nil, err
	}
	arrays := map[string]layer.Array{}
	for name, a := range all {
		arrays[strings.TrimPrefix(name, drawn)] = a
	}
	enc, err := entry.Restore(arrays, r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path(), err)
	}
	return enc, nil
}
