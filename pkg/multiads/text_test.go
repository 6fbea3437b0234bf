package multiads

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/backend"

	"github.com/stretchr/testify/require"
)

func TestEmbeddingsOutliveTheProcess(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	m, cache := small(t), t.TempDir()
	embed := func(sentences ...string) ([][]float32, int) {
		e, err := NewTextEncoder(b.Backend, m, cache)
		require.NoError(t, err)
		v, err := e.Embed(t.Context(), sentences)
		require.NoError(t, err)
		return v, e.Encoded
	}
	first, n := embed("a dent", "a hole", "a dent")
	require.Equal(t, 2, n)
	again, n := embed("a hole", "a dent", "a crack")
	require.Equal(t, 1, n, "what changed is all that is encoded")
	require.Equal(t, first[0], again[1])
	require.Equal(t, first[1], again[0])

	files, err := filepath.Glob(filepath.Join(cache, "texts", "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	whole, err := os.ReadFile(files[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(files[0], whole[:len(whole)-5], 0o666),
		"cut off by an interruption")
	last, n := embed("a dent", "a hole", "a crack")
	require.Equal(t, 1, n, "the record that was cut off")
	require.Equal(t, again[2], last[2])
	mended, err := os.ReadFile(files[0])
	require.NoError(t, err)
	require.Equal(t, whole, mended)
	mended[len(mended)/2] ^= 1 // a damaged record, and what follows it, is made again
	require.NoError(t, os.WriteFile(files[0], mended, 0o666))
	last, n = embed("a dent", "a hole", "a crack")
	require.Equal(t, 2, n)
	require.Equal(t, again[2], last[2])
}

func TestOddPrompts(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	e, err := NewTextEncoder(b.Backend, small(t), "")
	require.NoError(t, err)
	odd := []string{"", "찍힘이 있는 판", "🔩 with a 🕳", "a \x00\x07 dent", "{{[cls]",
		strings.Repeat("dent ", 200_000)}
	v, err := e.Embed(t.Context(), odd)
	require.NoError(t, err)
	for i, x := range v {
		sum := 0.0
		for _, y := range x {
			sum += float64(y) * float64(y)
		}
		require.InDelta(t, 1, sum, 1e-5, "%.20q has a unit embedding", odd[i])
	}
}
