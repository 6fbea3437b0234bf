package verdict

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConfuse(t *testing.T) {
	c := Confuse([]float64{1, 2, 3}, []float64{2.5, 4}, Threshold{Value: 2}.NG)
	require.Equal(t, Confusion{Found: 2, Wrong: 1, Right: 2}, c)
	require.Equal(t, 1.0, c.Recall().Value)
	require.InDelta(t, 2./3, c.Precision().Value, 1e-12)
	require.InDelta(t, 1./3, c.FalseAlarms().Value, 1e-12)
}

// TestShare compares with tables of Clopper and Pearson's intervals.
func TestShare(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{0, 10, 0, 0.3085}, {5, 10, 0.1871, 0.8129}, {10, 10, 0.6915, 1}, {1, 100, 0.0003, 0.0545},
		{0, 0, 0, 1}} {
		got := Share(c.k, c.n)
		require.InDelta(t, c.low, got.Low, 6e-5)
		require.InDelta(t, c.high, got.High, 6e-5)
	}
}
