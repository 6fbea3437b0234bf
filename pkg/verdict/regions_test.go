package verdict

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRegions(t *testing.T) {
	nan := float32(math.NaN())
	values := []float32{
		0, 0, 3, 0, 0,
		0, 2, 0, 0, nan,
		4, 0, 0, 0, 1,
		0, 0, 0, 5, 5,
	}
	mask := Mask(values, 1)
	require.Equal(t, []uint8{0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1}, mask)
	require.Equal(t, []Region{
		{X: 3, Y: 3, Width: 2, Height: 1, Area: 2, Peak: 5, PeakX: 3, PeakY: 3},
		{X: 0, Y: 0, Width: 3, Height: 3, Area: 3, Peak: 4, PeakX: 0, PeakY: 2},
	}, Regions(mask, values, 5))
	require.Empty(t, Regions(Mask(values, 9), values, 5))
}
