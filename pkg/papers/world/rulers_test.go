package world

import (
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/metric"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// TestRulersByHand: two methods on a set, by three rulers.
func TestRulersByHand(t *testing.T) {
	by := func(name string, ap float64, draws ...float64) experiment.Ruled {
		r := experiment.Ruled{Ruler: name, Values: metric.Values{metric.PixelAP: ap}}
		if draws != nil {
			r.Draws = metric.Draws{metric.PixelAP: draws}
		}
		return r
	}
	none := experiment.Ruled{Ruler: "none", Values: metric.Values{}}
	all := []judged{
		{"VisA", "INP-Former", []experiment.Ruled{by("exact", 0.5, 0.4, 0.6),
			by("inp-former", 0.54), by("other", 0.2), none, by("twin", 0.2), by("high", 0.6)}},
		{"VisA", "kNN", []experiment.Ruled{by("exact", 0.45, 0.5, 0.5), by("inp-former", 0.4),
			by("other", 0.3), none, by("twin", 0.3), by("high", 0.1)}},
	}
	low, high, lowest, highest, count, distinct := all[0].extremes(metric.PixelAP)
	require.Equal(t, []int{5, 4}, []int{count, distinct}, "twin says what other says")
	require.InDeltaSlice(t, []float64{20, 60}, []float64{low, high}, 1e-9)
	require.Equal(t, []string{"other", "high"}, []string{lowest, highest})

	spread := spreadOf(all)
	require.Equal(t, "P-AP by 5 rulers", spread.Groups[0].Name)
	require.Equal(t, "40.0", spread.Groups[0].Rows[0].Cells[5].String())
	require.Equal(t, "4", spread.Groups[0].Rows[0].Cells[6].String())
	orders := ordersOf(all).Groups[0].Rows[0].Cells
	var texts []string
	for _, c := range orders {
		texts = append(texts, c.String())
	}
	require.Equal(t, []string{"INP-Former > kNN", "5", "4", "3", "other: kNN",
		"INP-Former and kNN"}, texts, "the draws' differences are -0.1 and 0.1")
	require.Contains(t, ordersOf(all).Notes[1], "over 2 resamples of the test pictures")
	gaps := gapsOf(all)
	require.Equal(t, "-4.0", gaps.Groups[0].Rows[0].Cells[0].String())
	require.Equal(t, "0.0", gaps.Groups[0].Rows[1].Cells[0].String())
	require.Equal(t, "–", gaps.Groups[0].Rows[3].Cells[0].String())
	require.Equal(t, "6.0", gaps.Groups[0].Rows[5].Cells[0].String())
	require.Regexp(t, "3.3 points less; rulers that are as far below the print on some set here: "+
		"exact, other, twin$", gaps.Notes[0], "not high, which is above it")
}

func TestTheRulersExhibitInSmoke(t *testing.T) {
	found, err := exhibit.Find(Exhibits(), "rulers")
	require.NoError(t, err)
	v, err := experiment.Open("", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	r := exhibit.NewRunner(v, profile(t, "smoke"))
	result, err := r.Run(t.Context(), found[0])
	require.NoError(t, err)
	require.Len(t, result.Figures, len(spreading))
	require.Len(t, result.Tables, 4)
	for _, run := range result.Runs {
		require.Len(t, run.Rulers, len(metric.Rulers))
		require.NotEmpty(t, run.Rulers[0].Draws)
	}
}
