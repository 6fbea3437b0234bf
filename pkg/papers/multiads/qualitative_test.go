package multiads

import (
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"

	"github.com/stretchr/testify/require"
)

func TestTheComparisonSharesTheHeadsOfTable4(t *testing.T) {
	// smoke measures one target of the table alone
	for _, profile := range []string{"tiny", "paper"} {
		p, err := experiment.ProfileOf(profile)
		require.NoError(t, err)
		found, err := exhibit.Find(Exhibits(), "mads-table4", "mads-qualitative")
		require.NoError(t, err)
		measured := found[0].Measurements(p)
		own := found[1].Measurements(p)
		require.Len(t, own, len(comparedSets)*len(comparedMethods))
		for _, m := range own {
			require.Contains(t, measured, m, profile)
		}
	}
}
