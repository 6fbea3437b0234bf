package tensorfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"
)

// DType is a safetensors element type.
type DType string

// The element types that can be read. Only integers, float32 and, rounded, F16 are written.
const (
	DTypeF64, DTypeF32, DTypeF16, DTypeBF16        DType = "F64", "F32", "F16", "BF16"
	DTypeI64, DTypeI32, DTypeI16, DTypeI8, DTypeU8 DType = "I64", "I32", "I16", "I8", "U8"
	DTypeU16, DTypeU32                             DType = "U16", "U32"
	DTypeBool                                      DType = "BOOL"
)

// Width is the size of one element in bytes, 0 for an unknown type.
func (d DType) Width() int {
	switch d {
	case DTypeF64, DTypeI64:
		return 8
	case DTypeF32, DTypeI32, DTypeU32:
		return 4
	case DTypeF16, DTypeBF16, DTypeI16, DTypeU16:
		return 2
	case DTypeI8, DTypeU8, DTypeBool:
		return 1
	}
	return 0
}

// Tensor is one array: little-endian, row-major bytes.
type Tensor struct {
	DType DType
	Shape []int
	Data  []byte
}

// F32 makes a float32 tensor.
func F32(data []float32, shape ...int) Tensor {
	b := make([]byte, 4*len(data))
	for i, x := range data {
		binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
	}
	return Tensor{DTypeF32, shape, b}
}

// I64 makes an int64 tensor.
func I64(data []int64, shape ...int) Tensor {
	b := make([]byte, 8*len(data))
	for i, x := range data {
		binary.LittleEndian.PutUint64(b[8*i:], uint64(x))
	}
	return Tensor{DTypeI64, shape, b}
}

// U8 makes a byte tensor.
func U8(data []uint8, shape ...int) Tensor { return Tensor{DTypeU8, shape, data} }

// Float32s converts the elements to float32: F16 and BF16 exactly, F64 rounded to nearest even.
// Integer types are an error.
func (t Tensor) Float32s() ([]float32, error) {
	w := t.DType.Width()
	if w == 0 {
		return nil, fmt.Errorf("unknown dtype %q", t.DType)
	}
	out, b := make([]float32, len(t.Data)/w), t.Data
	for i := range out {
		switch t.DType {
		case DTypeF32:
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		case DTypeF64:
			out[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
		case DTypeBF16:
			out[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(b[2*i:])) << 16)
		case DTypeF16:
			out[i] = halfToFloat(binary.LittleEndian.Uint16(b[2*i:]))
		default:
			return nil, fmt.Errorf("expected a floating-point dtype, got %s", t.DType)
		}
	}
	return out, nil
}

// Float32View is the elements without a copy where they are float32 and lie in memory as this
// machine reads them, else a converted copy. A view is valid as long as Data is, and must not be
// written to.
func (t Tensor) Float32View() ([]float32, error) {
	native := binary.NativeEndian.Uint16([]byte{1, 0}) == 1
	if p := unsafe.Pointer(unsafe.SliceData(t.Data)); t.DType == DTypeF32 && native &&
		len(t.Data) > 0 && uintptr(p)%4 == 0 {
		return unsafe.Slice((*float32)(p), len(t.Data)/4), nil
	}
	return t.Float32s()
}

// NotFinite is the place of the first element that is NaN or infinite, -1 where there is none.
func NotFinite(values []float32) int {
	for i, x := range values {
		if x-x != 0 {
			return i
		}
	}
	return -1
}

// Int64s converts the elements to int64. Floating-point types are an error.
func (t Tensor) Int64s() ([]int64, error) {
	w := t.DType.Width()
	if w == 0 {
		return nil, fmt.Errorf("unknown dtype %q", t.DType)
	}
	out, b := make([]int64, len(t.Data)/w), t.Data
	for i := range out {
		switch t.DType {
		case DTypeI64:
			out[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		case DTypeI32:
			out[i] = int64(int32(binary.LittleEndian.Uint32(b[4*i:])))
		case DTypeI16:
			out[i] = int64(int16(binary.LittleEndian.Uint16(b[2*i:])))
		case DTypeU32:
			out[i] = int64(binary.LittleEndian.Uint32(b[4*i:]))
		case DTypeU16:
			out[i] = int64(binary.LittleEndian.Uint16(b[2*i:]))
		case DTypeI8:
			out[i] = int64(int8(b[i]))
		case DTypeU8, DTypeBool:
			out[i] = int64(b[i])
		default:
			return nil, fmt.Errorf("expected an integer dtype, got %s", t.DType)
		}
	}
	return out, nil
}

// Float64s converts the elements of any type to float64: exactly, but for integers of more than 53
// bits, which are rounded.
func (t Tensor) Float64s() ([]float64, error) {
	out := make([]float64, len(t.Data)/max(1, t.DType.Width()))
	if t.DType == DTypeF64 {
		for i := range out {
			out[i] = math.Float64frombits(binary.LittleEndian.Uint64(t.Data[8*i:]))
		}
		return out, nil
	}
	if whole, err := t.Int64s(); err == nil {
		for i, x := range whole {
			out[i] = float64(x)
		}
		return out, nil
	}
	values, err := t.Float32s()
	if err != nil {
		return nil, err
	}
	for i, x := range values {
		out[i] = float64(x)
	}
	return out, nil
}

// halfToFloat converts an IEEE 754 binary16 to float32, exactly: subnormals, infinities and NaN
// payloads included.
func halfToFloat(h uint16) float32 {
	sign, exp, frac := uint32(h&0x8000)<<16, int(h>>10&0x1f), uint32(h&0x3ff)
	switch {
	case exp == 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	case exp == 0:
		f := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(f) | sign)
	}
	return math.Float32frombits(sign | uint32(exp+112)<<23 | frac<<13)
}
