package metric

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScalingAroundTheBestThreshold(t *testing.T) {
	// the best F1 of the pixels is at 3, of the pictures at 5
	pictures := []Picture{
		{W: 5, H: 1, Scores: []float32{0, 1, 2, 3, 4}, Mask: []uint8{0, 0, 0, 1, 1}, Label: 1,
			Score: 5},
		{W: 2, H: 1, Scores: []float32{2, 1}, Mask: []uint8{0, 0}, Score: 1},
		{W: 2, H: 1, Scores: []float32{2, 0}, Mask: []uint8{0, 0}, Score: 4}}
	require.NoError(t, AroundBest.apply(pictures))
	require.Equal(t, []float32{0, 0, 0.25, 0.5, 0.75}, pictures[0].Scores)
	require.Equal(t, []float32{0.25, 0}, pictures[1].Scores)
	require.Equal(t, []float64{0.5, 0, 0.25},
		[]float64{pictures[0].Score, pictures[1].Score, pictures[2].Score})
	require.Equal(t, 1.0, bestScore([]float64{3, 2, 1, 0}, []int{1, 0, 1, 0}),
		"F1 is 2/3 at 3 and 4/5 at 1")
	require.Equal(t, 1.0, bestScore([]float64{3, 2, 1}, []int{0, 1, 1}))
}
