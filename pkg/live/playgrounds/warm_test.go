package playgrounds

import (
	"testing"

	"adlab/pkg/live/livetest"

	"github.com/stretchr/testify/require"
)

// What is open has its first picture.
func TestWarm(t *testing.T) {
	for _, name := range Names() {
		opened, first, err := Warm(t.Context(), livetest.Runner(t), name)
		require.NoError(t, err)
		require.Positive(t, first)
		require.Less(t, first, opened, "%s: what opening has drawn is there", name)
	}
	_, _, err := Warm(t.Context(), livetest.Runner(t), "nothing")
	require.ErrorContains(t, err, `expected inp-former or multiads, got "nothing"`)
}
