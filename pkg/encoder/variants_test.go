package encoder_test

import (
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/encoder"

	"github.com/stretchr/testify/require"
)

// TestVariantsFollowTheirImage: over several files of the cache, each image's variants stand
// together, in their order.
func TestVariantsFollowTheirImage(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	samples := plain(t, 7)
	x := &encoder.Cache{Backend: b.Backend, Encoder: corners{"1"}, Dir: t.TempDir()}
	const count = 100 // two images a file
	scaled := encoder.Variants{Name: " scaled", Count: count,
		Make: func(image []float32, _ int) (out [][]float32) {
			for k := range count {
				v := make([]float32, len(image))
				for i := range v {
					v[i] = image[i] * float32(k)
				}
				out = append(out, v)
			}
			return out
		}}
	plain, err := x.Extract(t.Context(), samples)
	require.NoError(t, err)
	defer plain.Close()
	for range 2 { // computed, and read
		f, err := x.ExtractVariants(t.Context(), samples, scaled)
		require.NoError(t, err)
		require.Equal(t, 7*count, f.Len)
		for i := range samples {
			for _, k := range []int{0, 1, 50, 99} {
				want := plain.At(i)
				for c := range want {
					want[c] *= float32(k)
				}
				require.InDeltaSlice(t, want, f.At(i*count+k), 1e-4, "image %d, variant %d", i, k)
			}
		}
		f.Close()
	}
}
