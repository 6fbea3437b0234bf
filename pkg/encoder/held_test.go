package encoder_test

import (
	"os"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/encoder"

	"github.com/stretchr/testify/require"
)

// TestWhatIsHeldIsNotComputed takes some of the held pictures, whose files are gone.
func TestWhatIsHeldIsNotComputed(t *testing.T) {
	samples := plain(t, 19)
	b, err := backend.Open(backend.Available()[0])
	require.NoError(t, err)
	x := &encoder.Cache{Backend: b.Backend, Encoder: corners{"1"}}
	all, err := x.Extract(t.Context(), samples)
	require.NoError(t, err)
	held, err := x.Hold(t.Context(), samples)
	require.NoError(t, err)
	for _, s := range samples[:18] {
		require.NoError(t, os.Remove(s.Path))
	}
	x = &encoder.Cache{Backend: b.Backend, Encoder: corners{"1"}, Held: held}
	some, err := x.Extract(t.Context(), append(samples[3:5:5], samples[17]))
	require.NoError(t, err)
	require.Equal(t, 3, some.Len)
	require.Equal(t, all.At(17), some.At(2))
	require.Equal(t, all.Batch([]int{4, 3}), some.Batch([]int{1, 0}))
	for part, err := range x.Parts(t.Context(), samples[7:9]) {
		require.NoError(t, err)
		require.Equal(t, all.At(8), part.At(1))
	}
	some.Close()
	require.Equal(t, all.At(0), must(x.Extract(t.Context(), samples[:1])).At(0), "still held")
	held.Close()
	_, err = x.Extract(t.Context(), samples[:1])
	require.Error(t, err, "its file is gone, and it is no longer held")
	_, err = (&encoder.Cache{Backend: b.Backend, Encoder: corners{"2"}, Held: held}).Extract(
		t.Context(), samples[:1])
	require.Error(t, err, "another encoder's are others")
}

func must(f *encoder.Features, err error) *encoder.Features {
	if err != nil {
		panic(err)
	}
	return f
}
