package baseline

import (
	"context"
	"math/rand/v2"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/encoder"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/stretchr/testify/require"
)

// TestDrawTokens: all tokens of 40 images, and few of them, so that whole batches are left out, are
// those of the features.
func TestDrawTokens(t *testing.T) {
	samples := coloured(t, 40)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		x := &encoder.Cache{Backend: b.Backend, Encoder: quarters{}, Dir: t.TempDir()}
		f, err := x.Extract(t.Context(), samples)
		require.NoError(t, err)
		for _, size := range []int{1, 5, 159, 160, 1000} {
			drawn, err := drawTokens(t.Context(), b.Backend, f, size, rand.New(rand.NewPCG(2, 3)),
				tokens)
			require.NoError(t, err)
			rows := drawn.Value().([][]float32)
			places := sampleSorted(rand.New(rand.NewPCG(2, 3)), 160, min(size, 160))
			require.Len(t, rows, len(places))
			for i, place := range places {
				image, n := f.At(place/4), place%4
				require.Equal(t, append(append([]float32{}, image[3*n:3*n+3]...),
					image[3*(4+n):3*(4+n)+3]...), rows[i], "both levels side by side")
			}
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = drawTokens(cancelled, b.Backend, f, 5, rand.New(rand.NewPCG(2, 3)), tokens)
		require.ErrorIs(t, err, context.Canceled)
		f.Close()
	}
}

func TestSquaredDistances(t *testing.T) {
	x, bank := [][]float32{{0, 0}, {100, 100}}, [][]float32{{3, 4}, {100, 100}, {100, 100.1}}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnce(b.Backend, squaredDistances, x, bank)
		require.NoError(t, err)
		require.Equal(t, [][]float32{{25, 20000, 20020.01}, {97*97 + 96*96, 0, 0}}, out.Value(),
			"the last is below what can be told")
		out, err = CallOnce(b.Backend, nearest, [][][]float32{{{0, 0}, {100, 100}},
			{{3, 5}, {100, 99}}}, bank)
		require.NoError(t, err)
		require.Equal(t, [][]float32{{25, 0}, {1, 1}}, out.Value())
	}
}
