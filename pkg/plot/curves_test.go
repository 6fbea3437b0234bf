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
	require.EqualError(t, err,
		`curve "loss": expected at least one finite value, got 2 values and none`)
	_, err = Curves("", "", "", Line{Name: "none"})
	require.Error(t, err)
	_, err = Curves("", "", "", Line{Name: "mean", Y: []float64{1, 2}, Band: []float64{1}})
	require.EqualError(t, err, `curve "mean": expected a band as long as its 2 values, got 1`)
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
