package exhibit

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/exhibit/testworld"
	"adlab/pkg/experiment"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { testworld.Main(m) }

// Smoke is a new runner over the tests' store.
func Smoke(t *testing.T) *Runner {
	v, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	p, err := experiment.ProfileOf("smoke")
	require.NoError(t, err)
	return NewRunner(v, p)
}

// What the tests beside the registry look into.
type Outcome = outcome

var (
	OutcomePath     = outcomePath
	PublishedFolder = publishedFolder
)

func (r *Runner) EstimateFrom(ctx context.Context, list []Exhibit, stored []*Run) ([]Plan, error) {
	return r.estimate(ctx, list, stored)
}

// StepsOf is how many steps a head of the measurement trains on so many images, where the
// experiment does not say it.
func (r *Runner) StepsOf(ctx context.Context, m Measurement, images int) (int, error) {
	_, e, enc, err := r.addressed(ctx, m)
	if err != nil {
		return 0, err
	}
	e.Steps = 0
	return (&estimator{Runner: r}).stepsOf(m, e, enc, images)
}

// Speeds measures those of measurements: by the detector's name, "" for one that is looked up,
// whether it has steps.
func (r *Runner) Speeds(ctx context.Context, ms []Measurement) (map[string]bool, error) {
	x := &estimator{Runner: r, speeds: map[string]speed{}}
	x.scratch = filepath.Join(r.Env.Cache, "scratch")
	for _, m := range ms {
		_, e, enc, err := r.addressed(ctx, m)
		if err != nil {
			return nil, err
		}
		if _, err := x.speed(ctx, m, e, enc); err != nil {
			return nil, err
		}
	}
	found := map[string]bool{}
	for key, v := range x.speeds {
		_, detector, _ := strings.Cut(key, " ")
		found[detector] = v.step > 0
	}
	return found, nil
}

func (r *Runner) Addressed(ctx context.Context, m Measurement) (*Run, error) {
	run, _, _, err := r.addressed(ctx, m)
	return run, err
}

// Head is what decides the trained head of a measurement.
func (m Measurement) Head() string { return m.head() }
