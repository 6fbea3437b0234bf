package exhibit

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	code "adlab/pkg"
	"adlab/pkg/lab"
)

// Measurement is one detector, trained and tested.
type Measurement struct {
	Set string `json:"set"` // tested on, one of the benchmarks
	// learned from, all together; none for the tested set
	TrainedOn []string `json:"trained_on,omitempty"`
	// scored by the distance to the image's own prototypes
	Distance   bool           `json:"distance,omitempty"`
	Experiment lab.Experiment `json:"experiment"` // without folders and files
}

// trainedOn are the sets learned from.
func (m Measurement) trainedOn() []string {
	if m.TrainedOn == nil {
		return []string{m.Set}
	}
	return m.TrainedOn
}

func (m Measurement) equal(n Measurement) bool { return reflect.DeepEqual(m, n) }

// onPair tells the detectors that look through a pair of towers, and trains those that learn by
// steps.
func (m Measurement) onPair() bool {
	return slices.Contains([]string{"multiads", "april-gan", "clip"}, m.Experiment.Detector)
}

func (m Measurement) trains() bool {
	return slices.Contains([]string{"inp-former", "multiads", "april-gan"}, m.Experiment.Detector)
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
		s += fmt.Sprintf(", M = %d", e.INPs)
	}
	if e.Shots > 0 {
		s += fmt.Sprintf(", %d shots", e.Shots)
	}
	if e.Ablation != "" {
		s += ", " + e.Ablation
	}
	return s
}

// head is what of the measurement decides the trained head: measurements with the same head train
// it once.
func (m Measurement) head() string {
	e := m.Experiment
	// adapters know nothing of what they will be tested on, nor of how images will be scored
	if m.onPair() {
		e.Layout, e.Shots, e.MultiADS.Rule, e.MultiADS.Filter, e.MultiADS.Types = "", 0, "", false,
			false
	}
	return fmt.Sprintf("%v %+v", m.trainedOn(), e)
}

// Run is a measurement with its outcome and all that decided it.
type Run struct {
	Key         string               `json:"key"`
	Measurement Measurement          `json:"measurement"`
	Encoder     string               `json:"encoder"`
	Weights     string               `json:"weights"` // digest of the encoder
	Data        map[string]string    `json:"data"`    // digest of each set
	Backend     string               `json:"backend"`
	Code        string               `json:"code"` // digest of what the numbers depend on
	Mean        lab.Metrics          `json:"mean"`
	Categories  []lab.CategoryReport `json:"categories"`
	Types       *lab.TypesReport     `json:"types,omitempty"` // of multi-type segmentation
	Seconds     float64              `json:"seconds"`         // that it took when it was computed
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
