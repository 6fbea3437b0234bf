package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// limited runs the command under a limit of bash's: -f of a file's size, -v of addresses, in KiB.
func limited(limit string, args ...string) (stdout, stderr string, code int) {
	cmd := exec.Command("bash", append([]string{"-c", "ulimit " + limit + `; exec "$@"`,
		"limited", command, "--backend", "go"}, args...)...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	if cmd.Run() != nil {
		code = cmd.ProcessState.ExitCode()
	}
	return o.String(), e.String(), code
}

// TestAFileThatMayNotBeWritten: where the disk refuses a model, its checkpoint, features or a map,
// the old file stays whole, no temporary file is left, and one line says what it would have needed.
func TestAFileThatMayNotBeWritten(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash here, whose ulimit this takes")
	}
	root, dir := dataset(t), t.TempDir()
	model := filepath.Join(dir, "m.safetensors")
	train := append([]string{"train", "--data", root, "--out", model}, quick...)
	_, stderr, code := adlab(train...)
	require.Zero(t, code, stderr)
	old, err := os.ReadFile(model)
	require.NoError(t, err)
	refused := func(args ...string) {
		t.Helper()
		stdout, stderr, code := limited("-f 16", args...)
		require.Equal(t, 1, code, stderr)
		require.Empty(t, stdout)
		last := stderr[strings.LastIndex(strings.TrimSpace(stderr), "\n")+1:]
		require.Regexp(t, `^adlab: .*writing /\S+: .*file too large; it needs \d+ bytes in /\S+: `+
			`make room there, or name another place\n$`, last)
		require.NotContains(t, stderr, "goroutine")
		for _, place := range []string{dir, os.Getenv("ADLAB_CACHE")} {
			require.NoError(t, filepath.WalkDir(place, func(path string, _ fs.DirEntry,
				err error) error {
				require.False(t, strings.HasSuffix(path, ".tmp"), path)
				return err
			}))
		}
		now, err := os.ReadFile(model)
		require.NoError(t, err)
		require.True(t, bytes.Equal(old, now), "the old model is whole")
	}
	refused(train...)                         // the model itself
	refused(append(train, "--seed", "2")...)  // its checkpoint in the cache
	refused(append(train, "--crop", "80")...) // features in the cache
	out := filepath.Join(dir, "maps")
	_, stderr, code = limited("-f 16", "predict", "--model", model,
		filepath.Join(root, "plate", "test", "good"), "--out", out)
	require.Equal(t, 1, code, stderr)
	require.Contains(t, stderr, "it needs ")
	require.NotContains(t, stderr, "goroutine")
}

// TestKilledTrainingGoesOn kills a training at random points, and at some while it writes the
// checkpoint of an interrupt: the bytes are those of one that was left alone.
func TestKilledTrainingGoesOn(t *testing.T) {
	const seed = 1
	random := rand.New(rand.NewPCG(seed, 1))
	root, dir := dataset(t), t.TempDir()
	train := func(cache, out string) *exec.Cmd {
		cmd := exec.Command(command, "--backend", "go", "train", "--data", root, "--layout",
			"mvtec", "--out", out, "--profile", "smoke", "--steps", "20", "--batch", "4", "--crop",
			"64")
		cmd.Env = append(os.Environ(), "ADLAB_CACHE="+filepath.Join(dir, cache))
		return cmd
	}
	whole, model := filepath.Join(dir, "whole.safetensors"), filepath.Join(dir, "model.safetensors")
	start := time.Now()
	out, err := train("a", whole).CombinedOutput()
	require.NoError(t, err, string(out))
	takes := time.Since(start)
	want, err := os.ReadFile(whole)
	require.NoError(t, err)
	for round := range 3 {
		cmd := train("b", model)
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(random.Int64N(int64(takes))))
		if round%2 == 1 { // it writes a checkpoint then
			cmd.Process.Signal(os.Interrupt)
			time.Sleep(time.Duration(random.IntN(50)) * time.Millisecond)
		}
		cmd.Process.Kill()
		cmd.Wait()
		if got, err := os.ReadFile(model); err == nil {
			require.True(t, bytes.Equal(want, got), "seed %d, round %d", seed, round)
		}
	}
	out, err = train("b", model).CombinedOutput()
	require.NoError(t, err, string(out))
	got, err := os.ReadFile(model)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "seed %d: the same bits", seed)
}

