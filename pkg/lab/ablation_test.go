package lab

import (
	"testing"

	"adlab/pkg/inpformer"

	"github.com/stretchr/testify/require"
)

func TestAblationsDifferFromThePaperInOneSwitchEach(t *testing.T) {
	e := Default("elpv")
	paper := e.head(192, 14)
	require.Equal(t, inpformer.Default(192, 14), paper)
	seen := map[inpformer.Config]string{paper: "the paper"}
	for _, name := range Ablations() {
		e.Ablation = name
		cfg := e.head(192, 14)
		require.NoError(t, cfg.Validate())
		require.Empty(t, seen[cfg], name)
		seen[cfg] = name
	}
	require.Len(t, seen, 7)
}

func TestWrongAblationsAreTold(t *testing.T) {
	for want, change := range map[string]func(*Experiment){
		`--ablation: expected one of no-coherence, no-mining, table, self-attention, residual, softmax, got "none"`: func(e *Experiment) {
			e.Ablation = "none"
		},
		"--ablation: knn has none": func(e *Experiment) {
			e.Ablation, e.Detector = "softmax", "knn"
		},
		"--blocks: expected an even number": func(e *Experiment) { e.Blocks = 3 },
	} {
		e := Default("elpv")
		change(&e)
		require.ErrorContains(t, e.Validate(), want)
	}
}
