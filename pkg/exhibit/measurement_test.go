package exhibit

import (
	"testing"

	"adlab/pkg/experiment"

	"github.com/stretchr/testify/require"
)

// TestAnotherDetectorLearnsAsLong, where it learns from tokens at all.
func TestAnotherDetectorLearnsAsLong(t *testing.T) {
	p, err := experiment.ProfileOf("tiny")
	require.NoError(t, err)
	m := Measuring(p, "inp-former", "mvtec", 1)
	m.Experiment.Steps, m.Experiment.Batch = 200, 8
	for name, want := range map[string][2]int{"inp-former": {200, 8}, "dinomaly": {200, 8},
		"knn": {}, "april-gan": {}} {
		e := m.By(name).Experiment
		require.Equal(t, want, [2]int{e.Steps, e.Batch}, name)
		require.Equal(t, name, e.Detector)
	}
}
