package inpformer

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPrototypesThatShareNoPlaceAllCount(t *testing.T) {
	for _, x := range []struct {
		name      string
		attention []float32
		want      float64
	}{
		{"the same three times", []float32{0.5, 0.5, 0, 0.5, 0.5, 0, 0.5, 0.5, 0}, 1},
		{"each at a place of its own", []float32{1, 0, 0, 0, 1, 0, 0, 0, 1}, 3},
		// eigenvalues 2/3 and 1/3: 3 / 2^(2/3)
		{"two at one place", []float32{1, 0, 0, 1, 0, 0, 0, 0, 1}, 1.8899},
	} {
		got, err := distinct(x.attention, 3)
		require.NoError(t, err)
		require.InDelta(t, x.want, got, 1e-4, x.name)
	}
}
