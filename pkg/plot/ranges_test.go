package plot

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRanges(t *testing.T) {
	p, err := Ranges("pixel AP over all rulers", "percent",
		Compared{"VisA", []Ratio{{"kNN", 30, 22, 41, 0}, {"PaDiM", 28, 27, 29, 0}}},
		Compared{"MVTec", []Ratio{{"kNN", 44, 31, 52, 0}}})
	require.NoError(t, err)
	require.Contains(t, string(p.SVG), "PaDiM")
	require.Contains(t, string(p.SVG), "MVTec")
	_, err = Ranges("", "", Compared{"a", []Ratio{{"b", 1, 2, 3, 0}}})
	require.EqualError(t, err, `range "b" of "a": expected low ≤ value ≤ high, got 2, 1, 3`)
	_, err = Ranges("", "")
	require.EqualError(t, err, "expected ranges to draw, got none")
}
