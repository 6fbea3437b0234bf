package experiment

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConventionsDiffer(t *testing.T) {
	const side, n = 32, 3
	rng := rand.New(rand.NewPCG(1, 1))
	maps, masks := make([][]float32, n), make([][]uint8, n)
	for m := range maps {
		maps[m], masks[m] = make([]float32, side*side), make([]uint8, side*side)
		for i := range maps[m] {
			y, x := i/side, i%side
			if y > 8 && y < 16 && x > 4 && x < 20 {
				masks[m][i] = 1
			}
			maps[m][i] = float32(rng.NormFloat64()) + 1.5*float32(masks[m][i])
		}
	}
	seen := map[float64]Convention{}
	for _, c := range []Convention{Exact, INPFormerPrint, MultiADSPrint} {
		require.NoError(t, c.Validate())
		s, err := c.measure(maps, masks, side)
		require.NoError(t, err)
		require.Empty(t, seen[s.AUPRO], "%s has an AUPRO of its own", c)
		seen[s.AUPRO] = c
		require.InDelta(t, 0.855, s.AUROC, 0.03)
	}
	require.ErrorContains(t, Convention("mine").Validate(), `got "mine"`)
}
