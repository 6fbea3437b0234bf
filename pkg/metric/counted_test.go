package metric

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOneSetOfPicturesIsKept: every set is laid once, and dropped for the next.
func TestOneSetOfPicturesIsKept(t *testing.T) {
	cases := []Case{{Name: "a", Map: Plane{2, 1, []float32{1, 2}}},
		{Name: "b", Label: 1, Map: Plane{2, 1, []float32{1, 3}}, Mask: row(0, 255)}}
	laid := Lay(cases)
	seen, sets := make([]int, len(Rulers)), map[*counted]chain{}
	require.NoError(t, laid.Each(Rulers, func(i int) error {
		seen[i]++
		_, _, err := laid.Measure(Rulers[i])
		sets[laid.under] = chainOf(Rulers[i])
		require.Equal(t, sets[laid.under], laid.chain)
		return err
	}))
	for _, n := range seen {
		require.Equal(t, 1, n)
	}
	chains := map[chain]bool{}
	for _, c := range sets {
		require.False(t, chains[c], "laid twice: %v", c)
		chains[c] = true
	}
	require.Nil(t, laid.under)
}
