package experiment

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/inpformer"
	"adlab/pkg/multiads"
	"adlab/pkg/progress"
	"adlab/pkg/setting"

	"github.com/stretchr/testify/require"
)

func TestMeanLeavesUndefinedOut(t *testing.T) {
	a, b := 0.5, 0.7
	m := mean([]CategoryReport{{Metrics: Metrics{ImageAUROC: &a}},
		{Metrics: Metrics{ImageAUROC: &b}}, {}})
	require.InDelta(t, 0.6, *m.ImageAUROC, 1e-12)
	require.Nil(t, m.AUPRO)
	require.NotEmpty(t, m.Why)
}

func TestExperimentIsChecked(t *testing.T) {
	e := Default("elpv")
	require.NoError(t, e.Validate())
	require.Equal(t, 500, e.Steps)
	for name, spoil := range map[string]func(*Experiment){
		"INPs": func(e *Experiment) {
			*e = With(*e, func(s *inpformer.Settings) { s.INPs = 0 })
		},
		"Steps":    func(e *Experiment) { e.Steps = -1 },
		"Profile":  func(e *Experiment) { e.Profile = "x" },
		"Setting":  func(e *Experiment) { e.Setting = "x" },
		"Detector": func(e *Experiment) { e.Detector = "x" },
		"Rate":     func(e *Experiment) { e.Rate = -1 },
		"Encoder":  func(e *Experiment) { e.Encoder = "no such file" },
	} {
		e := Default("elpv")
		spoil(&e)
		var wrong *setting.Error
		require.ErrorAs(t, e.Validate(), &wrong, name)
		require.Equal(t, name, wrong.Name)
	}
	e.Rate = math.NaN()
	require.ErrorContains(t, e.Validate(), "Rate: expected a positive learning rate, got NaN")
}

func TestWrongAblationsAreTold(t *testing.T) {
	for want, change := range map[string]func(*inpformer.Settings){
		"Ablation: expected one of no-coherence, no-mining, table, self-attention, residual, " +
			`softmax, got "none"`: func(s *inpformer.Settings) { s.Ablation = "none" },
		"Blocks: expected an even number": func(s *inpformer.Settings) { s.Blocks = 3 },
	} {
		e := With(Default("elpv"), change)
		require.ErrorContains(t, e.Validate(), want)
	}
}

func TestForeignSettingsAreRefused(t *testing.T) {
	_, err := Default("elpv").By("knn").Set("Ablation", "softmax")
	require.EqualError(t, err, "Ablation: it is for inp-former, and the detector is knn; leave it "+
		"out")
	_, err = Default("elpv").Set("Sources", "mvtec=x")
	require.ErrorContains(t, err, "it is for adaclip, anomalyclip, april-gan, cocoop, "+
		"coop, inctrl, multiads")
	e, err := Default("elpv").Set("INPs", "4")
	require.NoError(t, err)
	require.Equal(t, 4, OwnOf[inpformer.Settings](e).INPs)
}

func TestAnExperimentIsTheSameAfterJSON(t *testing.T) {
	for _, e := range []Experiment{Default("elpv"), Default("elpv").By("knn"),
		With(Default("visa").By("multiads"), func(s *multiads.Settings) {
			s.Sources, s.Rule, s.Filter = []string{"mvtec=x"}, "score_max", true
		}), With(Default("mvtec"), func(s *inpformer.Settings) { s.Ablation = "softmax" })} {
		b, err := json.Marshal(e)
		require.NoError(t, err)
		var again Experiment
		require.NoError(t, json.Unmarshal(b, &again))
		require.Equal(t, e, again)
	}
}

// TestACacheThatCannotBeWrittenIsSaidFirst has a file in the folder's place: nothing is computed
// before that is said, with the way out.
func TestACacheThatCannotBeWrittenIsSaidFirst(t *testing.T) {
	taken := filepath.Join(t.TempDir(), "taken")
	require.NoError(t, os.WriteFile(taken, nil, 0o666))
	for _, cache := range []string{taken, filepath.Join(taken, "below")} {
		_, err := Open("no such backend", cache, progress.New(nil))
		require.ErrorContains(t, err, cache)
		require.ErrorContains(t, err, "name another folder in ADLAB_CACHE")
	}
}
