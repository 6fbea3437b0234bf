package baseline

import (
	"context"
	"math/rand/v2"
	"testing"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/encoder"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

var _ encoder.Encoder = (*HOG)(nil)

func TestSampleSortedIsWithoutRepetition(t *testing.T) {
	for _, c := range []struct{ n, size int }{{1, 1}, {5, 5}, {100, 1}, {100, 99}, {50, 0}} {
		hits := map[int]int{}
		for seed := range uint64(20) {
			got := sampleSorted(rand.New(rand.NewPCG(seed, 1)), c.n, c.size)
			require.Len(t, got, c.size)
			for i, x := range got {
				require.True(t, x >= 0 && x < c.n && (i == 0 || x > got[i-1]), "%v", got)
				hits[x]++
			}
			require.Equal(t, got, sampleSorted(rand.New(rand.NewPCG(seed, 1)), c.n, c.size))
		}
		if c.size == 1 && c.n == 100 {
			require.Greater(t, len(hits), 10, "other seeds, other draws")
		}
	}
}

func TestKNNKnowsItsBank(t *testing.T) {
	dir := t.TempDir()
	var train []datasets.Sample
	for i := range 3 {
		train = append(train, stripes(t, dir, uint64(i), false))
	}
	odd := stripes(t, dir, 7, true)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		k := NewKNN(&encoder.Cache{Backend: b.Backend, Encoder: NewHOG(), Dir: t.TempDir()},
			1)
		require.ErrorContains(t, k.Fit(t.Context(), nil), "expected normal images")
		require.NoError(t, k.Fit(t.Context(), train))
		scores, err := predictAll(t.Context(), k, train)
		require.NoError(t, err)
		for _, s := range scores {
			require.InDelta(t, 0, s.Score, 1e-4, "what is in the bank is no distance away")
		}
		require.NoError(t, k.Fit(t.Context(), []datasets.Sample{odd}), "fitted again, on others")
		scores, err = predictAll(t.Context(), k, []datasets.Sample{odd, train[0]})
		require.NoError(t, err)
		require.InDelta(t, 0, scores[0].Score, 1e-4)
		require.Greater(t, scores[1].Score, 0.01)
	}
}

// TestPCABasisIsOrthonormal holds also where pictures are doubled, so that there are fewer
// components than pictures.
func TestPCABasisIsOrthonormal(t *testing.T) {
	dir := t.TempDir()
	a, b, c := stripes(t, dir, 1, false), stripes(t, dir, 2, false), stripes(t, dir, 3, true)
	for label, train := range map[string][]datasets.Sample{"different": {a, b, c},
		"doubled": {a, b, c, a, b, c}, "one picture": {a, a, a}} {
		p := NewPCA()
		require.NoError(t, p.Fit(t.Context(), train))
		var gram mat.Dense
		gram.Mul(p.basis.T(), p.basis)
		rows, _ := gram.Dims()
		for i := range rows {
			for j := range i {
				require.InDelta(t, 0, gram.At(i, j), 1e-6, "%s: components %d and %d", label, i, j)
			}
		}
		scores, err := predictAll(t.Context(), p, train)
		require.NoError(t, err)
		for _, s := range scores {
			require.InDelta(t, 0, s.Score, 1e-9, "%s: what was learned is reconstructed", label)
		}
	}
	require.ErrorContains(t, NewPCA().Fit(t.Context(), []datasets.Sample{a}),
		"at least 2 normal images")
	require.ErrorContains(t, NewPCA().Fit(t.Context(), nil), "at least 2 normal images")
}

func TestCancelledPredictionsSaySo(t *testing.T) {
	dir := t.TempDir()
	train := []datasets.Sample{stripes(t, dir, 1, false), stripes(t, dir, 2, false)}
	p := NewPCA()
	require.NoError(t, p.Fit(t.Context(), train))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := predictAll(ctx, p, train)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, NewPCA().Fit(ctx, train), context.Canceled)
}
