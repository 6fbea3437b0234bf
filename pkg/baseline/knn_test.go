package baseline

import (
	"testing"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	"github.com/stretchr/testify/require"
)

// TestKNNRecalls: a bank that went through a store scores to the same bits.
func TestKNNRecalls(t *testing.T) {
	dir := t.TempDir()
	var train []datasets.Sample
	for i := range 4 {
		train = append(train, stripes(t, dir, uint64(i), false))
	}
	test := []datasets.Sample{stripes(t, dir, 100, false), stripes(t, dir, 101, true)}
	b, err := backend.Open(backend.Available()[0])
	require.NoError(t, err)
	x := &encoder.Cache{Backend: b.Backend, Encoder: NewHOGCells(), Dir: t.TempDir()}
	fitted, other := NewKNN(x, 1), NewKNN(x, 2)
	require.NoError(t, fitted.Fit(t.Context(), train))
	arrays, err := layer.Get(fitted.Store(), "")
	require.NoError(t, err)
	require.NoError(t, other.Recall(arrays))
	want, err := predictAll(t.Context(), fitted, test)
	require.NoError(t, err)
	got, err := predictAll(t.Context(), other, test)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.ErrorContains(t, other.Recall(map[string]layer.Array{"bank": {Shape: []int{2, 3},
		Data: make([]float32, 6)}}), "expected one tensor \"bank\" of shape [tokens")
	require.ErrorContains(t, other.Recall(nil), "got 0 of them")
}

// TestMoreNormalsNeverRaiseAScore: what promises of a threshold rest on.
func TestMoreNormalsNeverRaiseAScore(t *testing.T) {
	dir := t.TempDir()
	var train []datasets.Sample
	for i := range 8 {
		train = append(train, stripes(t, dir, uint64(i), false))
	}
	test := []datasets.Sample{stripes(t, dir, 100, false), stripes(t, dir, 101, true)}
	b, err := backend.Open(backend.Available()[0])
	require.NoError(t, err)
	x := &encoder.Cache{Backend: b.Backend, Encoder: NewHOGCells(), Dir: t.TempDir()}
	few, many := NewKNN(x, 1), NewKNN(x, 1)
	require.NoError(t, few.Fit(t.Context(), train[2:6]))
	require.NoError(t, many.Fit(t.Context(), train))
	before, err := predictAll(t.Context(), few, test)
	require.NoError(t, err)
	after, err := predictAll(t.Context(), many, test)
	require.NoError(t, err)
	for i := range test {
		require.LessOrEqual(t, after[i].Score, before[i].Score+1e-6)
		for k := range after[i].Map {
			require.LessOrEqual(t, after[i].Map[k], before[i].Map[k]+1e-6)
		}
	}
}