// TestAPluginThatIsNone: a file in the plugin's place that is none, or of another machine.
func TestAPluginThatIsNone(t *testing.T) {
	dir := t.TempDir()
	plugin := filepath.Join(dir, "pjrt_c_api_cpu_plugin.so")
	arm := append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 57)...)
	arm[16], arm[18], arm[20] = 3, 183, 1 // a shared object of AArch64
	for name, content := range map[string][]byte{"text": []byte("<!DOCTYPE html>"), "none": nil,
		"another machine's": arm} {
		require.NoError(t, os.WriteFile(plugin, content, 0o777))
		cmd := exec.Command(command, "--backend", "xla:"+plugin, "verify", filepath.Join("..", "..",
			"..", "testdata", "convnet"))
		out, err := cmd.CombinedOutput()
		require.Error(t, err, name)
		require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%s: %s", name, out)
		require.Contains(t, string(out), plugin, name)
		require.Equal(t, 1, strings.Count(string(out), "\n"), "%s: %s", name, out)
	}
}

// TestWithoutAHome: neither HOME nor TMPDIR need be there, nor written to.
func TestWithoutAHome(t *testing.T) {
	root, dir := dataset(t), t.TempDir()
	for name, env := range map[string][]string{
		"closed": {"HOME=/proc/none", "TMPDIR=/proc/none", "XDG_CACHE_HOME=/proc/none"},
		"unset":  nil,
	} {
		cmd := exec.Command(command, append([]string{"--backend", "go", "train", "--data", root,
			"--out", filepath.Join(dir, name)}, quick...)...)
		cmd.Env = append(env, "PATH="+os.Getenv("PATH"), "ADLAB_CACHE="+filepath.Join(dir, "cache"))
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", name, out)
	}
}

// TestModelFilesThatAskForTooMuch have settings that no training writes: one line, no panic and no
// memory by what they say.
func TestModelFilesThatAskForTooMuch(t *testing.T) {
	root, dir := dataset(t), t.TempDir()
	model := filepath.Join(dir, "m.safetensors")
	_, stderr, code := adlab(append([]string{"train", "--data", root, "--out", model}, quick...)...)
	require.Zero(t, code, stderr)
	f, err := tensorfile.Open(model)
	require.NoError(t, err)
	defer f.Close()
	tensors := map[string]tensorfile.Tensor{}
	for _, name := range f.Names() {
		tensors[name], err = f.Tensor(name)
		require.NoError(t, err)
	}
	image := filepath.Join(root, "plate", "test", "good", "000.png")
	for name, change := range map[string]map[string]any{
		"a huge crop":       {"Crop": 1_000_000_000},
		"a negative crop":   {"Crop": -64},
		"a huge resize":     {"Resize": 1_000_000_000},
		"a huge batch":      {"Batch": -1},
		"another detector":  {"Detector": "multiads", "Own": map[string]any{}},
		"no detector":       {"Detector": ""},
		"another profile":   {"Profile": "huge"},
		"another encoder":   {"Encoder": "../../etc/passwd"},
		"many prototypes":   {"Own": map[string]any{"INPs": 1_000_000_000}},
		"no prototypes":     {"Own": map[string]any{"INPs": -1}},
		"texts as numbers":  {"Seed": "one"},
		"settings as texts": {"Own": "none"},
	} {
		made := f.Metadata()
		var settings map[string]any
		require.NoError(t, json.Unmarshal([]byte(made["experiment"]), &settings))
		for key, value := range change {
			settings[key] = value
		}
		b, err := json.Marshal(settings)
		require.NoError(t, err)
		made["experiment"] = string(b)
		bad := filepath.Join(dir, "bad.safetensors")
		require.NoError(t, tensorfile.Write(bad, tensors, made))
		out := filepath.Join(dir, "none")
		stdout, stderr, code := limited("-v 8388608", "predict", "--model", bad, image, "--out",
			out)
		if name == "a huge batch" { // which predicting does not ask for
			require.Zero(t, code, stderr)
			require.NoError(t, os.RemoveAll(out))
			continue
		}
		require.Equal(t, 1, code, "%s: %s", name, stderr)
		require.Empty(t, stdout, name)
		require.NotContains(t, stderr, "goroutine", name)
		require.Contains(t, stderr, "adlab: ", name)
		require.NoDirExists(t, out, name)
	}
}
