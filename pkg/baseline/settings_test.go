package baseline

import (
	"math"
	"testing"

	"adlab/pkg/detector"
	"adlab/pkg/setting"

	"github.com/stretchr/testify/require"
)

// TestSettingsThatCannotBe say which one it is.
func TestSettingsThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		s    detector.Settings
		name string
	}{{SPADESettings{}, "Neighbours"}, {RADSettings{0, 1}, "Neighbours"},
		{RADSettings{1, -1}, "Radius"}, {RADSettings{1, 9}, "Radius"},
		{SubspaceADSettings{0, 1}, "Variance"}, {SubspaceADSettings{1, 1}, "Variance"},
		{SubspaceADSettings{math.NaN(), 1}, "Variance"}, {SubspaceADSettings{0.5, -1}, "Rotations"},
		{AnomalyDINOSettings{false, 361}, "Rotations"}} {
		var wrong *setting.Error
		require.ErrorAs(t, c.s.Validate(detector.Common{}), &wrong)
		require.Equal(t, c.name, wrong.Name)
	}
	for _, s := range []detector.Settings{SPADESettings{1}, RADSettings{1, 0},
		SubspaceADSettings{0.5, 0}, AnomalyDINOSettings{true, 360}} {
		require.NoError(t, s.Validate(detector.Common{}))
	}
}
