package plot

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCurvesThatCannotBeDrawn(t *testing.T) {
	_, err := Curves("", "", "", Line{Name: "roc", Y: []float64{1, 2}, X: []float64{1}})
	require.EqualError(t, err, `curve "roc": expected as many x as y, got 1 and 2`)
	_, err = Curves("", "", "", Line{Name: "loss", Y: []float64{math.NaN(), math.Inf(1)}})
	require.EqualError(t, err, `curve "loss": expected at least one finite value, got 2 values and none`)
	_, err = Curves("", "", "", Line{Name: "none"})
	require.Error(t, err)
	_, err = Curves("no line", "", "")
	require.NoError(t, err)
}

func TestAGapInterruptsALine(t *testing.T) {
	nan := math.NaN()
	parts, err := Line{Y: []float64{nan, 1, 2, nan, nan, 3}}.parts()
	require.NoError(t, err)
	require.Len(t, parts, 2)
	require.Len(t, parts[0], 2)
	require.Equal(t, 6.0, parts[1][0].X)
}

func TestVectorsSayTheSameEachTime(t *testing.T) {
	svg, err := CurvesSVG("t", "x", "y", Line{Name: "a name", Y: []float64{1, 2, 4}})
	require.NoError(t, err)
	again, err := CurvesSVG("t", "x", "y", Line{Name: "a name", Y: []float64{1, 2, 4}})
	require.NoError(t, err)
	require.Equal(t, svg, again)
	require.Contains(t, string(svg), ">a name</text>")
	svg, err = ScatterSVG("t", "x", "y", Cloud{Name: "dots", X: []float64{1}, Y: []float64{2}})
	require.NoError(t, err)
	require.Contains(t, string(svg), ">dots</text>")
	_, err = ScatterSVG("t", "x", "y", Cloud{Name: "none"})
	require.ErrorContains(t, err, "at least one")
}
