package layer

import (
	"maps"
	"slices"
)

// Array is a float32 tensor on the host: row-major Data of the given Shape.
type Array struct {
	Shape []int
	Data  []float32
}

// Size is the number of elements of a shape; 1 for that of a scalar.
func Size(shape []int) int {
	size := 1
	for _, d := range shape {
		size *= d
	}
	return size
}

// Draw makes a tensor of each shape, in the order of their names, so that one stream of random
// numbers always gives the same: fill writes what is not to be zero.
func Draw(shapes map[string][]int,
	fill func(name string, shape []int, data []float32)) map[string]Array {
	arrays := map[string]Array{}
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		a := Array{Shape: shapes[name], Data: make([]float32, Size(shapes[name]))}
		fill(name, a.Shape, a.Data)
		arrays[name] = a
	}
	return arrays
}

// Fill writes what draw gives, one call an element.
func Fill(data []float32, draw func() float64) {
	for i := range data {
		data[i] = float32(draw())
	}
}

// One is a draw for Fill: what a norm's scale begins with.
func One() float64 { return 1 }

// Transposed is a matrix with its axes exchanged: [n, m] to [m, n].
func Transposed(a Array) Array {
	n, m := a.Shape[0], a.Shape[1]
	out := Array{Shape: []int{m, n}, Data: make([]float32, len(a.Data))}
	for i := range n {
		for j := range m {
			out.Data[j*n+i] = a.Data[i*m+j]
		}
	}
	return out
}
