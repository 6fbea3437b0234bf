package page

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"adlab/pkg/experiment"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"
)

// Rate is the share of new good pictures that the page's heads may call NG.
const Rate = 0.05

// head fits INP-Former with so many prototypes to the set's good pictures, as `adlab fit` does, and
// writes it in half precision.
func (s Set) head(ctx context.Context, v *experiment.Env, inps int, out string) error {
	work, err := os.MkdirTemp("", "adlab-try-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	own := experiment.Own{Good: filepath.Join(work, "good"), Rate: Rate}
	if err := os.Mkdir(own.Good, 0o777); err != nil {
		return err
	}
	for i, sample := range s.Good {
		from, err := filepath.Abs(sample.Path)
		if err != nil {
			return err
		}
		to := filepath.Join(own.Good, fmt.Sprintf("%05d%s", i, filepath.Ext(from)))
		if err := os.Symlink(from, to); err != nil {
			return err
		}
	}
	e, err := s.By.Set("INPs", fmt.Sprint(inps))
	if err != nil {
		return err
	}
	whole := filepath.Join(work, "head.safetensors")
	if _, err := v.FitOwn(ctx, e, own, whole); err != nil {
		return err
	}
	return halve(whole, out)
}

// halve writes a model with its tensors as F16, and without the names of folders that it learned
// from. Its thresholds stay those of the whole numbers.
func halve(from, to string) error {
	f, err := tensorfile.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	arrays, err := layer.ReadAll(f)
	if err != nil {
		return err
	}
	halves := map[string]tensorfile.Tensor{}
	for name, a := range arrays {
		halves[name] = tensorfile.F16(a.Data, a.Shape...)
	}
	made := f.Metadata()
	var e experiment.Experiment
	if err := json.Unmarshal([]byte(made["experiment"]), &e); err != nil {
		return fmt.Errorf("%s: settings: %w", from, err)
	}
	settings, err := json.Marshal(nowhere(e))
	if err != nil {
		return err
	}
	made["experiment"] = string(settings)
	return tensorfile.Write(to, halves, made)
}
