package plot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRatios(t *testing.T) {
	p, err := Ratios("time over ours", "right of 1: slower than ours",
		Compared{"small", []Ratio{{"eager", 1.4, 1.2, 1.6, 0}, {"compiled", 0.8, 0.75, 0.9, 0}}},
		Compared{"large", []Ratio{{"eager", 12, 8, 14, 0}, {"compiled", 1, 1, 1, 0}}})
	require.NoError(t, err)
	golden(t, "ratios", p)
	require.Contains(t, string(p.SVG), "compiled")
	_, err = Ratios("", "", Compared{"a", []Ratio{{"b", 1, 2, 3, 0}}})
	require.EqualError(t, err, `ratio "b" of "a": expected 0 < low ≤ value ≤ high, got 2, 1, 3`)
}

// TestANameKeepsItsColour in plots that say it, whatever stands before it.
func TestANameKeepsItsColour(t *testing.T) {
	const blue, vermilion = "#0072B2", "#D55E00"
	for colour, want := range map[int][2]bool{0: {true, false}, 1: {true, false}, 2: {false, true},
		2 + len(Palette): {false, true}} {
		p, err := Ratios("", "", Compared{"a", []Ratio{{"b", 1, 1, 1, colour}}})
		require.NoError(t, err)
		svg := strings.ToUpper(string(p.SVG))
		require.Equal(t, want, [2]bool{strings.Contains(svg, blue),
			strings.Contains(svg, vermilion)}, colour)
	}
}

func TestDoublings(t *testing.T) {
	labels := func(low, high float64) (out []string) {
		for _, x := range doublings(low, high) {
			out = append(out, x.Label)
		}
		return out
	}
	require.Equal(t, []string{"0.5", "1", "2", "5", "10"}, labels(0.4, 12))
	require.Equal(t, []string{"1", "10", "100", "1e+03"}, labels(0.5, 2000))
	require.Equal(t, []string{"0.8", "1.0", "1.2", "1.4", "1.6"}, labels(0.7, 1.6))
}
