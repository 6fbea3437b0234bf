package live

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestIdleWorkIsDroppedForNewer asks for one thing after another: the last is done, what ran is
// interrupted, and may be asked for again.
func TestIdleWorkIsDroppedForNewer(t *testing.T) {
	j := newJobs()
	defer j.close()
	began, ended := make(chan struct{}), make(chan string, 8)
	require.NoError(t, j.only("slow", func(ctx context.Context) error {
		close(began)
		<-ctx.Done()
		ended <- "slow dropped"
		return ctx.Err()
	}))
	<-began
	for _, name := range []string{"a", "b", "c"} {
		require.NoError(t, j.only(name, func(context.Context) error { ended <- name; return nil }))
	}
	require.Equal(t, "slow dropped", <-ended)
	require.Equal(t, "c", <-ended)
	<-j.told
	require.Empty(t, j.told, "what was dropped has nothing to show")
	require.NoError(t, j.only("a", func(context.Context) error {
		ended <- "a again"
		return errors.New("broken")
	}))
	require.Equal(t, "a again", <-ended)
	require.Eventually(t, func() bool {
		return j.only("a", nil) != nil
	}, 5*time.Second, time.Millisecond, "what has failed says why")
}
