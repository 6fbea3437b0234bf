package tensorfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/nlpodyssey/gopickle/pytorch"
	"github.com/nlpodyssey/gopickle/types"
)

// OpenPickle reads the state dict in a PyTorch .pth file, of the older or the zip format, without
// running anything in it. A dict nested under state_dict, model or teacher is unwrapped; entries
// that are not tensors are left out.
func OpenPickle(path string) (tensors map[string]Tensor, err error) {
	defer func() { // the unpickler panics on some malformed files
		if r := recover(); r != nil {
			tensors, err = nil, fmt.Errorf("%s: not a PyTorch state dict: %v", path, r)
		}
	}()
	object, err := pytorch.Load(path)
	if err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("%s: not a PyTorch state dict: %s", path, line)
	}
	tensors = map[string]Tensor{}
	for name, value := range unwrap(items(object)) {
		t, ok := value.(*pytorch.Tensor)
		if !ok {
			continue
		}
		if tensors[name], err = fromTorch(t); err != nil {
			return nil, fmt.Errorf("%s: tensor %q: %w", path, name, err)
		}
	}
	if len(tensors) == 0 {
		return nil, fmt.Errorf("%s: no tensors in it: expected a PyTorch state dict", path)
	}
	return tensors, nil
}

func unwrap(dict map[string]any) map[string]any {
	for _, key := range []string{"state_dict", "model", "teacher"} {
		if inner := items(dict[key]); inner != nil {
			return unwrap(inner)
		}
	}
	return dict
}

// items gives the string-keyed entries of a pickled dict, nil for anything else.
func items(object any) map[string]any {
	out := map[string]any{}
	switch d := object.(type) {
	case *types.Dict:
		for _, e := range *d {
			if key, ok := e.Key.(string); ok {
				out[key] = e.Value
			}
		}
	case *types.OrderedDict:
		for k, e := range d.Map {
			if key, ok := k.(string); ok {
				out[key] = e.Value
			}
		}
	default:
		return nil
	}
	return out
}

// fromTorch copies a possibly strided tensor into contiguous little-endian bytes.
func fromTorch(t *pytorch.Tensor) (Tensor, error) {
	count := 1
	for _, d := range t.Size {
		count *= d
	}
	index := strides(t)
	switch s := t.Source.(type) {
	case *pytorch.FloatStorage:
		return packed(count, index, s.Data, DTypeF32, t.Size, func(b []byte, x float32) {
			binary.LittleEndian.PutUint32(b, math.Float32bits(x))
		})
	case *pytorch.HalfStorage: // decoded to float32, exactly
		return packed(count, index, s.Data, DTypeF32, t.Size, func(b []byte, x float32) {
			binary.LittleEndian.PutUint32(b, math.Float32bits(x))
		})
	case *pytorch.BFloat16Storage:
		return packed(count, index, s.Data, DTypeF32, t.Size, func(b []byte, x float32) {
			binary.LittleEndian.PutUint32(b, math.Float32bits(x))
		})
	case *pytorch.DoubleStorage:
		return packed(count, index, s.Data, DTypeF64, t.Size, func(b []byte, x float64) {
			binary.LittleEndian.PutUint64(b, math.Float64bits(x))
		})
	case *pytorch.LongStorage:
		return packed(count, index, s.Data, DTypeI64, t.Size, func(b []byte, x int64) {
			binary.LittleEndian.PutUint64(b, uint64(x))
		})
	case *pytorch.IntStorage:
		return packed(count, index, s.Data, DTypeI32, t.Size, func(b []byte, x int32) {
			binary.LittleEndian.PutUint32(b, uint32(x))
		})
	case *pytorch.ByteStorage:
		return packed(count, index, s.Data, DTypeU8, t.Size, func(b []byte, x uint8) { b[0] = x })
	}
	return Tensor{}, fmt.Errorf("unsupported storage %T", t.Source)
}

func packed[T any](count int, index func(int) int, data []T, dtype DType, shape []int,
	put func([]byte, T)) (Tensor, error) {
	w := dtype.Width()
	out := Tensor{DType: dtype, Shape: shape, Data: make([]byte, w*count)}
	for i := range count {
		j := index(i)
		if j < 0 || j >= len(data) {
			return Tensor{}, fmt.Errorf("element %d lies outside its storage of %d", i, len(data))
		}
		put(out.Data[w*i:], data[j])
	}
	return out, nil
}

// strides maps a row-major element number to its place in the storage.
func strides(t *pytorch.Tensor) func(int) int {
	return func(i int) int {
		at := t.StorageOffset
		for axis := len(t.Size) - 1; axis >= 0; axis-- {
			at += i % t.Size[axis] * t.Stride[axis]
			i /= t.Size[axis]
		}
		return at
	}
}
