// Package upstream reproduces mistakes of libraries that docs/upstream.md tells of. Where a test
// fails, the library has changed: look again, and take the test and its part of the page away.
package upstream

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/stretchr/testify/require"
)

// mended tells that the patch of this folder is applied: tools/upstream.sh does that.
var mended = os.Getenv("UPSTREAM_MENDED") != ""

// How a second checkpoint ends: on a disk that is full after 64 kB, in either format; or the
// process is killed.
const (
	uncompressed = "uncompressed"
	compressed   = "compressed"
	killed       = "killed"
)

const variable, envHow, envDir = "/layer/weights", "UPSTREAM_HOW", "UPSTREAM_DIR"

// key is the variable's name in a checkpoint.
const key = "var:" + variable

// TestMain lets the test program be the one that saves.
func TestMain(m *testing.M) {
	if how := os.Getenv(envHow); how != "" {
		fmt.Println("second save:", saveTwice(os.Getenv(envDir), how))
		return
	}
	os.Exit(m.Run())
}

// open is a store with what the newest checkpoint of a folder holds; one is kept.
func open(dir, how string) (*model.Store, *checkpoint.Handler, error) {
	store, format := model.NewStore(), checkpoint.BinUncompressed
	if how != uncompressed {
		format = checkpoint.BinGZIP
	}
	h, err := checkpoint.Build(store).Dir(dir).Keep(1).WithCompression(format).Done()
	return store, h, err
}

// saveTwice saves a store of 1 MB, and again when the disk is full, or when there is much to save.
func saveTwice(dir, how string) error {
	store, h, err := open(dir, how)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(1, 1))
	weights := make([]float32, 1<<18)
	for i := range weights {
		weights[i] = rng.Float32()
	}
	if _, err := store.CreateVariable(variable,
		tensors.FromFlatDataAndDimensions(weights, len(weights))); err != nil {
		return err
	}
	if err := h.Save(); err != nil {
		return fmt.Errorf("the first: %w", err)
	}
	if how == killed { // seconds of work, in which the test kills it
		big := make([]float32, 1<<24)
		for i := range big {
			big[i] = rng.Float32()
		}
		if _, err := store.CreateVariable("/second/weights",
			tensors.FromFlatDataAndDimensions(big, len(big))); err != nil {
			return err
		}
		return h.Save()
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = 64 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ) // a write then gives an error
	return h.Save()
}

// leftover is how many temporary files a writer leaves: one that was killed cannot take them away.
func leftover(how string) int {
	if how == killed {
		return 2
	}
	return 0
}

// files is how many files of a pattern a folder has.
func files(dir, pattern string) int {
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		panic(err)
	}
	return len(found)
}

// TestACheckpointThatFails: Save of GoMLX v0.28.5 drops the error of a write, so that a
// checkpoint without its variables is called good and the good one is deleted; and what a failed or
// killed Save leaves keeps the next program from starting.
func TestACheckpointThatFails(t *testing.T) {
	for how, want := range map[string]string{
		uncompressed: "second save: <nil>", compressed: "file too large", killed: ""} {
		tries := 0
		var try func(t *testing.T)
		try = func(t *testing.T) {
			tries++
			dir := t.TempDir()
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), envHow+"="+how, envDir+"="+dir)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			require.NoError(t, cmd.Start())
			if how == killed {
				begun := func() bool { return files(dir, "*.json*") == 2 }
				require.Eventually(t, begun, time.Minute, time.Millisecond)
				require.NoError(t, cmd.Process.Kill())
			}
			err := cmd.Wait()
			require.Equal(t, how == killed, err != nil, "%s", &out)
			if mended && how == uncompressed {
				want = "file too large"
			}
			require.Contains(t, out.String(), want)

			_, h, err := open(dir, how)
			if mended {
				require.NoError(t, err)
				value := h.LoadedVariables()[key]
				require.NotNil(t, value, "the first checkpoint")
				require.Equal(t, 1<<18, value.Shape().Size())
				require.Zero(t, files(dir, "*.tmp")-leftover(how))
				return
			}
			if how == uncompressed {
				require.NoError(t, err)
				require.NotContains(t, h.LoadedVariables(), key, "gone without a word")
				return
			}
			if how == killed && err == nil && tries < 50 { // the kill came after the JSON file
				try(t)
				return
			}
			require.ErrorContains(t, err, "EOF", "an empty JSON file stands in the way")
		}
		t.Run(how, try)
	}
}
