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
			by("inp-former", 0.54), by("other", 0.2), none}},
		{"VisA", "kNN", []experiment.Ruled{by("exact", 0.45, 0.5, 0.5), by("inp-former", 0.4),
			by("other", 0.3), none}},
	}
	low, high, lowest, highest, count := all[0].extremes(metric.PixelAP)
	require.Equal(t, 3, count)
	require.InDeltaSlice(t, []float64{20, 54}, []float64{low, high}, 1e-9)
	require.Equal(t, []string{"other", "inp-former"}, []string{lowest, highest})

	spread := spreadOf(all)
	require.Equal(t, "P-AP by 3 rulers", spread.Groups[0].Name)
	require.Equal(t, "34.0", spread.Groups[0].Rows[0].Cells[5].String())
	orders := ordersOf(all).Groups[0].Rows[0].Cells
	var texts []string
	for _, c := range orders {
		texts = append(texts, c.String())
	}
	require.Equal(t, []string{"INP-Former > kNN", "3", "2", "other: kNN",
		"INP-Former and kNN"}, texts, "the draws' differences are -0.1 and 0.1")
	gaps := gapsOf(all)
	require.Equal(t, "-4.0", gaps.Groups[0].Rows[0].Cells[0].String())
	require.Equal(t, "0.0", gaps.Groups[0].Rows[1].Cells[0].String())
	require.Equal(t, "–", gaps.Groups[0].Rows[3].Cells[0].String())
	require.Contains(t, gaps.Notes[0], "3.3 points; rulers that are as far from the print on "+
		"some set here: exact, other")
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
