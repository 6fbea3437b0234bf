package exhibit

import (
	"context"
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

func (r *Runner) Addressed(ctx context.Context, m Measurement) (*Run, error) {
	run, _, _, err := r.addressed(ctx, m)
	return run, err
}

// Head is what decides the trained head of a measurement.
func (m Measurement) Head() string { return m.head() }
