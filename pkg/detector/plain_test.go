package detector

import (
	"math/rand/v2"
	"testing"

	"adlab/pkg/backend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
)

// TestPlainUndoesThePostProcessing that a graph has done.
func TestPlainUndoesThePostProcessing(t *testing.T) {
	const grid, crop = 14, 224
	rng := rand.New(rand.NewPCG(1, 2))
	tokens := make([]float32, grid*grid)
	for i := range tokens {
		tokens[i] = rng.Float32()
	}
	b, err := backend.Open(backend.Available()[0])
	require.NoError(t, err)
	out, err := CallOnce(b.Backend, func(a *Node) *Node {
		return PostProcess(Reshape(a, 1, grid*grid), grid, crop)
	}, tokens)
	require.NoError(t, err)
	m := tensors.MustCopyFlatData[float32](out)
	plain := NewPlain(grid, crop)
	got, ok := plain.Of(m)
	require.True(t, ok)
	require.Len(t, got, crop*crop)
	// corners are aligned: tokens lie at their places, and linearly in between
	require.InDelta(t, tokens[0], got[0], 1e-4)
	require.InDelta(t, tokens[grid-1], got[crop-1], 1e-4)
	require.InDelta(t, tokens[grid*grid-1], got[crop*crop-1], 1e-4)
	const step = (grid - 1.0) / (crop - 1.0)
	for x := range crop {
		at := step * float64(x)
		k := min(int(at), grid-2)
		share := at - float64(k)
		want := (1-share)*float64(tokens[k]) + share*float64(tokens[k+1])
		require.InDelta(t, want, got[x], 1e-4, "column %d of the first row", x)
	}
	m[100] += 0.01
	_, ok = plain.Of(m)
	require.False(t, ok, "no grid of tokens makes such a map")
	_, ok = plain.Of(m[:100])
	require.False(t, ok)
}
