// Package experiment makes of a description numbers: the tables of methods and encoders, profiles,
// an experiment as a value, and what is done with one: fit, evaluate, report, keep as a file. It
// knows no flags and draws no pictures.
package experiment

import (
	"encoding/json"
	"reflect"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"
	"adlab/pkg/setting"
)

// The settings of how many models there are.
const (
	SingleClass = "single-class" // one model a category
	MultiClass  = "multi-class"  // one for all
)

// Experiment says everything that an evaluation's numbers depend on, but for the backend. Zero
// values are filled in by the profile.
type Experiment struct {
	detector.Common
	Data         string // folder; "" for the fetched copy of what Fetch knows
	Detector     string // by its name in Methods
	Profile      string // smoke, tiny, paper
	Setting      string // SingleClass or MultiClass
	Encoder      string // by its name in the table of encoders, or a file; "" for the profile's
	Resize, Crop int    // pixels; 0 for the encoder's own, at the profile's size where that can be
	Limit        datasets.Options
	Convention   Convention
	Bootstrap    int `json:",omitzero"` // resamples of the test pictures for intervals; 0 for none
	// of the values of pictures that do not say it themselves, as a data set has it for all
	Range imageio.Range `json:",omitzero"`
	// drawn as INP-Former's scripts draw them, for 1, 2 and 4 shots of MVTec-AD and VisA
	OfficialShots bool
	// Own are the settings of the detector's own, of the type that its entry has; nil for their
	// defaults.
	Own detector.Settings
}

// Default is INP-Former, one model for all categories, with seed 1.
func Default(layout string) Experiment {
	return Experiment{Common: detector.Common{Layout: layout, Seed: 1}, Detector: "inp-former",
		Profile: "tiny", Setting: MultiClass, Convention: Exact}
}

// By is the experiment with another detector at that one's own settings.
func (e Experiment) By(name string) Experiment {
	e.Detector, e.Own = name, nil
	return e
}

// OwnOf are the settings of the detector's own: the experiment's, or their defaults where it has
// none of that type.
func OwnOf[S detector.Settings](e Experiment) S {
	if s, ok := e.Own.(S); ok {
		return s
	}
	m, err := MethodOf(e.Detector)
	if s, ok := m.Settings.(S); ok && err == nil {
		return s
	}
	var zero S
	return zero
}

// With is the experiment with a change in the settings of the detector's own.
func With[S detector.Settings](e Experiment, change func(*S)) Experiment {
	s := OwnOf[S](e)
	change(&s)
	e.Own = s
	return e
}

// Set is the experiment with a setting of the detector's own called name as texts say it: one, but
// for lists.
func (e Experiment) Set(name string, texts ...string) (Experiment, error) {
	m, err := MethodOf(e.Detector)
	if err != nil {
		return e, err
	}
	if e.Own == nil {
		e.Own = m.Settings
	}
	if m.Settings == nil || !setting.Has(m.Settings, name) {
		return e, setting.Errorf(name, "it is for %s, and the detector is %s; leave it out",
			strings.Join(owners(name), ", "), e.Detector)
	}
	own, err := setting.With(e.Own, name, texts...)
	if err == nil {
		e.Own = own.(detector.Settings)
	}
	return e, err
}

// UnmarshalJSON reads the detector's own settings as its entry has them.
func (e *Experiment) UnmarshalJSON(b []byte) error {
	type plain Experiment
	x := struct {
		*plain
		Own json.RawMessage
	}{plain: (*plain)(e)}
	if err := json.Unmarshal(b, &x); err != nil {
		return err
	}
	e.Own = nil
	if len(x.Own) == 0 || string(x.Own) == "null" {
		return nil
	}
	m, err := MethodOf(e.Detector)
	if err != nil {
		return err
	}
	if m.Settings == nil {
		return setting.Errorf("Own", "%s has no settings of its own", m.Name)
	}
	own := reflect.New(reflect.TypeOf(m.Settings))
	err = json.Unmarshal(x.Own, own.Interface())
	e.Own = own.Elem().Interface().(detector.Settings)
	return err
}

// Validate checks every setting and fills in the profile's and the method's before any work starts.
func (e *Experiment) Validate() error {
	p, err := ProfileOf(e.Profile)
	if err != nil {
		return err
	}
	m, err := MethodOf(e.Detector)
	if err != nil {
		return err
	}
	switch {
	case e.Setting != SingleClass && e.Setting != MultiClass:
		return setting.Errorf("Setting", "expected %s or %s, got %q", SingleClass, MultiClass,
			e.Setting)
	case e.Shots < 0 || e.OfficialShots && e.Shots == 0:
		return setting.Errorf("Shots", "expected at least 1 image a category, got %d", e.Shots)
	case e.Steps < 0:
		return setting.Errorf("Steps", "expected at least 1, got %d", e.Steps)
	case e.Batch < 0:
		return setting.Errorf("Batch", "expected at least 1, got %d", e.Batch)
	case e.Bootstrap < 0 || e.Bootstrap > MostResamples:
		return setting.Errorf("Bootstrap", "expected 0 to %d resamples, got %d", MostResamples,
			e.Bootstrap)
	case e.Rate < 0 || e.Rate != e.Rate:
		return setting.Errorf("Rate", "expected a positive learning rate, got %g", e.Rate)
	}
	if err := e.Convention.Validate(); err != nil {
		return err
	}
	if err := e.validateEncoder(p, m); err != nil {
		return err
	}
	if err := e.validateOwn(m); err != nil {
		return err
	}
	if !e.Limit.Limited() {
		e.Limit.TrainLimit, e.Limit.TestLimit = p.Limit.TrainLimit, p.Limit.TestLimit
	}
	if m.Sees == detector.Pair && !p.PairSteps { // the revision's batch and epochs
		return nil
	}
	if e.Steps == 0 {
		e.Steps = p.Alone.Steps
	}
	if e.Batch == 0 {
		e.Batch = p.Alone.Batch
	}
	return nil
}

// paperWeights names what the paper profile's encoder is.
var paperWeights = map[detector.Sees]string{
	detector.Pair: "CLIP ViT-L/14-336 of OpenAI, under OpenCLIP's or Hugging Face's names",
	detector.Tokens: "DINOv2 with registers, dinov2_vitb14_reg4, under official, timm or Hugging " +
		"Face names",
}

// validateEncoder checks the name of what the method looks through.
func (e *Experiment) validateEncoder(p Profile, m detector.Method) error {
	if m.Sees == detector.Pixels {
		return nil
	}
	pair := m.Sees == detector.Pair
	x, named := encoderOf(e.Encoder, pair)
	if e.Profile == "paper" && (e.Encoder == "" || named && !x.Weightless) {
		return setting.Errorf("Encoder", "profile paper needs weights: download %s (as "+
			"safetensors) and name the file", paperWeights[m.Sees])
	}
	return checkEncoder(e.encoder(p, pair), pair)
}

// validateOwn checks the settings of the method's own.
func (e *Experiment) validateOwn(m detector.Method) error {
	if e.Own == nil {
		e.Own = m.Settings
	}
	if e.Own == nil {
		return nil
	}
	if m.Settings == nil || reflect.TypeOf(e.Own) != reflect.TypeOf(m.Settings) {
		return setting.Errorf("Own", "the settings are of another method than %s", m.Name)
	}
	return e.Own.Validate(e.Common)
}
