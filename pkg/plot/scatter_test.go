package plot

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGoldenScatter(t *testing.T) {
	var clouds []Cloud
	for k, name := range []string{"good", "scratch", "hole", "wrong place"} {
		c := Cloud{Name: name}
		for i := range 12 {
			a := float64(i)
			c.X, c.Y = append(c.X, float64(k)+0.3*math.Sin(7*a)),
				append(c.Y, math.Cos(float64(2*k))+0.3*math.Cos(5*a))
		}
		clouds = append(clouds, c)
	}
	picture, err := Scatter("prompts of four types", "first axis", "second axis", clouds...)
	require.NoError(t, err)
	golden(t, "scatter", picture)
}

func TestScatterThatCannotBeDrawn(t *testing.T) {
	for want, c := range map[string]Cloud{
		"got 1 and 2":            {"a", []float64{1}, []float64{1, 2}},
		"at least one":           {"a", nil, nil},
		"expected finite values": {"a", []float64{1, math.NaN()}, []float64{1, 2}},
	} {
		_, err := Scatter("", "", "", c)
		require.ErrorContains(t, err, want)
	}
}
