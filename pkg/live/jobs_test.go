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
	j := NewJobs()
	defer j.Close()
	began, ended := make(chan struct{}), make(chan string, 8)
	require.NoError(t, j.Only("slow", func(ctx context.Context) error {
		close(began)
		<-ctx.Done()
		ended <- "slow dropped"
		return ctx.Err()
	}))
	<-began
	for _, name := range []string{"a", "b", "c"} {
		require.NoError(t, j.Only(name, func(context.Context) error { ended <- name; return nil }))
	}
	require.Equal(t, "slow dropped", <-ended)
	require.Equal(t, "c", <-ended)
	<-j.Later()
	require.Empty(t, j.Later(), "what was dropped has nothing to show")
	require.NoError(t, j.Only("a", func(context.Context) error {
		ended <- "a again"
		return errors.New("broken")
	}))
	require.Equal(t, "a again", <-ended)
	require.Eventually(t, func() bool {
		return j.Only("a", nil) != nil
	}, 5*time.Second, time.Millisecond, "what has failed says why")
}

// TestTheCheapComesFirst: of what waits, the cheapest is done first, and of equals the newest wish.
func TestTheCheapComesFirst(t *testing.T) {
	j := NewJobs()
	defer j.Close()
	began, gate, done := make(chan struct{}), make(chan struct{}), make(chan string, 8)
	require.False(t, j.Busy())
	require.NoError(t, j.Want("first", 9, func(context.Context) error {
		close(began)
		<-gate
		return nil
	}))
	<-began
	require.True(t, j.Busy())
	for _, x := range []struct {
		name string
		cost int
	}{{"dear", 5}, {"cheap", 1}, {"older", 3}, {"newer", 3}, {"older", 3}} {
		require.NoError(t, j.Want(x.name, x.cost, func(context.Context) error {
			done <- x.name
			return nil
		}))
	}
	bar := j.Progress().Bar("training")
	bar(3, 10, "steps")
	require.Equal(t, "training: 3 of 10 steps", j.Doing())
	<-j.Later()
	close(gate)
	for _, name := range []string{"cheap", "older", "newer", "dear"} {
		require.Equal(t, name, <-done)
	}
	require.Eventually(t, func() bool { return !j.Busy() }, 5*time.Second, time.Millisecond)
	require.Empty(t, j.Doing())
	bar(9, 10, "steps")
	require.Empty(t, j.Doing(), "nothing runs")
}
