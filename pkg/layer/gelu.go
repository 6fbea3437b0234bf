package layer

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// GELU is x·Φ(x), the exact one with the error function, element by element. It is GoMLX's, but
// where a backend has no operation of its own for it: XLA's error function asks for a fused
// multiply-add, which below AVX2 is a call of the C library for each number.
func GELU(x *Node) *Node {
	y, _ := InternalFusedOpCaller(func() *Node { return BackendFusedGelu(x, true) },
		func() *Node {
			return Mul(x, MulScalar(AddScalar(erf(DivScalar(x, math.Sqrt2)), 1), 0.5))
		}, true)
	return y
}

// The error function on [-4, 4], beyond which it is ±1 in float32, as the quotient of two
// polynomials in x², highest power first: the coefficients of Eigen and of XLA.
var (
	erfAbove = []float64{-2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6,
		-5.69250639462346e-5, -7.34990630326855e-4, -2.95459980854025e-3, -1.60960333262415e-2}
	erfBelow = []float64{-1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3,
		-7.37332916720468e-3, -1.42647390514189e-2}
)

// erf is the error function by sums and products alone, to 3e-7; its gradient to 1e-5.
func erf(x *Node) *Node {
	x = ClipScalar(x, -4, 4)
	square := Mul(x, x)
	return Div(Mul(x, polynomial(square, erfAbove)), polynomial(square, erfBelow))
}

// polynomial is Horner's rule.
func polynomial(x *Node, coefficients []float64) *Node {
	y := AddScalar(MulScalar(x, coefficients[0]), coefficients[1])
	for _, c := range coefficients[2:] {
		y = AddScalar(Mul(y, x), c)
	}
	return y
}
