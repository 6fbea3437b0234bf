package main

import (
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets"

	"github.com/stretchr/testify/require"
)

func TestDemo(t *testing.T) {
	if _, err := os.Stat(filepath.Join(datasets.Home(), "elpv")); err != nil {
		t.Skip("the solar cells are not here: make data")
	}
	t.Setenv("ADLAB_PROFILE", "smoke")
	dir := t.TempDir()
	out, stderr, code := adlab("demo", "--out", dir)
	require.Zero(t, code, stderr)
	for _, detector := range []string{"inp-former", "knn"} {
		require.Contains(t, out, detector+" on efficientnet-lite0")
	}
	for _, name := range []string{"nearest_mono.png", "nearest_poly.png", "learning.png",
		"overlays_mono.png", "overlays_poly.png", "reports.json"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotZero(t, info.Size(), name)
		require.Contains(t, out, filepath.Join(dir, name))
	}
}
