package verdict

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFoldsAreEven(t *testing.T) {
	for _, c := range [][2]int{{10, 5}, {11, 5}, {3, 5}, {1, 5}, {7, 1}} {
		counts := map[int]int{}
		for _, f := range Folds(c[0], c[1], 1) {
			counts[f]++
		}
		require.Len(t, counts, min(c[0], c[1]))
		for _, n := range counts {
			require.InDelta(t, float64(c[0])/float64(len(counts)), float64(n), 0.999)
		}
	}
	require.Equal(t, Folds(40, 5, 3), Folds(40, 5, 3))
	require.NotEqual(t, Folds(40, 5, 3), Folds(40, 5, 4))
}

// TestNoPictureJudgesItself: each is scored once, by what was learned from all others but its fold.
func TestNoPictureJudgesItself(t *testing.T) {
	folds := Folds(11, 3, 1)
	scores, err := CrossFit(11, 3, 1, func(fold int, train, held []int) (out []float64, err error) {
		require.Len(t, append(train, held...), 11)
		for _, i := range held {
			require.NotContains(t, train, i)
			require.Equal(t, fold, folds[i], "the fold is held out, the rest is learned from")
			out = append(out, float64(10*i))
		}
		return out, nil
	})
	require.NoError(t, err)
	for i, s := range scores {
		require.Equal(t, float64(10*i), s)
	}
	broken := errors.New("broken")
	_, err = CrossFit(4, 2, 1, func(int, []int, []int) ([]float64, error) { return nil, broken })
	require.ErrorIs(t, err, broken)
}
