package papers

import (
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/testworld"
	"adlab/pkg/experiment"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { testworld.Main(m) }

// smoke is a new runner over the tests' store.
func smoke(t *testing.T) *exhibit.Runner {
	v, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	return exhibit.NewRunner(v, profile(t, "smoke"))
}

func profile(t *testing.T, name string) experiment.Profile {
	p, err := experiment.ProfileOf(name)
	require.NoError(t, err)
	return p
}
