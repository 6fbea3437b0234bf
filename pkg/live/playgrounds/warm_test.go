package playgrounds

import (
	"testing"
	"time"

	"adlab/pkg/live/livetest"

	"github.com/stretchr/testify/require"
)

// What is warm opens at once.
func TestWarm(t *testing.T) {
	for _, name := range Names() {
		_, err := Warm(t.Context(), livetest.Runner(t), name)
		require.NoError(t, err)
		again, err := Warm(t.Context(), livetest.Runner(t), name)
		require.NoError(t, err)
		require.Positive(t, again)
		require.Less(t, again, 5*time.Second, "%s: what the first has computed is there", name)
	}
	_, err := Warm(t.Context(), livetest.Runner(t), "nothing")
	require.ErrorContains(t, err, `expected inp-former or multiads, got "nothing"`)
}
