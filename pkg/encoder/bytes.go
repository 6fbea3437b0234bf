package encoder

import (
	"encoding/binary"
	"math"
)

// decodeFloats reads little-endian float32s.
func decodeFloats(dst []float32, b []byte) {
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
}
