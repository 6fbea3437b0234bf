package exhibit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheComparisonSharesTheHeadsOfTable4(t *testing.T) {
	// smoke measures one target of the table alone
	for _, profile := range []string{"tiny", "paper"} {
		s, err := SettingsOf(profile)
		require.NoError(t, err)
		found, err := Find("mads-table4")
		require.NoError(t, err)
		measured := found[0].Measurements(s)
		own := qualitative().Measurements(s)
		require.Len(t, own, len(comparedSets)*len(comparedMethods))
		for _, m := range own {
			require.Contains(t, measured, m, profile)
		}
	}
}
