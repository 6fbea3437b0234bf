package datasets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func someSamples(t testing.TB, n int) []Sample {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("%03d.png", i))
	}
	root := tree(t, names...)
	var samples []Sample
	for _, name := range names {
		samples = append(samples, Sample{ID: name, Path: filepath.Join(root, name)})
	}
	return samples
}

func TestImagesComeInOrder(t *testing.T) {
	samples := someSamples(t, 60)
	for _, workers := range []int{-1, 1, 2, 7} {
		n := 0
		for x, err := range Images(t.Context(), samples, workers) {
			require.NoError(t, err)
			require.Equal(t, n, x.Index)
			require.Equal(t, samples[n], x.Sample)
			require.Equal(t, uint8(n), x.Image.Pix[0])
			n++
		}
		require.Equal(t, 60, n)
	}
	for range Images(t.Context(), nil, 2) {
		t.Fatal("nothing to give")
	}
}

func TestImagesStopAtTheFirstError(t *testing.T) {
	samples := someSamples(t, 30)
	require.NoError(t, os.WriteFile(samples[7].Path, nil, 0o666))
	require.NoError(t, os.Remove(samples[9].Path))
	n := 0
	var failed error
	for x, err := range Images(t.Context(), samples, 3) {
		require.NoError(t, failed, "nothing comes after an error")
		require.Equal(t, n, x.Index)
		if failed = err; err == nil {
			n++
		}
	}
	require.Equal(t, 7, n)
	require.ErrorContains(t, failed, samples[7].Path+": the file is empty")
}

func TestImagesStopWhenCancelled(t *testing.T) {
	samples := someSamples(t, 50)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var failed error
	for _, err := range Images(ctx, samples, 2) {
		if err != nil {
			failed = err
			break
		}
		if n++; n == 5 {
			cancel()
		}
	}
	require.ErrorIs(t, failed, context.Canceled)
	require.Equal(t, 5, n)
	for _, err := range Images(ctx, samples, 2) {
		require.True(t, errors.Is(err, context.Canceled))
	}
}

func TestImagesLeaveNothingRunning(t *testing.T) {
	samples := someSamples(t, 50)
	before := runtime.NumGoroutine()
	for range 20 {
		for range Images(t.Context(), samples, 4) {
			break
		}
	}
	require.Eventually(t, func() bool {
		return runtime.NumGoroutine() <= before+1
	}, 5*time.Second, 5*time.Millisecond)
}

// A consumer that waits finds no more than the promised number of pictures read ahead.
func TestImagesReadAheadIsBounded(t *testing.T) {
	samples := someSamples(t, 100)
	const workers = 2
	n := 0
	for _, err := range Images(t.Context(), samples, workers) {
		if n == 0 {
			time.Sleep(50 * time.Millisecond)
			for _, s := range samples[1+4*workers:] { // what must not have been read yet
				require.NoError(t, os.Remove(s.Path))
			}
		}
		if err != nil {
			require.ErrorIs(t, err, os.ErrNotExist)
			break
		}
		n++
	}
	require.Equal(t, 1+4*workers, n)
}

func BenchmarkImages(b *testing.B) {
	if !Fetched("elpv", Home()) {
		b.Skip("needs the fetched elpv")
	}
	set, err := Open("elpv", "", Options{TrainLimit: 200})
	require.NoError(b, err)
	samples := set.Train()
	for b.Loop() {
		for _, err := range Images(b.Context(), samples, runtime.NumCPU()) {
			require.NoError(b, err)
		}
	}
	b.ReportMetric(float64(b.N*len(samples))/b.Elapsed().Seconds(), "images/s")
}
