package verdict

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConformalByHand(t *testing.T) {
	ninetyNine := make([]float64, 99)
	for i := range ninetyNine {
		ninetyNine[i] = float64(99 - i) // in any order
	}
	for _, c := range []struct {
		scores      []float64
		rate        float64
		value, gets float64
	}{
		{ninetyNine, 0.01, 99, 0.01},
		{ninetyNine, 0.05, 95, 0.05},
		{ninetyNine, 0.07, 93, 0.07}, // 0.07·100 is above 7 in float64
		{ninetyNine, 0.029, 98, 0.02},
		{ninetyNine[:19], 0.05, 99, 0.05},
		{ninetyNine[:18], 0.05, 99, 1. / 19}, // one too few
		{[]float64{3}, 0.5, 3, 0.5},
	} {
		got, err := Conformal(c.scores, c.rate)
		require.NoError(t, err)
		require.Equal(t, c.value, got.Value, "%d at %g", len(c.scores), c.rate)
		require.InDelta(t, c.gets, got.Rate, 1e-15)
		require.Equal(t, got.Rate <= c.rate, got.Promised())
	}
	for rate, want := range map[float64]int{0.01: 99, 0.05: 19, 0.1: 9, 0.03: 33, 0.5: 1} {
		require.Equal(t, want, Needed(rate), rate)
	}
}

func TestNoThreshold(t *testing.T) {
	_, err := Conformal(nil, 0.1)
	require.ErrorIs(t, err, ErrNone)
	_, err = Conformal([]float64{1, math.NaN()}, 0.1)
	require.ErrorIs(t, err, ErrNotFinite)
	require.ErrorContains(t, err, "picture 1")
	for _, rate := range []float64{0, 1, -1, math.NaN()} {
		_, err = Conformal([]float64{1}, rate)
		require.ErrorIs(t, err, ErrRate)
	}
	require.True(t, Threshold{Value: 1}.NG(math.NaN()))
}

// TestPValueIsTheThreshold: a picture is NG exactly where its p-value is at most the promised rate,
// ties and all.
func TestPValueIsTheThreshold(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 400 {
		scores := make([]float64, 1+rng.IntN(60))
		for i := range scores {
			scores[i] = float64(rng.IntN(20))
		}
		rate := 0.01 + 0.5*rng.Float64()
		got, err := Conformal(scores, rate)
		require.NoError(t, err)
		slices.Sort(scores)
		for s := -1.0; s <= 21; s++ {
			p := PValue(scores, s)
			require.Equal(t, got.NG(s), p <= got.Rate+1e-12, "trial %d: score %g, p %g, rate %g",
				trial, s, p, got.Rate)
		}
	}
	require.Equal(t, 1.0, PValue([]float64{1, 2, 3}, 0))
	require.Equal(t, 0.25, PValue([]float64{1, 2, 3}, 4))
}

// TestTheIntervalHolds draws calibrations of uniform scores, where a threshold's rate is known.
func TestTheIntervalHolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const trials = 2000
	inside, sum := 0, 0.0
	for range trials {
		scores := make([]float64, 60)
		for i := range scores {
			scores[i] = rng.Float64()
		}
		got, err := Conformal(scores, 0.1)
		require.NoError(t, err)
		low, high := got.Interval(0.9)
		if rate := 1 - got.Value; low <= rate && rate <= high {
			inside++
		}
		sum += 1 - got.Value
	}
	require.InDelta(t, 0.9, float64(inside)/trials, 0.02)
	require.InDelta(t, 6./61, sum/trials, 0.003)
}
