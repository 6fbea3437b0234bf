package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeyOrdersAsTheScoreDoes(t *testing.T) {
	ascending := []float32{-math.MaxFloat32, -2, -1, -math.SmallestNonzeroFloat32, 0,
		math.SmallestNonzeroFloat32, 1, 2, math.MaxFloat32}
	for i, s := range ascending {
		require.Equal(t, s, score(key(s)))
		if i > 0 {
			require.Less(t, key(ascending[i-1]), key(s))
		}
	}
	require.Equal(t, key(0), key(float32(math.Copysign(0, -1))))
}

func TestSlot(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for trial := range 300 {
		spread := uint32(1) << rng.IntN(32) // from rungs side by side to rungs over all floats
		base := rng.Uint32N(math.MaxUint32 - spread + 1)
		rungs := make([]uint32, 1+rng.IntN(200))
		for i := range rungs {
			rungs[i] = base + rng.Uint32N(spread)
		}
		slices.Sort(rungs)
		rungs = slices.Compact(rungs)
		l := newLadder(rungs)
		require.LessOrEqual(t, len(l.first), stretches+1)
		check := func(key uint32) {
			i, found := slices.BinarySearch(rungs, key)
			want := 2 * i
			if found {
				want++
			}
			require.Equal(t, want, l.slot(key), "trial %d, key %d", trial, key)
		}
		for range 200 {
			check(base + rng.Uint32N(spread))
			check(rng.Uint32())
		}
		for _, r := range rungs {
			check(r)
			check(r - 1)
			check(r + 1)
		}
		check(0)
		check(math.MaxUint32)
	}
}
