package tensorfile

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHalvesRoundToNearestEven(t *testing.T) {
	for x, want := range map[float32]float32{
		0: 0, 1: 1, -2.5: -2.5, 65504: 65504, 65520: float32(math.Inf(1)), 0x1p-24: 0x1p-24,
		0x1p-26: 0,
		// halfway to even, halfway to even above, just beyond halfway
		1 + 0x1p-11: 1, 1 + 0x1.8p-10: 1 + 0x1p-9, 1 + 0x1.01p-11: 1 + 0x1p-10,
	} {
		got, err := F16([]float32{x}, 1).Float32s()
		require.NoError(t, err)
		require.Equal(t, want, got[0], "%v", x)
	}
	for bits := range 1 << 16 { // every half but NaN comes back as it was
		x := halfToFloat(uint16(bits))
		if x != x {
			continue
		}
		b := F16([]float32{x}).Data
		require.Equal(t, uint16(bits), uint16(b[0])|uint16(b[1])<<8)
	}
}

func TestFloat32View(t *testing.T) {
	x := F32([]float32{1, 2, 3}, 3)
	view, err := x.Float32View()
	require.NoError(t, err)
	require.Equal(t, []float32{1, 2, 3}, view)
	x.Data[3] = 0x40 // the sign and exponent of the first
	require.NotEqual(t, float32(1), view[0], "a view, not a copy")
	odd := Tensor{DTypeF32, []int{2}, append([]byte{9}, F32([]float32{4, 5}).Data...)[1:]}
	view, err = odd.Float32View()
	require.NoError(t, err)
	require.Equal(t, []float32{4, 5}, view, "whatever the alignment")
	view, err = F16([]float32{0.5}, 1).Float32View()
	require.NoError(t, err)
	require.Equal(t, []float32{0.5}, view)
}
