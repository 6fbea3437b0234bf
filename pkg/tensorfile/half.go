package tensorfile

import (
	"encoding/binary"
	"math"
)

// F16 makes a half-precision tensor, each element rounded to the nearest, ties to even; what is too
// large becomes infinite.
func F16(data []float32, shape ...int) Tensor {
	b := make([]byte, 2*len(data))
	for i, x := range data {
		binary.LittleEndian.PutUint16(b[2*i:], floatToHalf(x))
	}
	return Tensor{DTypeF16, shape, b}
}

// floatToHalf rounds a float32 to IEEE 754 binary16, subnormals included (the library's drops
// those).
func floatToHalf(x float32) uint16 {
	sign, size := uint16(math.Float32bits(x)>>16)&0x8000, math.Abs(float64(x))
	switch {
	case x != x:
		return sign | 0x7e00
	case size >= 65520: // halfway between the largest half and the next power of two
		return sign | 0x7c00
	case size < 0x1p-14:
		// the step of subnormals; 1024 of them is the smallest normal half
		return sign | uint16(math.RoundToEven(size*0x1p24))
	}
	fraction, exponent := math.Frexp(size) // size = fraction · 2^exponent, fraction in [0.5, 1)
	return sign | uint16(int(math.RoundToEven(fraction*0x1p11))+(exponent+13)<<10)
}
