package inpformer

import (
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

// sweepPath is where the sweep of an address is kept, whose numbers went through these rooms.
func sweepPath(cacheDir string, rooms []string, address ...any) string {
	return filepath.Join(cacheDir, "live",
		store.Address("sweep 1", code.Numbers(rooms...), address)+".safetensors")
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
