package exhibit

import (
	"context"
	"testing"
	"time"

	"adlab/pkg/experiment"
	"adlab/pkg/store"

	"github.com/stretchr/testify/require"
)

// mean is a measurement that takes no training.
func meanPicture(set string) Measurement {
	p, _ := experiment.ProfileOf("smoke")
	return Measuring(p, "mean", set, 1)
}

func TestARunIsStoredUnderAllThatDecidedIt(t *testing.T) {
	r := Smoke(t)
	r.Env.Cache = t.TempDir()
	first, err := r.Measure(t.Context(), meanPicture("mad-real"))
	require.NoError(t, err)
	v, ok := first.Value("I-AUROC", "")
	require.True(t, ok)
	require.Positive(t, v)
	_, ok = first.Value("P-AUROC (macro)", "")
	require.False(t, ok, "not measured")

	fresh := Smoke(t)
	fresh.Env.Cache = r.Env.Cache
	again, err := fresh.Measure(t.Context(), meanPicture("mad-real"))
	require.NoError(t, err)
	require.Equal(t, first, again, "from the store")

	seed := meanPicture("mad-real")
	seed.Experiment.Seed = 2
	other, err := fresh.Measure(t.Context(), seed)
	require.NoError(t, err)
	require.NotEqual(t, first.Key, other.Key)
	_, _, enc, err := r.addressed(t.Context(), meanPicture("mad-real"))
	require.NoError(t, err)
	same := *first
	require.NoError(t, same.address(r.Profile, enc))
	require.Equal(t, first.Key, same.Key)
	for name, change := range map[string]func(*Run){
		"weights": func(r *Run) {
			r.Weights = "x"
		}, "data": func(r *Run) {
			r.Data = map[string]string{"mad-real": "x"}
		}, "processor": func(r *Run) { r.Processor = "x" },
		"shots": func(r *Run) { r.Measurement.Experiment.Shots = 1 },
	} {
		changed := *first
		change(&changed)
		require.NoError(t, changed.address(r.Profile, enc))
		require.NotEqual(t, first.Key, changed.Key, name)
	}
	runs, err := Runs(r.Env.Cache)
	require.NoError(t, err)
	require.Len(t, runs, 2)
}

func TestASecondProcessWaitsForTheFirst(t *testing.T) {
	r := Smoke(t)
	r.Env.Cache = t.TempDir()
	run, err := r.Measure(t.Context(), meanPicture("mad-real"))
	require.NoError(t, err)
	unlock, err := store.Lock(t.Context(), RunsDir(r.Env.Cache)+"/"+run.Key+".json")
	require.NoError(t, err)
	other := Smoke(t)
	other.Env.Cache = r.Env.Cache
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = other.Measure(ctx, meanPicture("mad-real"))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	unlock()
	_, err = other.Measure(t.Context(), meanPicture("mad-real"))
	require.NoError(t, err)
}

func TestAnInterruptedTableGoesOnFromItsRuns(t *testing.T) {
	r := Smoke(t)
	r.Env.Cache = t.TempDir()
	result := &Result{}
	half := []Measurement{meanPicture("mad-real")}
	_, err := r.all(t.Context(), half, result)
	require.NoError(t, err)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = r.all(cancelled, append(half, meanPicture("mad-sim")), result)
	require.ErrorIs(t, err, context.Canceled)
	runs, err := Runs(r.Env.Cache)
	require.NoError(t, err)
	require.Len(t, runs, 1, "the interrupted one left nothing")
}
