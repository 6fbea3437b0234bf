package baseline

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"adlab/pkg/backend"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
)

func TestKCenterByHand(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		line := tensors.FromValue([][]float32{{0, 0}, {1, 0}, {4, 0}, {10, 0}, {10, 0}})
		pick := func(size, first int) []int32 {
			centers, err := kCenter(t.Context(), b.Backend, line, size, first, nil)
			require.NoError(t, err)
			return centers
		}
		require.Equal(t, []int32{0, 3, 2, 1}, pick(4, 0),
			"10 is farthest from 0, the first of the two; then 4 from 0; then 1")
		require.Equal(t, []int32{2, 3}, pick(2, 2), "10 is 6 from 4, 0 is 4 from it")
		require.Equal(t, []int32{0, 3, 2, 1}, pick(5, 0), "the second 10 is covered already")
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = kCenter(cancelled, b.Backend, line, 2, 0, nil)
		require.ErrorIs(t, err, context.Canceled)
	}
}

// TestKCenterEqualsTheDefinition holds the search against the definition over more than one call of
// the graph.
func TestKCenterEqualsTheDefinition(t *testing.T) {
	const n, d, size, first = 1000, 5, 3*picksARound + 2, 7
	rng := rand.New(rand.NewPCG(1, 2))
	points := make([][]float32, n)
	for i := range points {
		for range d {
			points[i] = append(points[i], float32(rng.IntN(64))) // whole numbers: no rounding
		}
	}
	want, closest := []int32{}, make([]float64, n)
	for i := range closest {
		closest[i] = math.Inf(1)
	}
	for at := first; len(want) < size; {
		want = append(want, int32(at))
		for i := range points {
			sum := 0.0
			for k := range d {
				difference := float64(points[i][k] - points[at][k])
				sum += difference * difference
			}
			closest[i] = min(closest[i], sum)
		}
		at = 0
		for i := range closest {
			if closest[i] > closest[at] {
				at = i
			}
		}
	}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		var told []int
		got, err := kCenter(t.Context(), b.Backend, tensors.FromValue(points), size, first,
			func(done, total int) {
				told = append(told, done, total)
			})
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, size, told[len(told)-2])
		require.Less(t, len(told)/2, size/2, "a round picks several")
	}
}

func TestProjectKeepsDistances(t *testing.T) {
	const n, c, dims = 20, 600, 128
	rng := rand.New(rand.NewPCG(3, 4))
	points := make([][]float32, n)
	for i := range points {
		for range c {
			points[i] = append(points[i], float32(rng.NormFloat64()))
		}
	}
	distance := func(a, b []float32) (sum float64) {
		for i := range a {
			sum += float64((a[i] - b[i]) * (a[i] - b[i]))
		}
		return math.Sqrt(sum)
	}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		projected, err := project(b.Backend, tensors.FromValue(points), dims, rng)
		require.NoError(t, err)
		small := projected.Value().([][]float32)
		require.Len(t, small[0], dims)
		for i := range n {
			for k := range i {
				require.InEpsilon(t, distance(points[i], points[k]), distance(small[i], small[k]),
					0.3)
			}
		}
		same, err := project(b.Backend, projected, dims, rng)
		require.NoError(t, err)
		require.Same(t, projected, same)
	}
}
