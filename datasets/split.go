package datasets

import (
	"math/rand/v2"
	"slices"
)

// split draws n of the samples with seed 0, independent of any run's seed, and gives both parts ordered by ID. A set too
// small for n is cut in the same proportion, two thirds to one.
func split(samples []Sample, n int) (drawn, rest []Sample) {
	ordered := Unique(samples)
	if n >= len(ordered) {
		n = len(ordered) * 2 / 3
	}
	rng := rand.New(rand.NewPCG(0, 0))
	rng.Shuffle(len(ordered), func(i, j int) { ordered[i], ordered[j] = ordered[j], ordered[i] })
	return Unique(slices.Clone(ordered[:n])), Unique(slices.Clone(ordered[n:]))
}
