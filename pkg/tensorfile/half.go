package tensorfile

import (
	"encoding/binary"

	"github.com/gomlx/compute/dtypes/float16"
)

// F16 makes a half-precision tensor, each element rounded to the nearest, ties to even.
func F16(data []float32, shape ...int) Tensor {
	b := make([]byte, 2*len(data))
	for i, x := range data {
		binary.LittleEndian.PutUint16(b[2*i:], float16.FromFloat32(x).Bits())
	}
	return Tensor{DTypeF16, shape, b}
}
