package live

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	code "adlab/pkg"
	"adlab/pkg/experiment"
	"adlab/pkg/plot"
	"adlab/pkg/store"
	"adlab/pkg/tensorfile"
)

// sweep is what one fitted detector says of every test image of a data set: small enough to keep,
// so that a move of a control reads it and runs nothing. It is a file of the cache, under an
// address of everything that its numbers depend on.
type sweep struct {
	file   *tensorfile.File
	shape  []int      // of one image's tensor
	scores []float32  // by place in the test list
	scale  plot.Scale // of the data set
	fresh  bool       // whether the detector was trained for this sweep
}

// sweepPath is where the sweep of an address is kept.
func sweepPath(cacheDir string, address ...any) string {
	return filepath.Join(cacheDir, "live", digest(address...)+".safetensors")
}

func digest(address ...any) string {
	h := sha256.New()
	fmt.Fprintf(h, "live 3\n%s\n", code.Numbers())
	for _, a := range address {
		fmt.Fprintf(h, "%#v\n", a) // quotes texts: two prompts are not one with a space
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:40]
}

// openSweep opens a kept sweep of n images; nil where there is none.
func openSweep(path string, n int, shape ...int) (*sweep, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, nil
	}
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w; delete it and run again", err)
	}
	s := &sweep{file: f, shape: shape, fresh: f.Metadata()["fresh"] == "true"}
	if s.scores, err = f.Float32s("scores", n); err == nil {
		var ends []float32
		if ends, err = f.Float32s("scale", 2); err == nil {
			s.scale = plot.Scale{Low: float64(ends[0]), High: float64(ends[1])}
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%w; delete it and run again", err)
	}
	return s, nil
}

// writeSweep keeps a sweep.
func writeSweep(path string, scores []float32, scale plot.Scale, images [][]float32, fresh bool,
	shape ...int) error {
	t := map[string]tensorfile.Tensor{
		"scores": tensorfile.F32(scores, len(scores)),
		"scale":  tensorfile.F32([]float32{float32(scale.Low), float32(scale.High)}, 2),
	}
	for i, data := range images {
		t[strconv.Itoa(i)] = tensorfile.F32(data, shape...)
	}
	return tensorfile.Write(path, t, map[string]string{"fresh": strconv.FormatBool(fresh)})
}

// at is one image's tensor.
func (s *sweep) at(i int) ([]float32, error) { return s.file.Float32s(strconv.Itoa(i), s.shape...) }

// measured are a detector's metrics on the data set, as adlab eval prints them.
type measured struct {
	Rows []experiment.CategoryReport `json:"rows"`
	Mean experiment.Metrics          `json:"mean"`
}

// metricsPath is beside the sweep.
func metricsPath(sweep string) string { return sweep + ".json" }

// readMeasured reads kept metrics; nil where there are none.
func readMeasured(path string) *measured {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	m := &measured{}
	if json.Unmarshal(b, m) != nil {
		return nil
	}
	return m
}

// once computes what a file of the cache holds, unless another process does.
func once(ctx context.Context, path string, compute func() error) error {
	unlock, err := store.Lock(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	return compute()
}

func writeMeasured(path string, m *measured) error {
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	return store.WriteFile(path, append(b, '\n'))
}
