package tensorfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
)

// torchStorage is a tensor's memory, in one file with others.
type torchStorage struct {
	dtype DType
	count int    // elements
	data  []byte // little-endian
}

// torchTensor is a view of a storage.
type torchTensor struct {
	*torchStorage
	offset        int // elements
	shape, stride []int
}

// storageTypes are the classes of storages.
var storageTypes = map[pyGlobal]DType{
	"torch.FloatStorage": DTypeF32, "torch.HalfStorage": DTypeF16,
	"torch.BFloat16Storage": DTypeBF16, "torch.DoubleStorage": DTypeF64,
	"torch.LongStorage": DTypeI64, "torch.IntStorage": DTypeI32, "torch.ShortStorage": DTypeI16,
	"torch.CharStorage": DTypeI8, "torch.ByteStorage": DTypeU8, "torch.BoolStorage": DTypeBool,
}

// storageID reads what a persistent id says of a storage: its key in the file, and its kind. What
// is of no kind that is known gives an error only if a tensor needs it.
func storageID(id any) (key string, s *torchStorage, err error) {
	t, ok := id.(pyTuple)
	if !ok || len(t) < 5 || t[0] != any("storage") {
		return "", nil, errors.New("it refers to something else than a tensor's memory")
	}
	class, _ := t[1].(pyGlobal)
	count, ok := t[4].(int64)
	if key, named := t[2].(string); named && ok && count >= 0 && count < math.MaxInt64/8 {
		return key, &torchStorage{dtype: storageTypes[class], count: int(count)}, nil
	}
	return "", nil, errors.New("a tensor's memory has neither name nor size")
}

// callTorch stands for the few functions that make dictionaries and tensors; nil for any other.
func callTorch(of pyGlobal, args pyTuple) (any, error) {
	switch of {
	case "collections.OrderedDict", "builtins.dict", "__builtin__.dict",
		"collections.defaultdict":
		return &pyDict{}, nil
	case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
		if len(args) > 0 {
			return args[0], nil
		}
	case "torch._tensor._rebuild_from_type_v2": // function, class, its arguments, state
		if f, ok := at(args, 0).(pyGlobal); ok {
			if inner, ok := at(args, 2).(pyTuple); ok && f != of {
				return callTorch(f, inner)
			}
		}
	case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2":
		s, isStorage := at(args, 0).(*torchStorage)
		offset, isInt := at(args, 1).(int64)
		shape, one := ints(at(args, 2))
		stride, two := ints(at(args, 3))
		if !isStorage || !isInt || !one || !two || len(shape) != len(stride) || offset < 0 {
			return nil, errors.New("a tensor in it has no shape")
		}
		return &torchTensor{s, int(offset), shape, stride}, nil
	}
	return nil, nil
}

func at(args pyTuple, i int) any {
	if i < len(args) {
		return args[i]
	}
	return nil
}

// ints reads a tuple of integers that are not negative.
func ints(x any) (out []int, ok bool) {
	items, ok := x.(pyTuple)
	if l, list := x.(*pyList); list {
		items, ok = l.items, true
	}
	out = make([]int, len(items))
	for i, item := range items {
		n, isInt := item.(int64)
		if !isInt || n < 0 {
			return nil, false
		}
		out[i] = int(n)
	}
	return out, ok
}

// size is the number of elements; an error where it is more than the storage has, as an expanded
// tensor's is.
func (t *torchTensor) size() (int, error) {
	count := 1
	for _, d := range t.shape {
		if d > 0 && count > t.count/d {
			return 0, fmt.Errorf("its shape %v needs more than the %d elements in its storage",
				t.shape, t.count)
		}
		count *= d
	}
	return count, nil
}

// tensor copies a possibly strided tensor into contiguous bytes; half precision becomes float32,
// exactly.
func (t *torchTensor) tensor() (Tensor, error) {
	if t.dtype == "" {
		return Tensor{}, errors.New("it is of a type that adlab does not read")
	}
	count, err := t.size()
	if err != nil {
		return Tensor{}, err
	}
	w := t.dtype.Width()
	if len(t.data) < w*t.count {
		return Tensor{}, fmt.Errorf("expected %d bytes in its storage, got %d (truncated?)",
			w*t.count, len(t.data))
	}
	out := Tensor{DType: t.dtype, Shape: t.shape, Data: make([]byte, w*count)}
	if t.contiguous() && t.offset <= t.count-count {
		copy(out.Data, t.data[w*t.offset:])
	} else {
		for i := range count {
			j, ok := t.place(i)
			if !ok {
				return Tensor{}, fmt.Errorf("element %d lies outside its storage of %d", i,
					t.count)
			}
			copy(out.Data[w*i:w*i+w], t.data[w*j:])
		}
	}
	if t.dtype == DTypeF16 || t.dtype == DTypeBF16 {
		values, err := out.Float32s()
		return F32(values, t.shape...), err
	}
	return out, nil
}

// contiguous tells whether the elements lie in their order.
func (t *torchTensor) contiguous() bool {
	want := 1
	for axis := len(t.shape) - 1; axis >= 0; axis-- {
		if t.shape[axis] != 1 && t.stride[axis] != want {
			return false
		}
		want *= t.shape[axis]
	}
	return true
}

// place is where a row-major element lies in the storage.
func (t *torchTensor) place(i int) (int, bool) {
	at := t.offset
	for axis := len(t.shape) - 1; axis >= 0; axis-- {
		step := i % t.shape[axis]
		if step > 0 && t.stride[axis] > t.count {
			return 0, false
		}
		if at += step * t.stride[axis]; at >= t.count {
			return 0, false
		}
		i /= t.shape[axis]
	}
	return at, at < t.count
}

// magic begins the older format.
var magic, _ = new(big.Int).SetString("1950a86a20f9469cfc6c", 16)

// legacy reads the older format: five pickles, then each storage's number of elements and its
// bytes.
func legacy(b []byte) (any, error) {
	storages := map[string]*torchStorage{}
	u := &unpickler{b: b, call: callTorch, storage: func(id any) (any, error) {
		if t, ok := id.(pyTuple); ok && len(t) > 1 && t[0] == any("module") {
			return t[1], nil
		}
		key, s, err := storageID(id)
		if err != nil {
			return nil, err
		}
		if t := id.(pyTuple); len(t) > 5 && t[5] != nil {
			return nil, errors.New("its tensors share memory as torch 0.3 had them; save it " +
				"again with a newer one")
		}
		if storages[key] == nil {
			storages[key] = s
		}
		return storages[key], nil
	}}
	var parts [5]any // magic, protocol, the machine, the object, the keys of storages
	for i := range parts {
		var err error
		if parts[i], err = u.load(); err != nil {
			return nil, err
		}
		if n, ok := parts[0].(*big.Int); !ok || n.Cmp(magic) != 0 {
			return nil, errors.New("it does not begin as PyTorch's do")
		}
	}
	if here, ok := parts[2].(*pyDict); ok && here.get("little_endian") == any(false) {
		return nil, errors.New("it was written on a big-endian machine")
	}
	keys, _ := parts[4].(*pyList)
	if keys == nil {
		return nil, errPickle
	}
	for _, key := range keys.items {
		name, _ := key.(string)
		s := storages[name]
		count, err := u.take(8)
		if err != nil || s == nil {
			return nil, errPickle
		}
		n := binary.LittleEndian.Uint64(count)
		if n != uint64(s.count) || s.dtype == "" || s.count > len(b) {
			return nil, errPickle
		}
		if s.data, err = u.take(s.count * s.dtype.Width()); err != nil {
			return nil, err
		}
	}
	return parts[3], nil
}
