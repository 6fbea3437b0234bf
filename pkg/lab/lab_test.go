package lab

import (
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"

	"github.com/stretchr/testify/require"
)

func TestPick(t *testing.T) {
	var scored []Scored
	for i, label := range []int{0, 0, 0, 1, 1, 1} {
		scored = append(scored, Scored{datasets.Sample{ID: string(rune('a' + i)), Label: label},
			detector.Prediction{Score: float64(i)}})
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

func TestMeanLeavesUndefinedOut(t *testing.T) {
	a, b := 0.5, 0.7
	m := mean([]CategoryReport{{Metrics: Metrics{ImageAUROC: &a}},
		{Metrics: Metrics{ImageAUROC: &b}}, {}})
	require.InDelta(t, 0.6, *m.ImageAUROC, 1e-12)
	require.Nil(t, m.AUPRO)
	require.NotEmpty(t, m.Why)
}

func TestMeanStd(t *testing.T) {
	m, s := meanStd([]float64{1, 2, 3})
	require.InDelta(t, 2, m, 1e-12)
	require.InDelta(t, 1, s, 1e-12)
}

func TestExperimentIsChecked(t *testing.T) {
	e := Default("elpv")
	require.NoError(t, e.Validate())
	require.Equal(t, 500, e.Steps)
	for flag, spoil := range map[string]func(*Experiment){
		"--inps": func(e *Experiment) {
			e.INPs = 0
		}, "--steps": func(e *Experiment) { e.Steps = -1 },
		"--profile": func(e *Experiment) {
			e.Profile = "x"
		}, "--setting": func(e *Experiment) { e.Setting = "x" },
		"--detector": func(e *Experiment) {
			e.Detector = "x"
		}, "--rate": func(e *Experiment) { e.Rate = -1 },
	} {
		e := Default("elpv")
		spoil(&e)
		require.ErrorContains(t, e.Validate(), flag)
	}
}
