package exhibit

import (
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
)

// Settings are what a profile chooses for all exhibits. Zeros mean the experiment's own for the
// profile.
type Settings struct {
	Profile string `json:"profile"`
	experiment.Tables
}

// SettingsOf gives a profile's settings.
func SettingsOf(profile string) (Settings, error) {
	p, err := experiment.ProfileOf(profile)
	return Settings{p.Name, p.Tables}, err
}

// inpFormer is INP-Former as the paper sets it, one model for all categories of a set.
func (s Settings) inpFormer(set string, seed uint64) Measurement {
	e := experiment.Default(layoutOf(set))
	e.Profile, e.Seed, e.Steps, e.Batch = s.Profile, seed, s.Steps, s.Batch
	e = experiment.With(e, func(own *inpformer.Settings) { own.Blocks = s.Blocks })
	if s.Size == "" { // the paper's numbers are those of its own evaluation
		e.Convention = experiment.INPFormerPrint
	}
	return Measurement{Set: set, Experiment: e}
}

// singleClass is one model a category.
func (s Settings) singleClass(m Measurement) Measurement {
	m.Experiment.Setting, m.Experiment.Steps = experiment.SingleClass, s.SingleSteps
	return m
}

// shots learns from k images a category. With the published data sets they are those that the
// official scripts draw.
func (s Settings) shots(m Measurement, k int) Measurement {
	m.Experiment.Shots, m.Experiment.Steps = k, s.SingleSteps
	m.Experiment.OfficialShots = s.Profile == "paper" && (m.Set == "mvtec" || m.Set == "visa")
	return m
}

// seeds is a measurement for each seed.
func (s Settings) seeds(m Measurement) (all []Measurement) {
	for _, seed := range s.Seeds {
		m.Experiment.Seed = seed
		all = append(all, m)
	}
	return all
}

// by is the measurement with another detector, at its own settings.
func (m Measurement) by(detector string) Measurement {
	if detector == m.Experiment.Detector {
		return m
	}
	m.Experiment = m.Experiment.By(detector)
	m.Experiment.Steps, m.Experiment.Batch = 0, 0
	return m
}
