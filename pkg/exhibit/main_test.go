package exhibit

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/datasets/synth"
	"adlab/pkg/experiment"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// few are the categories that the tests' benchmarks keep: enough for logical anomalies and for
// several types in one image. With one category a set, the head of the multi-class setting is that
// of the single-class one, too.
var few = map[string][]string{
	"mvtec": {"cable"}, "visa": {"candles"}, "real-iad": {"hex_nut"}, "mpdd": {"riveted_plate"},
	"mad-sim": {"01Duck"}, "mad-real": {"Parrot"},
}

// TestMain generates small benchmarks where the smoke profile looks for them.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "exhibit")
	if err != nil {
		panic(err)
	}
	// compiling is most of the work here
	os.Setenv("XLA_FLAGS", "--xla_backend_optimization_level=0 "+
		"--xla_llvm_disable_expensive_passes=true")
	os.Setenv("ADLAB_DATA", filepath.Join(dir, "data"))
	os.Setenv("ADLAB_CACHE", filepath.Join(dir, "cache"))
	for _, b := range synth.Benchmarks() {
		b.Categories = slices.DeleteFunc(slices.Clone(b.Categories), func(c synth.Category) bool {
			return !slices.Contains(few[b.Name], c.Name)
		})
		if err := synth.Write(context.Background(), b, "smoke", 1,
			filepath.Join(dir, "data", "synth-smoke", b.Name), 0, nil); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// smoke is a new runner over the tests' store.
func smoke(t *testing.T) *Runner {
	l, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	r, err := NewRunner(l, "smoke")
	require.NoError(t, err)
	return r
}
