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

// TestNearestInBlocks: a bank of more than one block is searched to its end.
func TestNearestInBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 5))
	bank := make([][]float32, bankBlock+7)
	for i := range bank {
		bank[i] = []float32{float32(rng.IntN(1000)), float32(rng.IntN(1000))}
	}
	bank[3], bank[bankBlock+6] = []float32{-4000, 100}, []float32{5000, 5000} // far from all others
	x := [][][]float32{{bank[3], {500, -200}, {-300, 300}}, {bank[bankBlock+6], {1500, 2000},
		{0, 0}}}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnce(b.Backend, nearest, x, bank)
		require.NoError(t, err)
		for i, row := range out.Value().([][]float32) {
			for n, got := range row {
				least := float32(1e30)
				for _, m := range bank {
					dx, dy := x[i][n][0]-m[0], x[i][n][1]-m[1]
					least = min(least, dx*dx+dy*dy)
				}
				// below 1e-5 of the norms it is 0
				require.InDelta(t, least, got, 100, "picture %d, token %d", i, n)
			}
		}
	}
}
