package exhibit

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	code "adlab/pkg"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/store"
)

// Run is a measurement with its outcome and all that decided it.
type Run struct {
	Key         string            `json:"key"`
	Measurement Measurement       `json:"measurement"`
	Encoder     string            `json:"encoder"`
	Weights     string            `json:"weights"` // digest of the encoder
	Data        map[string]string `json:"data"`    // digest of each set
	Backend     string            `json:"backend"`
	// what its bits depend on besides: backend, plugin, instruction set
	Processor  string                      `json:"processor"`
	Code       string                      `json:"code"` // digest of what the numbers depend on
	Mean       experiment.Metrics          `json:"mean"`
	Categories []experiment.CategoryReport `json:"categories"`
	Rulers     []experiment.Ruled          `json:"rulers,omitempty"` // means, where asked for
	Types      *experiment.TypesReport     `json:"types,omitempty"`  // of multi-type segmentation
	// that it took when it was computed
	Seconds float64 `json:"seconds"`
}

// address gives the run its key: a digest over configuration, seed, weights, data, processor and
// code.
func (r *Run) address(p experiment.Profile, enc encoder.Encoder) error {
	r.Code = code.Numbers(r.Measurement.rooms(enc)...)
	b, err := json.Marshal([]any{r.Measurement, p.Alone, r.Weights, r.Data, r.Processor, r.Code})
	if err != nil {
		return err
	}
	r.Key = fmt.Sprintf("%x", sha256.Sum256(b))[:40]
	return nil
}

// Value is one of the run's metrics by its printed name, in percent: the mean over the categories,
// or of one defect type where that is given. It is false where it is undefined.
func (r *Run) Value(metric, defect string) (percent float64, ok bool) {
	return r.of(metric, "", defect)
}

// of is the same of a category, where one is given.
func (r *Run) of(metric, category, defect string) (percent float64, ok bool) {
	x := r.Mean
	if category != "" {
		x = experiment.Metrics{}
		for _, c := range r.Categories {
			if c.Name == category {
				x = c.Metrics
			}
		}
	}
	of := map[string]*float64{
		"I-AUROC": x.ImageAUROC, "I-AP": x.ImageAP, "I-F1max": x.ImageF1Max,
		"P-AUROC": x.PixelAUROC, "P-AP": x.PixelAP, "P-F1max": x.PixelF1Max, "AUPRO": x.AUPRO,
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

// RunsDir is where runs are kept in a cache.
func RunsDir(cache string) string { return filepath.Join(cache, "results") }

// Runs lists the stored runs, ordered by key.
func Runs(cache string) (runs []*Run, err error) {
	files, err := filepath.Glob(filepath.Join(RunsDir(cache), "*.json"))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		run, _, err := store.ReadJSON[*Run](f)
		if err == nil {
			err = run.check(f)
		}
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// check tells a stored run from what is none: the file at path has its key for a name.
func (r *Run) check(path string) error {
	if r == nil || r.Key+".json" != filepath.Base(path) {
		return fmt.Errorf("%s: expected the run of that key, got none or another one; delete it "+
			"and run again", path)
	}
	return nil
}
