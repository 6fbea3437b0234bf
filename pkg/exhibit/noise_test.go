package exhibit

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoiseIsTwoStandardErrorsOfADifference(t *testing.T) {
	row := func(values ...float64) Row { return Row{Cells: []Cell{{Ours: values}, {}}} }
	table := &Table{Columns: []string{"I-AUROC", "AUPRO"}, Groups: []Group{{Rows: []Row{
		row(90, 92, 94), row(80, 80, 80), row(70)}}}}
	noise := table.Noise() // variances 4 and 0: 2 between them, on 3 seeds
	require.InDelta(t, 2*math.Sqrt(2*2.0/3), noise[0], 1e-12)
	require.True(t, math.IsNaN(noise[1]))
	require.Equal(t, "differences between rows below these are noise of the seeds (two standard "+
		"errors): I-AUROC 2.3", table.noiseNote())
	require.Empty(t, (&Table{Columns: []string{"x"}}).noiseNote())
}
