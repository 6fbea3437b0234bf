package train

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"adlab/pkg/backend"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// TestMain lets the test program be another process, which trains the line and writes a checkpoint
// after every step.
func TestMain(m *testing.M) {
	path := os.Getenv("TRAIN_TEST_CHECKPOINT")
	if path == "" {
		os.Exit(m.Run())
	}
	if err := trainLine(path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func trainLine(path string) error {
	b, err := backend.Open("go")
	if err != nil {
		return err
	}
	store, err := lineStore()
	if err != nil {
		return err
	}
	o := options()
	o.Checkpoint, o.Every = path, 1
	return Run(context.Background(), b.Backend, store, ten, squared, o)
}

// TestKilledAnywhereItGoesOnToTheSameBits kills a training at a random time, ten times or as often
// as ADLAB_FAULTS says: the checkpoint is whole each time, and what is trained in the end has the
// bits of a training that was left alone.
func TestKilledAnywhereItGoesOnToTheSameBits(t *testing.T) {
	const seed = 1
	rounds := 10
	if n, err := strconv.Atoi(os.Getenv("ADLAB_FAULTS")); err == nil {
		rounds = n
	}
	random := rand.New(rand.NewPCG(seed, 1))
	whole := filepath.Join(t.TempDir(), "whole.safetensors")
	start := time.Now()
	require.NoError(t, child(whole).Run())
	takes := time.Since(start)
	want := parameters(t, whole)
	kills, finished, resumed := 0, 0, 0
	path := filepath.Join(t.TempDir(), "killed.safetensors")
	for kills < rounds {
		if steps(t, path) > 0 {
			resumed++
		}
		cmd := child(path)
		require.NoError(t, cmd.Start())
		after := time.Duration(random.Int64N(int64(takes)))
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			require.NoError(t, err, "seed %d", seed)
			require.Equal(t, want, parameters(t, path), "seed %d, after %d kills", seed, kills)
			require.NoError(t, os.Remove(path))
			finished++
		case <-time.After(after):
			require.NoError(t, cmd.Process.Kill())
			<-ended
			kills++
		}
	}
	out, err := child(path).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, want, parameters(t, path), "seed %d", seed)
	t.Logf("seed %d: killed %d times, went on from a checkpoint %d times, finished %d times", seed,
		kills, resumed, finished+1)
}

func child(path string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TRAIN_TEST_CHECKPOINT="+path)
	return cmd
}

// steps are those that a checkpoint has done, which is whole where it is there; 0 without one.
func steps(t *testing.T, path string) int {
	if _, err := os.Stat(path); err != nil {
		return 0
	}
	f, err := tensorfile.Open(path)
	require.NoError(t, err)
	defer f.Close()
	n, err := strconv.Atoi(f.Metadata()["steps"])
	require.NoError(t, err)
	return n
}

// parameters are what a file holds besides the optimiser's state, which stays in it where the kill
// fell between the last step's checkpoint and the file that ends the run.
func parameters(t *testing.T, path string) map[string]layer.Array {
	f, err := tensorfile.Open(path)
	require.NoError(t, err)
	defer f.Close()
	arrays, err := layer.ReadAll(f)
	require.NoError(t, err)
	maps.DeleteFunc(arrays, func(name string, _ layer.Array) bool { return isOptimizer(name) })
	return arrays
}
