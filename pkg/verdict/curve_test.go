package verdict

import (
	"math/rand/v2"
	"testing"

	"adlab/pkg/metric"

	"github.com/stretchr/testify/require"
)

func TestTellByHand(t *testing.T) {
	got, err := Tell([]float64{1, 2, 3, 4}, []float64{3.5, 5, 6}, 1)
	require.NoError(t, err)
	require.InDelta(t, 11./12, got.AUROC.Value, 1e-12)
	require.Equal(t, 3.5, got.Best)
	require.InDelta(t, 6./7, got.F1.Value, 1e-6)
	at := func(of []Band, x float64) float64 {
		for _, b := range of {
			if b.X == x {
				return b.Value
			}
		}
		t.Fatalf("no point at %g", x)
		return 0
	}
	require.InDelta(t, 2./3, at(got.ROC, 0), 1e-12, "two of three above every normal")
	require.InDelta(t, 2./3, at(got.ROC, 0.2), 1e-12)
	require.InDelta(t, 1, at(got.ROC, 0.5), 1e-12)
	require.InDelta(t, 1, at(got.PR, 0), 1e-12)
	require.InDelta(t, 1, at(got.PR, 0.6), 1e-12)
	require.InDelta(t, 0.75, at(got.PR, 0.8), 1e-12)
	require.InDelta(t, 0.75, at(got.PR, 1), 1e-12)

	perfect, err := Tell([]float64{1, 2}, []float64{3}, 1)
	require.NoError(t, err)
	require.Equal(t, Interval{1, 1, 1}, perfect.AUROC)
	_, err = Tell(nil, []float64{3}, 1)
	require.ErrorIs(t, err, metric.ErrOneClass)
}

// TestTheBootstrapCovers: the interval of the AUROC of two normal distributions holds the true one
// about as often as it says.
func TestTheBootstrapCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const trials, truth = 100, 0.7602499 // Φ(1/√2)
	inside := 0
	for trial := range trials {
		normal, bad := make([]float64, 60), make([]float64, 40)
		for i := range normal {
			normal[i] = rng.NormFloat64()
		}
		for i := range bad {
			bad[i] = 1 + rng.NormFloat64()
		}
		got, err := Tell(normal, bad, uint64(trial))
		require.NoError(t, err)
		require.LessOrEqual(t, got.AUROC.Low, got.AUROC.Value)
		require.GreaterOrEqual(t, got.AUROC.High, got.AUROC.Value)
		if got.AUROC.Low <= truth && truth <= got.AUROC.High {
			inside++
		}
	}
	require.GreaterOrEqual(t, inside, 88)
}
