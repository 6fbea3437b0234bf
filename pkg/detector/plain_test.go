package detector

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestPlainUndoesThePostProcessing(t *testing.T) {
	const grid, crop = 14, 224
	rng := rand.New(rand.NewPCG(1, 2))
	tokens := mat.NewDense(grid, grid, nil)
	for i := range tokens.RawMatrix().Data {
		tokens.RawMatrix().Data[i] = rng.Float64()
	}
	sides := func(l mat.Matrix, of mat.Matrix) *mat.Dense {
		var step, out mat.Dense
		step.Mul(l, of)
		out.Mul(&step, l.T())
		return &out
	}
	large := sides(Aligned(grid, crop), tokens)
	made := sides(Blur(MapSide), sides(Resize(crop, MapSide), large))
	var m []float32
	for _, x := range made.RawMatrix().Data {
		m = append(m, float32(x))
	}
	plain := NewPlain(grid, crop)
	got, ok := plain.Of(m)
	require.True(t, ok)
	require.Len(t, got, crop*crop)
	for i, x := range large.RawMatrix().Data {
		require.InDelta(t, x, got[i], 1e-5)
	}
	m[100] += 0.01
	_, ok = plain.Of(m)
	require.False(t, ok, "no grid of tokens makes such a map")
	_, ok = plain.Of(m[:100])
	require.False(t, ok)
}
