package exhibit

import (
	"fmt"
	"reflect"
	"strings"

	code "adlab/pkg"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/multiads"
)

// Measurement is one detector, trained and tested.
type Measurement struct {
	Set string `json:"set"` // tested on, one of the benchmarks
	// learned from, all together; none for the tested set
	TrainedOn []string `json:"trained_on,omitempty"`
	// scored by the distance to the image's own prototypes
	Distance   bool                  `json:"distance,omitempty"`
	Experiment experiment.Experiment `json:"experiment"` // without folders and files
}

// Measuring is a detector at its own settings, tested on a set in a profile: one model for all
// categories, learned from the same set.
func Measuring(p experiment.Profile, detector, set string, seed uint64) Measurement {
	e := experiment.Default(LayoutOf(set)).By(detector)
	e.Profile, e.Seed = p.Name, seed
	return Measurement{Set: set, Experiment: e}
}

// With is the measurement with a change in the settings of its detector's own.
func With[S detector.Settings](m Measurement, change func(*S)) Measurement {
	m.Experiment = experiment.With(m.Experiment, change)
	return m
}

// By is the measurement with another detector, at its own settings. One that learns from tokens,
// too, does so in as many steps; for others their number means nothing.
func (m Measurement) By(name string) Measurement {
	if name == m.Experiment.Detector {
		return m
	}
	m.Experiment = m.Experiment.By(name)
	if !m.trains() || m.onPair() {
		m.Experiment.Steps, m.Experiment.Batch = 0, 0
	}
	return m
}

// SingleClass is the measurement with one model a category.
func (m Measurement) SingleClass(p experiment.Profile) Measurement {
	m.Experiment.Setting, m.Experiment.Steps = experiment.SingleClass, p.SingleSteps
	return m
}

// Shots is the measurement learned from k images a category. With the published data sets they are
// those that the official scripts draw.
func (m Measurement) Shots(p experiment.Profile, k int) Measurement {
	m.Experiment.Shots, m.Experiment.Steps = k, p.SingleSteps
	m.Experiment.OfficialShots = p.Name == "paper" && (m.Set == "mvtec" || m.Set == "visa")
	return m
}

// Seeds is the measurement for each seed of the profile.
func (m Measurement) Seeds(p experiment.Profile) (all []Measurement) {
	for _, seed := range p.Seeds {
		m.Experiment.Seed = seed
		all = append(all, m)
	}
	return all
}

// trainedOn are the sets learned from.
func (m Measurement) trainedOn() []string {
	if m.TrainedOn == nil {
		return []string{m.Set}
	}
	return m.TrainedOn
}

// Equal tells whether two are the same.
func (m Measurement) Equal(n Measurement) bool { return reflect.DeepEqual(m, n) }

// method is the entry of the measurement's detector; a name that is not known is a mistake of the
// registry.
func (m Measurement) method() detector.Method {
	entry, err := experiment.MethodOf(m.Experiment.Detector)
	if err != nil {
		panic(err)
	}
	return entry
}

// rooms are those that the measurement's numbers go through besides what all go through.
func (m Measurement) rooms(enc encoder.Encoder) []string {
	return []string{code.RoomOf(m.method().New), code.RoomOf(enc)}
}

// onPair tells the detectors that look through a pair of towers.
func (m Measurement) onPair() bool { return m.method().Sees == detector.Pair }

// trains tells those that learn by steps.
func (m Measurement) trains() bool { return m.method().Trains }

// target tells the experiment which data set it is tested on, where its prompts depend on that.
func (m Measurement) target(e *experiment.Experiment) {
	if s, ok := e.Own.(multiads.Settings); ok {
		s.KBA = m.Set
		e.Own = s
	}
}

// String says in one line what is measured.
func (m Measurement) String() string {
	e := m.Experiment
	s := fmt.Sprintf("%s: %s, %s, seed %d", m.Set, e.Detector, e.Setting, e.Seed)
	if e.Encoder != "" {
		s += ", on " + e.Encoder
	}
	if m.TrainedOn != nil {
		s += ", learned from " + strings.Join(m.TrainedOn, ", ")
	}
	if m.Distance {
		s += ", by distance"
	}
	if e.Detector == "inp-former" {
		s += fmt.Sprintf(", M = %d", experiment.OwnOf[inpformer.Settings](e).INPs)
	}
	if e.Shots > 0 {
		s += fmt.Sprintf(", %d shots", e.Shots)
	}
	if a := experiment.OwnOf[inpformer.Settings](e).Ablation; a != "" {
		s += ", " + a
	}
	return s
}

// head is what of the measurement decides the trained head: measurements with the same head train
// it once.
func (m Measurement) head() string {
	e := m.Experiment
	// adapters know nothing of what they will be tested on, nor of how images will be scored
	if m.method().Sources {
		if e.Layout = ""; e.Detector != "inctrl" { // which learns differences to so many images
			e.Shots = 0
		}
		if own, ok := e.Own.(multiads.Settings); ok {
			own.Rule, own.Filter, own.Types = "", false, false
			e.Own = own
		}
	}
	return fmt.Sprintf("%v %+v", m.trainedOn(), e)
}
