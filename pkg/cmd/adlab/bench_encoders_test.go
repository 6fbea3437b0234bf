package main

import (
	"path/filepath"
	"testing"

	"adlab/pkg/lab"

	"github.com/stretchr/testify/require"
)

// TestATableIsAddedTo measures a part of a table again: the rest stays, unless it is of other
// encoders or has another number of steps.
func TestATableIsAddedTo(t *testing.T) {
	table := func(digest string, cells ...lab.EncoderCell) *lab.EncoderTable {
		return &lab.EncoderTable{Backend: "xla", Digests: map[string]string{"a": digest},
			Sets: map[string]string{"s": "1"}, Cells: cells}
	}
	cell := func(encoder string, seed uint64, steps int, seconds float64) lab.EncoderCell {
		return lab.EncoderCell{Encoder: encoder, Method: "inp-former", Set: "s", Seed: seed,
			Steps: steps, Seconds: seconds}
	}
	file := filepath.Join(t.TempDir(), "table")
	none, err := knownCells(file)
	require.NoError(t, err)
	require.Nil(t, none)
	require.NoError(t, table("x", cell("A", 1, 120, 1), cell("A", 2, 120, 2),
		cell("B", 1, 60, 3)).Write(file))
	known, err := knownCells(file)
	require.NoError(t, err)

	again := table("x", cell("A", 2, 120, 4), cell("A", 3, 120, 5))
	require.Equal(t, []lab.EncoderCell{cell("A", 2, 120, 4), cell("A", 3, 120, 5),
		cell("A", 1, 120, 1), cell("B", 1, 60, 3)}, added(known, again).Cells)
	require.Equal(t, []lab.EncoderCell{cell("A", 1, 200, 6), cell("B", 1, 60, 3)},
		added(known, table("x", cell("A", 1, 200, 6))).Cells, "one number of steps a row")
	busy, quiet := table("x"), table("x")
	busy.Milliseconds, quiet.Milliseconds = map[string]float64{"A": 40},
		map[string]float64{"A": 12, "B": 13}
	for _, both := range []*lab.EncoderTable{added(busy, quiet), added(quiet, busy)} {
		require.Equal(t, map[string]float64{"A": 12, "B": 13}, both.Milliseconds)
	}
	other := table("y", cell("A", 3, 120, 5))
	require.Equal(t, other, added(known, other))
}
