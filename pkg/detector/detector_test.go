package detector

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTopMeanEqualsSorting(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 50, 100, 250, 5000} {
		m := make([]float32, n)
		for i := range m {
			m[i] = float32(rng.IntN(40)) / 8
		}
		sorted := slices.Sorted(slices.Values(m))
		k, sum := max(1, n/100), 0.0
		for _, x := range sorted[n-k:] {
			sum += float64(x)
		}
		require.InDelta(t, sum/float64(k), TopMean(m), 1e-12, "n = %d", n)
	}
}

func TestMatricesKeepConstants(t *testing.T) {
	for name, m := range map[string]interface{ At(i, j int) float64 }{"aligned": Aligned(5, 12),
		"resize": Resize(12, 7)} {
		rows, cols := 12, 5
		if name == "resize" {
			rows, cols = 7, 12
		}
		for i := range rows {
			sum := 0.0
			for j := range cols {
				sum += m.At(i, j)
			}
			require.InDelta(t, 1, sum, 1e-12, "%s row %d", name, i)
		}
	}
	blur := Blur(9)
	require.InDelta(t, 1, blur.At(4, 2)+blur.At(4, 3)+blur.At(4, 4)+blur.At(4, 5)+blur.At(4, 6),
		1e-12)
	require.Less(t, blur.At(0, 0)+blur.At(0, 1)+blur.At(0, 2), 0.7, "the border darkens")
}
