package view

import (
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/experiment"

	"github.com/stretchr/testify/require"
)

func TestPick(t *testing.T) {
	var scored []experiment.Scored
	for i, label := range []int{0, 0, 0, 1, 1, 1} {
		scored = append(scored, experiment.Scored{Sample: datasets.Sample{ID: string(rune('a' + i)),
			Label: label},
			Prediction: detector.Prediction{Score: float64(i)}})
	}
	labels, picked := Pick(scored)
	require.Equal(t, []string{"normal, best", "normal, median", "normal, worst", "anomalous, best",
		"anomalous, median", "anomalous, worst"}, labels)
	ids := ""
	for _, p := range picked {
		ids += p.ID
	}
	require.Equal(t, "abcfed", ids)
}
