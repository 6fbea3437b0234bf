package main

import (
	"encoding/json"
	"testing"

	"adlab/pkg/exhibit"

	"github.com/stretchr/testify/require"
)

func TestPartsAreReadOrRefused(t *testing.T) {
	part, err := partOf("2/4")
	require.NoError(t, err)
	require.Equal(t, exhibit.Part{K: 2, N: 4}, part)
	for _, wrong := range []string{"", "2", "0/4", "5/4", "-1/2", "1/0", "2/4x", "a/b", "1 / 2"} {
		_, err := partOf(wrong)
		require.ErrorContains(t, err, "--part: expected K/N", wrong)
	}
	oneLineFailure(t, []string{"run", "inp-table2", "--profile", "smoke", "--part", "3/2"},
		"--part: expected K/N with K from 1 to N, such as 2/4, got ")
	oneLineFailure(t, []string{"run", "inp-table2", "--part", "1/2", "--out", t.TempDir()}, "part",
		"out")
}

// TestThreePartsFillTheStore: each cell is measured in one part, once, and the tables are then made
// of what is stored.
func TestThreePartsFillTheStore(t *testing.T) {
	t.Setenv("ADLAB_CACHE", t.TempDir())
	args := []string{"run", "inp-figure6", "inp-ablation-softmax", "--profile", "smoke"}
	measured := 0
	for _, part := range []string{"3/3", "1/3", "2/3", "1/3"} {
		out, stderr, code := adlab(append(args, "--part", part, "--json")...)
		require.Zero(t, code, stderr)
		var filled filledPart
		require.NoError(t, json.Unmarshal([]byte(out), &filled))
		require.Equal(t, part, filled.Part)
		require.Equal(t, filled.Cells, filled.Measured+filled.Found+filled.Heads)
		measured += filled.Measured
	}
	out, stderr, code := adlab("runs", "--json")
	require.Zero(t, code, stderr)
	var runs []*exhibit.Run
	require.NoError(t, json.Unmarshal([]byte(out), &runs))
	require.Len(t, runs, 3, "two values of M, and the ablation")
	require.Equal(t, 3, measured)
	dir := t.TempDir()
	_, stderr, code = adlab(append(args, "--out", dir)...)
	require.Zero(t, code, stderr)
	again, _, _ := adlab("runs", "--json")
	require.Equal(t, out, again, "nothing was measured for the tables")
}
