package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"

	"github.com/stretchr/testify/require"
)

// envSide makes the test's program a side: "serve" is adlab's, "fake ANSWER SECONDS" says what it
// is told to.
const envSide = "ADLAB_TEST_SIDE"

func TestMain(m *testing.M) {
	words := strings.Fields(os.Getenv(envSide))
	if len(words) == 0 {
		os.Exit(m.Run())
	}
	var err error
	switch words[0] {
	case "serve":
		var b *backend.Choice
		if b, err = backend.Open("go"); err == nil {
			err = Serve(os.Args[len(os.Args)-1], b, os.Stdin, os.Stdout)
		}
	case "fake":
		fmt.Printf(`{"version": "fake 1", "threads": 2, "answer": [%s]}`+"\n", words[1])
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			fmt.Printf(`{"seconds": %s}`+"\n", words[2])
		}
	case "inherits":
		fmt.Printf(`{"version": "", "threads": 2, "answer": [%d]}`+"\n", len(os.Getenv(words[1])))
	case "fails":
		err = fmt.Errorf("Traceback\nModuleNotFoundError: no module of that name")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// side is the test's program as one.
func side(t *testing.T, name, does string) Side {
	program, err := os.Executable()
	require.NoError(t, err)
	return Side{Name: name, Command: []string{program}, Env: []string{envSide + "=" + does}}
}

func TestSidesTakeTurns(t *testing.T) {
	series, err := Compare(t.Context(), t.TempDir(), []Side{side(t, "a", "fake 0.5,7 0.25"),
		side(t, "b", "fake 0.501,7 0.5")}, Budget{Rounds: 3})
	require.NoError(t, err)
	require.Equal(t, []float64{0.25, 0.25, 0.25}, series[0].Seconds)
	ratio, low, high := series[0].Ratio(series[1])
	require.Equal(t, [3]float64{2, 2, 2}, [3]float64{ratio, low, high})
	require.Equal(t, "fake 1", series[1].Version)
	require.Positive(t, series[1].Start)
	require.Greater(t, series[1].Peak, int64(1e6))
}

// TestSidesInheritNoSettings: what this program sets for its own backend holds no other one back.
func TestSidesInheritNoSettings(t *testing.T) {
	t.Setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
	p, told, err := start(t.Context(), t.TempDir(), side(t, "a", "inherits ONEDNN_MAX_CPU_ISA"))
	require.NoError(t, err)
	p.kill()
	require.Equal(t, []float64{0}, told.Answer)
}

func TestOtherWorkIsNotCompared(t *testing.T) {
	_, err := Compare(t.Context(), t.TempDir(), []Side{side(t, "a", "fake 0.5,7 1"),
		side(t, "b", "fake 0.55,7 1")}, Budget{Rounds: 1})
	require.EqualError(t, err,
		"bench: b computes something else than a: value 0: expected 0.5, got 0.55")
	loose := side(t, "b", "fake 0.55,7 1")
	loose.Tolerance = 0.2
	_, err = Compare(t.Context(), t.TempDir(), []Side{side(t, "a", "fake 0.5,7 1"), loose},
		Budget{Rounds: 1})
	require.NoError(t, err)
	_, err = Compare(t.Context(), t.TempDir(), []Side{side(t, "a", "fake 0.5,7 1"),
		side(t, "b", "fake 0.5 1")}, Budget{Rounds: 1})
	require.ErrorContains(t, err, "expected 2 values, got 1")
}

func TestASideThatFailsSaysWhy(t *testing.T) {
	_, err := Compare(t.Context(), t.TempDir(), []Side{side(t, "peer", "fails")}, Budget{Rounds: 1})
	require.EqualError(t, err, "bench: peer: ModuleNotFoundError: no module of that name")
	_, err = Compare(t.Context(), t.TempDir(), []Side{{Name: "peer",
		Command: []string{"/no/such/program"}}}, Budget{Rounds: 1})
	require.ErrorContains(t, err, "bench: peer: ")
	_, err = Compare(t.Context(), t.TempDir(), []Side{side(t, "adlab", "serve")}, Budget{Rounds: 1})
	require.ErrorContains(t, err, "is no folder of a task")
}

func TestQuantiles(t *testing.T) {
	s := Series{Seconds: []float64{1, 2, 4}}
	require.Equal(t, 2.0, s.Median())
	require.Equal(t, 3.0, quantile(s.Seconds, 0.75))
}

// tasks are one of each kind, of the smallest size.
func tasks() map[string]Task {
	tiny := &Network{Network: DINOv2, Side: 28, Width: 16, Heads: 2, Depth: 2, Patch: 14,
		Registers: 1, Grid: 2, Taps: []int{0, 1}}
	h := &Head{Heads: 2, INPs: 2, Blocks: 2, Sizes: []int{1, 1}, Coherence: 0.2, Mining: 3}
	return map[string]Task{
		"metrics": {Kind: Metrics, Seed: 1, Classes: 2, Images: 6, Side: 24},
		"forward": {Kind: Forward, Seed: 1, Batch: 2, Encoder: tiny},
		"convnet": {Kind: Forward, Seed: 1, Batch: 1, Encoder: &Network{Network: EfficientNet,
			Side: 32, Width: 192, Grid: 2, Taps: []int{2, 3}}},
		"clip": {Kind: Forward, Seed: 1, Batch: 1, Encoder: &Network{Network: CLIP, Side: 28,
			Width: 16, Heads: 2, Depth: 2, Patch: 14, Grid: 2, Taps: []int{1, 2}, Embed: 8}},
		"head": {Kind: Step, Seed: 1, Method: INPFormer, Batch: 2, Grid: 2, Width: 16, Head: h,
			Rate: 1e-3, Clip: 0.1},
		"whole": {Kind: Step, Seed: 1, Method: INPFormer, Batch: 2, Grid: 2, Width: 16, Head: h,
			Rate: 1e-3, Clip: 0.1, Encoder: tiny, Groups: [][]int{{0}, {1}}},
		"adapters": {Kind: Step, Seed: 1, Method: MultiADS, Batch: 2, Grid: 2, Width: 8, Embed: 6,
			Taps: 2, Columns: 3, Side: 12, Rate: 1e-2},
		"look": {Kind: Look, Seed: 1, Method: INPFormer, Grid: 2, Width: 16, Head: h, Encoder: tiny,
			Groups: [][]int{{0}, {1}}, Resize: 28, Crop: 28, Mean: vit.Mean,
			Std: vit.Std},
	}
}

// TestEveryKindIsDoneTwice: each task is written, read and done by a process of its own, which
// answers the same twice, and only the same task does.
func TestEveryKindIsDoneTwice(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	answers := map[string]bool{}
	for name, task := range tasks() {
		dir := t.TempDir()
		require.NoError(t, task.Write(dir, b), name)
		series, err := Compare(t.Context(), dir, []Side{side(t, "a", "serve"),
			side(t, "b", "serve")}, Budget{Rounds: 2})
		require.NoError(t, err, name)
		require.Len(t, series[1].Seconds, 2)
		told := answer(t, dir, b)
		require.False(t, answers[fmt.Sprint(told)], name)
		answers[fmt.Sprint(told)] = true
		for _, v := range told {
			require.False(t, v != v, name)
		}
		if task.Kind == Step {
			require.Len(t, told, 3)
			require.Less(t, told[2], told[0], "%s: it learns", name)
		}
		other := task
		other.Seed = 2
		dir = t.TempDir()
		require.NoError(t, other.Write(dir, b), name)
		require.NotEqual(t, told, answer(t, dir, b), name)
	}
}

// answer is what Serve tells of a folder.
func answer(t *testing.T, dir string, b *backend.Choice) []float64 {
	var out strings.Builder
	require.NoError(t, Serve(dir, b, strings.NewReader(""), &out))
	var told hello
	require.NoError(t, json.NewDecoder(strings.NewReader(out.String())).Decode(&told))
	return told.Answer
}

// TestTheSameTaskGivesTheSameFiles, so that what a peer is given does not change.
func TestTheSameTaskGivesTheSameFiles(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	task := tasks()["whole"]
	first, second := t.TempDir(), t.TempDir()
	require.NoError(t, task.Write(first, b))
	require.NoError(t, task.Write(second, b))
	for _, name := range []string{taskFile, dataFile, encoderFile} {
		a, err := os.ReadFile(filepath.Join(first, name))
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(second, name))
		require.NoError(t, err)
		require.Equal(t, a, b, name)
	}
}

// TestTheMapsHaveDefects of which the scores know something, and not all.
func TestTheMapsHaveDefects(t *testing.T) {
	task := Task{Kind: Metrics, Seed: 1, Classes: 1, Images: 12, Side: 64}
	dir := t.TempDir()
	require.NoError(t, task.Write(dir, nil))
	w, err := load(dir, task, nil)
	require.NoError(t, err)
	told, err := w.run(true)
	require.NoError(t, err)
	for i, v := range told {
		require.Greater(t, v, 0.1, "metric %d", i)
		require.Less(t, v, 1.0, "metric %d", i)
	}
	f, err := tensorfile.Open(filepath.Join(dir, dataFile))
	require.NoError(t, err)
	defer f.Close()
	masks, err := f.Uint8s("0.masks", 12, 64, 64)
	require.NoError(t, err)
	ones := 0
	for _, m := range masks {
		ones += int(m)
	}
	share := float64(ones) / float64(len(masks))
	require.Greater(t, share, 0.005)
	require.Less(t, share, 0.04)
}

func TestUnknownWork(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, Task{Kind: "dance"}.write(dir))
	require.ErrorContains(t, Serve(dir, nil, strings.NewReader(""), io.Discard),
		`unknown kind of work "dance"`)
}
