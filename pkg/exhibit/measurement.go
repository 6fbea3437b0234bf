package exhibit

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	code "adlab/pkg"
	"adlab/pkg/detector"
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

// trainedOn are the sets learned from.
func (m Measurement) trainedOn() []string {
	if m.TrainedOn == nil {
		return []string{m.Set}
	}
	return m.TrainedOn
}

func (m Measurement) equal(n Measurement) bool { return reflect.DeepEqual(m, n) }

// method is the entry of the measurement's detector; a name that is not known is a mistake of the
// registry.
func (m Measurement) method() detector.Method {
	entry, err := experiment.MethodOf(m.Experiment.Detector)
	if err != nil {
		panic(err)
	}
	return entry
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

// change changes MultiADS's own settings.
func (m *Measurement) change(change func(*multiads.Settings)) {
	m.Experiment = experiment.With(m.Experiment, change)
}

// source adds a data set to learn from, KEY=FOLDER.
func (m Measurement) source(e *experiment.Experiment, source string) {
	switch s := e.Own.(type) {
	case multiads.Settings:
		s.Sources = append(slices.Clip(s.Sources), source)
		e.Own = s
	case multiads.Learning:
		s.Sources = append(slices.Clip(s.Sources), source)
		e.Own = s
	}
}

// String says in one line what is measured.
func (m Measurement) String() string {
	e := m.Experiment
	s := fmt.Sprintf("%s: %s, %s, seed %d", m.Set, e.Detector, e.Setting, e.Seed)
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
	if m.onPair() {
		e.Layout, e.Shots = "", 0
		if own, ok := e.Own.(multiads.Settings); ok {
			own.Rule, own.Filter, own.Types = "", false, false
			e.Own = own
		}
	}
	return fmt.Sprintf("%v %+v", m.trainedOn(), e)
}

// Run is a measurement with its outcome and all that decided it.
type Run struct {
	Key         string                      `json:"key"`
	Measurement Measurement                 `json:"measurement"`
	Encoder     string                      `json:"encoder"`
	Weights     string                      `json:"weights"` // digest of the encoder
	Data        map[string]string           `json:"data"`    // digest of each set
	Backend     string                      `json:"backend"`
	Code        string                      `json:"code"` // digest of what the numbers depend on
	Mean        experiment.Metrics          `json:"mean"`
	Categories  []experiment.CategoryReport `json:"categories"`
	Types       *experiment.TypesReport     `json:"types,omitempty"` // of multi-type segmentation
	// that it took when it was computed
	Seconds float64 `json:"seconds"`
}

// address gives the run its key: a digest over configuration, seed, weights, data, backend and
// code.
func (r *Run) address() error {
	r.Code = code.Numbers()
	b, err := json.Marshal([]any{r.Measurement, r.Weights, r.Data, r.Backend, r.Code})
	if err != nil {
		return err
	}
	r.Key = fmt.Sprintf("%x", sha256.Sum256(b))[:40]
	return nil
}

// Value is one of the run's metrics by its printed name, in percent: the mean over the categories,
// or of one defect type where that is given. It is false where it is undefined.
func (r *Run) Value(metric, defect string) (percent float64, ok bool) {
	of := map[string]*float64{
		"I-AUROC": r.Mean.ImageAUROC, "I-AP": r.Mean.ImageAP, "I-F1max": r.Mean.ImageF1Max,
		"P-AUROC": r.Mean.PixelAUROC, "P-AP": r.Mean.PixelAP, "P-F1max": r.Mean.PixelF1Max,
		"AUPRO": r.Mean.AUPRO,
	}
	if r.Types != nil {
		m := r.Types.Mean
		of["P-AUROC (macro)"], of["P-F1 (macro)"], of["P-AP (macro)"] = m.AUROC, m.F1, m.AP
		for _, row := range r.Types.ByType {
			if strings.EqualFold(row.Type, defect) {
				of["P-AUROC"], of["P-F1"], of["P-AP"] = row.AUROC, row.F1, row.AP
			}
		}
	}
	v := of[metric]
	if v == nil {
		return 0, false
	}
	return 100 * *v, true
}
