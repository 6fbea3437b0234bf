package exhibit

import (
	"fmt"
	"slices"

	"adlab/pkg/lab"
)

// Settings are what a profile chooses for all exhibits. Zeros mean the lab's own for the profile.
type Settings struct {
	Profile string `json:"profile"`
	// of the generated benchmarks; "" for the published data sets
	Size string `json:"size,omitempty"`
	// of the tables' main rows; all else takes the first
	Seeds       []uint64 `json:"seeds"`
	Steps       int      `json:"steps"`        // of a head for one or several sets
	SingleSteps int      `json:"single_steps"` // of a head for one category, or for a few images
	Batch       int      `json:"batch"`
	// of MultiADS: few, of many images, for adapters that learn longer learn what is the source's
	// alone
	AdapterSteps int   `json:"adapter_steps"`
	AdapterBatch int   `json:"adapter_batch"`
	Blocks       int   `json:"blocks"`     // decoder blocks
	Prototypes   []int `json:"prototypes"` // the values of M in Figure 6
	Shots        []int `json:"shots"`
	Cases        int   `json:"cases"` // pictures in a row of a figure
	// of MultiADS's zero-shot table that are measured; none stands for all
	Targets []string `json:"targets,omitempty"`
}

var profiles = []Settings{
	{Profile: "smoke", Size: "smoke", Seeds: []uint64{1}, Steps: 3, SingleSteps: 3, Batch: 4,
		AdapterSteps: 3, AdapterBatch: 4, Blocks: 2, Prototypes: []int{1, 6}, Shots: []int{4},
		Cases: 2, Targets: []string{"mad-real"}},
	{Profile: "tiny", Size: "tiny", Seeds: []uint64{1, 2, 3}, Steps: 200, SingleSteps: 80, Batch: 8,
		AdapterSteps: 60, AdapterBatch: 32, Prototypes: []int{1, 2, 4, 6, 8, 16},
		Shots: []int{1, 2, 4}, Cases: 6},
	{Profile: "paper", Seeds: []uint64{1}, Prototypes: []int{1, 2, 4, 6, 8, 16},
		Shots: []int{1, 2, 4}, Cases: 6},
}

// Profiles lists the profiles' names.
func Profiles() []string { return []string{"smoke", "tiny", "paper"} }

// SettingsOf gives a profile's settings.
func SettingsOf(profile string) (Settings, error) {
	i := slices.IndexFunc(profiles, func(s Settings) bool { return s.Profile == profile })
	if i < 0 {
		return Settings{}, fmt.Errorf("--profile: expected smoke, tiny or paper, got %q", profile)
	}
	return profiles[i], nil
}

// inpFormer is INP-Former as the paper sets it, one model for all categories of a set.
func (s Settings) inpFormer(set string, seed uint64) Measurement {
	e := lab.Default(layoutOf(set))
	e.Profile, e.Seed, e.Steps, e.Batch, e.Blocks = s.Profile, seed, s.Steps, s.Batch, s.Blocks
	if s.Size == "" { // the paper's numbers are those of its own evaluation
		e.Convention = lab.INPFormerPrint
	}
	return Measurement{Set: set, Experiment: e}
}

// singleClass is one model a category.
func (s Settings) singleClass(m Measurement) Measurement {
	m.Experiment.Setting, m.Experiment.Steps = "single-class", s.SingleSteps
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

// by is the measurement with another detector. Only INP-Former has steps and a head.
func (m Measurement) by(detector string) Measurement {
	m.Experiment.Detector = detector
	if detector != "inp-former" {
		m.Experiment.Steps, m.Experiment.Batch, m.Experiment.Blocks = 0, 0, 0
	}
	return m
}
