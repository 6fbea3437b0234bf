// Package testworld is the world that tests measure in: generated benchmarks so small that every
// exhibit runs on them in seconds.
package testworld

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/datasets/synth"
)

// Few are the categories that a benchmark keeps: enough for logical anomalies and for several types
// in one image. With one category a set, the head of the multi-class setting is that of the
// single-class one, too.
var Few = map[string][]string{
	"mvtec": {"cable"}, "visa": {"candles"}, "real-iad": {"hex_nut"}, "mpdd": {"riveted_plate"},
	"mad-sim": {"01Duck"}, "mad-real": {"Parrot"},
}

// Main generates the benchmarks of Few where the smoke profile looks for them, runs a package's
// tests with data and cache there, and ends the process.
func Main(m *testing.M) {
	dir, err := os.MkdirTemp("", "testworld")
	if err == nil {
		err = write(filepath.Join(dir, "data"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// compiling is most of the work here
	os.Setenv("XLA_FLAGS", "--xla_backend_optimization_level=0 "+
		"--xla_llvm_disable_expensive_passes=true")
	os.Setenv("ADLAB_DATA", filepath.Join(dir, "data"))
	os.Setenv("ADLAB_CACHE", filepath.Join(dir, "cache"))
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func write(data string) error {
	for _, b := range synth.Benchmarks() {
		b.Categories = slices.DeleteFunc(slices.Clone(b.Categories), func(c synth.Category) bool {
			return !slices.Contains(Few[b.Name], c.Name)
		})
		if err := synth.Write(context.Background(), b, "smoke", 1,
			filepath.Join(data, "synth-smoke", b.Name), 0, nil); err != nil {
			return err
		}
	}
	return nil
}
