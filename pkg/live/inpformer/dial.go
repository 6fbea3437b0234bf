package inpformer

import (
	"fmt"
	"slices"

	"adlab/pkg/experiment"
	"adlab/pkg/live"
	"adlab/pkg/setting"
)

// dial is a slider over a setting that detectors beside have: its first place is each detector's
// own value.
type dial struct {
	id, label string
	name      string   // of the setting
	values    []string // after the first place, as the table of methods reads them
}

// dials are all sliders of this kind. A detector beside has those of its own settings.
var dials = [...]dial{
	{"neighbours", "k pictures", "Neighbours", []string{"1", "5", "20", "50", "150"}},
	{"radius", "radius r", "Radius", []string{"0", "1", "2", "4", "8"}},
	{"variance", "variance kept", "Variance", []string{"0.5", "0.8", "0.9", "0.95", "0.99",
		"0.999"}},
	{"unmasked", "background, too", "Unmasked", []string{"false", "true"}},
}

// has tells whether a detector has the setting.
func (d dial) has(detector string) bool {
	m, err := experiment.MethodOf(detector)
	return err == nil && m.Settings != nil && setting.Has(m.Settings, d.name)
}

// dialPanel are the sliders as they stand: those that no detector beside has are off.
func dialPanel(state State) (panel live.Panel[State]) {
	beside := state.comparisons()
	for i, d := range dials {
		panel = append(panel, live.Choice(live.Range, d.id, d.label,
			append([]string{"its own"}, d.values...), state.Dials[i], func(x *State, at int) {
				x.Dials[i] = at
			}).Only(slices.ContainsFunc(beside, d.has)))
	}
	return panel
}

// dial gives a detector's experiment the settings that are dialled.
func (s State) dial(e experiment.Experiment) (experiment.Experiment, error) {
	var err error
	for i, d := range dials {
		if at := s.Dials[i]; at > 0 && d.has(e.Detector) && err == nil {
			e, err = e.Set(d.name, d.values[at-1])
		}
	}
	return e, err
}

// dialled says them behind a detector's name.
func (s State) dialled(detector string) (words string) {
	for i, d := range dials {
		if at := s.Dials[i]; at > 0 && d.has(detector) {
			words += fmt.Sprintf(", %s %s", d.label, d.values[at-1])
		}
	}
	return words
}
