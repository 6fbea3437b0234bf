package layer

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSize(t *testing.T) {
	require.Equal(t, 1, Size(nil))
	require.Equal(t, 24, Size([]int{2, 3, 4}))
	require.Equal(t, 0, Size([]int{2, 0}))
}

func TestDrawGoesByName(t *testing.T) {
	next := 0.0
	got := Draw(map[string][]int{"b": {2}, "a.weight": {1, 3}, "c": {1}},
		func(name string, shape []int, data []float32) {
			require.Len(t, data, Size(shape))
			if name != "c" {
				Fill(data, func() float64 { next++; return next })
			}
		})
	require.Equal(t, map[string]Array{"a.weight": {[]int{1, 3}, []float32{1, 2, 3}},
		"b": {[]int{2}, []float32{4, 5}}, "c": {[]int{1}, []float32{0}}}, got)
}

func TestTransposed(t *testing.T) {
	a := Array{[]int{2, 3}, []float32{1, 2, 3, 4, 5, 6}}
	require.Equal(t, Array{[]int{3, 2}, []float32{1, 4, 2, 5, 3, 6}}, Transposed(a))
	require.Equal(t, a, Transposed(Transposed(a)))
}
