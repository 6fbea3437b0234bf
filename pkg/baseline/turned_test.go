package baseline

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTurned: a quarter of the circle is a rearrangement, and the corner of an eighth is what the
// edge shows.
func TestTurned(t *testing.T) {
	const side = 4
	x := make([]float32, side*side*3)
	for i := range x {
		x[i] = float32(i)
	}
	require.Equal(t, x, turned(x, side, 0))
	quarter := turned(x, side, math.Pi/2)
	for row := range side {
		for column := range side {
			for c := range 3 {
				require.InDelta(t, x[3*(column*side+side-1-row)+c],
					quarter[3*(row*side+column)+c], 1e-4)
			}
		}
	}
	for i := range x {
		x[i] = 7
	}
	for _, v := range turned(x, side, math.Pi/4) {
		require.InDelta(t, 7, v, 1e-5)
	}
}
