package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/datasets/synth"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// benchmarks writes two small generated ones: to learn from, in MPDD's layout, and to look at, in
// MAD's.
func benchmarks(t *testing.T) (source, target string) {
	dir := t.TempDir()
	for _, b := range synth.Benchmarks() {
		if b.Name == "mpdd" || b.Name == "mad-sim" {
			require.NoError(t, synth.Write(t.Context(), b, "smoke", 1, filepath.Join(dir, b.Name),
				0, nil))
		}
	}
	return filepath.Join(dir, "mpdd"), filepath.Join(dir, "mad-sim")
}

func TestMultiADSFromSourceToAnswer(t *testing.T) {
	source, target := benchmarks(t)
	base := []string{"--detector", "multiads", "--layout", "mad", "--data", target, "--kba",
		"mad-sim", "--source", "mpdd=" + source,
		"--profile", "smoke", "--steps", "2", "--batch", "2", "--encoder", "random"}
	stdout, stderr, code := adlab(append([]string{"eval", "--types", "--test-limit", "2", "--json"},
		base...)...)
	require.Zero(t, code, stderr)
	var report struct {
		Detector string
		Mean     struct {
			PixelAUROC *float64 `json:"pixel_auroc"`
		}
		Types struct {
			Categories []struct {
				Columns   []string
				Confusion [][]int
			}
			ByType []struct {
				Type string
				Seen *bool
			} `json:"by_type"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &report))
	require.Equal(t, "multiads", report.Detector)
	require.NotNil(t, report.Mean.PixelAUROC)
	require.Len(t, report.Types.Categories, 2)
	pixels := 0
	for _, row := range report.Types.Categories[0].Confusion {
		for _, n := range row {
			pixels += n
		}
	}
	require.Zero(t, pixels%(256*256), "every pixel once")
	for _, r := range report.Types.ByType {
		require.NotNil(t, r.Seen, r.Type)
		require.False(t, *r.Seen, "MPDD has none of %s", r.Type)
	}

	model, out := filepath.Join(t.TempDir(), "m.safetensors"), filepath.Join(t.TempDir(), "maps")
	_, stderr, code = adlab(append([]string{"train", "--out", model, "--train-limit", "2"},
		base...)...)
	require.Zero(t, code, stderr)
	pictures, err := filepath.Glob(filepath.Join(target, "*", "test", "Stains", "*"))
	require.NoError(t, err)
	normal, err := filepath.Glob(filepath.Join(target, "*", "train", "good", "*"))
	require.NoError(t, err)
	stdout, stderr, code = adlab("predict", "--model", model, "--category", "duck", "--reference",
		normal[0], "--out", out, pictures[0])
	require.Zero(t, code, stderr)
	require.Regexp(t, `(Stains|Missing|Burrs) 0\.\d\d`, stdout, "an answer in words")
	name := strings.TrimSuffix(filepath.Base(pictures[0]), filepath.Ext(pictures[0]))
	require.FileExists(t, filepath.Join(out, name+".types.png"))
	f, err := tensorfile.Open(filepath.Join(out, name+".map.safetensors"))
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"map", "type.Stains", "type.Missing", "type.Burrs"},
		f.Names())
}

// TestBesideMultiADS runs what MultiADS is set beside on the same pair and data.
func TestBesideMultiADS(t *testing.T) {
	source, target := benchmarks(t)
	for _, detector := range []string{"clip", "april-gan"} {
		args := []string{"eval", "--detector", detector, "--layout", "mad", "--data", target,
			"--profile", "smoke", "--steps", "1", "--batch", "2", "--test-limit", "1", "--encoder",
			"random", "--json"}
		if detector != "clip" { // which learns from nothing, and refuses sources
			args = append(args, "--source", "mpdd="+source)
		}
		stdout, stderr, code := adlab(args...)
		require.Zero(t, code, stderr)
		var report struct {
			Detector string
			Mean     map[string]any
		}
		require.NoError(t, json.Unmarshal([]byte(stdout), &report))
		require.Equal(t, detector, report.Detector)
		require.IsType(t, 0.0, report.Mean["pixel_auroc"])
	}
}

func TestMultiADSMistakes(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	require.NoError(t, os.WriteFile(bad, []byte("types:\n  dent:\n    - \"a dent\"\n"), 0o666))
	for want, args := range map[string][]string{
		"--source: expected KEY=FOLDER of the data set": {"--layout", "visa"},
		`--source: expected KEY=FOLDER`: {"--layout", "visa", "--source",
			"mvtec"},
		`got "coco"`: {"--layout", "visa", "--source",
			"coco=x"},
		`--revision: expected one of deck`: {"--layout", "visa", "--source",
			"mvtec=x", "--revision", "x"},
		`score rule: expected score_max`: {"--layout", "visa", "--source",
			"mvtec=x", "--score-rule", "x"},
		"it is for multiads, and the detector is april-gan": {"--detector", "april-gan",
			"--layout", "visa", "--source", "mvtec=x", "--types"},
		"multi-type segmentation is zero-shot": {"--layout", "visa", "--source",
			"mvtec=x", "--types", "--shots", "2"},
		"CLIP ViT-L/14-336": {"--layout", "visa", "--source",
			"mvtec=x", "--profile", "paper"},
		"layout mad is of several data sets": {"--layout", "mad", "--source",
			"mvtec=x", "--data", "."},
		"bad.yaml:3: dent: expected [cls] in the prompt": {"--layout", "visa", "--source",
			"mvtec=x", "--data", ".", "--kba", bad},
		`--kba: expected one of deeppcb, mad-real`: {"--layout", "visa", "--source",
			"mvtec=x", "--data", ".", "--kba", "nothing.yaml"},
		"for the method looks through a pair of towers, got": {"--layout", "visa", "--source",
			"mvtec=x", "--data", ".", "--encoder", "hog"},
	} {
		_, stderr, code := adlab(append([]string{"eval", "--detector", "multiads"}, args...)...)
		require.Equal(t, 1, code, want)
		require.Contains(t, stderr, want)
		require.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
	}
}

func TestKBA(t *testing.T) {
	stdout, _, code := adlab("kba")
	require.Zero(t, code)
	require.Contains(t, stdout, "visa")
	stdout, _, code = adlab("kba", "mpdd")
	require.Zero(t, code)
	require.Contains(t, stdout, "rust:")
	_, stderr, code := adlab("kba", "coco")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, `got "coco"`)
}
