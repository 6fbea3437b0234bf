package plot

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVectorsSayTheSameEachTime(t *testing.T) {
	p, err := Curves("t", "x", "y", Line{Name: "a name", Y: []float64{1, 2, 4}})
	require.NoError(t, err)
	again, err := Curves("t", "x", "y", Line{Name: "a name", Y: []float64{1, 2, 4}})
	require.NoError(t, err)
	require.Equal(t, p.SVG, again.SVG)
	require.Contains(t, string(p.SVG), ">a name</text>")
	p, err = Scatter("t", "x", "y", Cloud{Name: "dots", X: []float64{1}, Y: []float64{2}})
	require.NoError(t, err)
	require.Contains(t, string(p.SVG), ">dots</text>")
	_, err = Scatter("t", "x", "y", Cloud{Name: "none"})
	require.ErrorContains(t, err, "at least one")
}
