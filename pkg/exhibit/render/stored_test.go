package render

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnly(t *testing.T) {
	e := Entry{ID: "x", Tables: []string{"x", "x-2"},
		Figures: []FigureFile{{PNG: "x-map.png"}, {PNG: "x-curve.png"}}}
	all, err := e.only(nil)
	require.NoError(t, err)
	require.Equal(t, &e, all)
	some, err := e.only([]string{"x-2", "x-map"})
	require.NoError(t, err)
	require.Equal(t, []string{"x-2"}, some.Tables)
	require.Equal(t, []FigureFile{{PNG: "x-map.png"}}, some.Figures)
	require.Len(t, e.Tables, 2, "the entry itself stays whole")
	_, err = e.only([]string{"y"})
	require.EqualError(t, err, `stored x: expected of x, x-2, x-map, x-curve, got "y"`)
}
