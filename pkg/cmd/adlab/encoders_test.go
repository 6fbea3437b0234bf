package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/experiment"

	"github.com/stretchr/testify/require"
)

func TestEncodersListsWhatIsKnown(t *testing.T) {
	t.Setenv("ADLAB_DATA", t.TempDir())
	stdout, stderr, code := adlab("encoders", "--json")
	require.Zero(t, code, stderr)
	var known []experiment.KnownEncoder
	require.NoError(t, json.Unmarshal([]byte(stdout), &known))
	for _, k := range known {
		require.NotEmpty(t, k.From, k.Name)
		require.NotEmpty(t, k.Licence, k.Name)
		require.Equal(t, k.Present == "drawn", k.Numbers == 0, k.Name)
	}
	stdout, stderr, code = adlab("encoders")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "dinov2_vitb14_reg4")
	other := filepath.Join("..", "..", "..", "testdata", "inpformer", "names_official.safetensors")
	_, stderr, code = adlab("encoders", other)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "expected the weights of dinov2_vits14_reg4")
	require.Equal(t, 1, strings.Count(stderr, "\n"))
}

func TestTheShippedTransformerRunsByItsName(t *testing.T) {
	root := dataset(t)
	for _, name := range []string{"vit", "vit-random"} {
		args := append([]string{"eval", "--data", root, "--layout", "mvtec", "--detector", "knn",
			"--encoder", name, "--json"}, quick...)
		stdout, stderr, code := adlab(args...)
		require.Zero(t, code, stderr)
		var report experiment.Report
		require.NoError(t, json.Unmarshal([]byte(stdout), &report))
		require.True(t, strings.HasPrefix(report.Encoder, "adlab-vit-tiny"), report.Encoder)
	}
	_, stderr, code := adlab("eval", "--data", root, "--layout", "mvtec", "--profile", "paper",
		"--encoder", "vit")
	require.Equal(t, 1, code, "the small transformer is not the paper's")
	require.Contains(t, stderr, "--encoder: profile paper needs weights: download DINOv2")
}

func TestVisionTowersOfCLIPAreEncoders(t *testing.T) {
	root := dataset(t)
	file := filepath.Join("..", "..", "..", "testdata", "multiads", "clip_micro_hf.safetensors")
	args := []string{"eval", "--data", root, "--layout", "mvtec", "--detector", "knn", "--profile",
		"smoke", "--encoder", file, "--crop", "42", "--json"}
	stdout, stderr, code := adlab(args...)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "clip-16-12")
}

func TestPretrainRefusesInOneLine(t *testing.T) {
	out := filepath.Join(t.TempDir(), "x.safetensors")
	for message, args := range map[string][]string{
		"--out names the file": {"pretrain", "vision"},
		"--without: expected some of elpv": {"pretrain", "vision", "--out", out, "--without",
			"nothing"},
		"--steps: expected at least 2": {"pretrain", "vision", "--out", out, "--steps", "1"},
	} {
		t.Setenv("ADLAB_DATA", t.TempDir())
		_, stderr, code := adlab(args...)
		require.Equal(t, 1, code, message)
		require.Contains(t, stderr, message)
		require.Equal(t, 1, strings.Count(strings.TrimSpace(stderr), "\n")+1, stderr)
	}
	require.NoFileExists(t, out)
}
