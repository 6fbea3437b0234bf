// Package tensorfile reads and writes safetensors files, atomically and with every claim of the
// header checked before a byte is used, and reads the state dicts of PyTorch's .pth files without
// running anything in them.
package tensorfile

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
)

// File is an open safetensors file, or one in shards, memory-mapped.
type File struct {
	path     string
	parts    [][]byte // the whole file, or each of its shards
	entries  map[string]entry
	metadata map[string]string
	unmap    func() error
}

// Parse reads a safetensors file that is in memory already; path is its name in errors.
func Parse(path string, b []byte) (*File, error) {
	entries, metadata, err := parseHeader(path, b)
	if err != nil {
		return nil, err
	}
	return &File{path: path, parts: [][]byte{b}, entries: entries, metadata: metadata}, nil
}

// Close unmaps the file; views of it are invalid afterwards.
func (f *File) Close() error {
	if f.unmap == nil {
		return nil
	}
	unmap := f.unmap
	f.unmap = nil
	return unmap()
}

// Path is the name the file was opened under.
func (f *File) Path() string { return f.path }

// Names lists the tensors, sorted.
func (f *File) Names() []string { return slices.Sorted(maps.Keys(f.entries)) }

// Has tells whether there is a tensor of that name.
func (f *File) Has(name string) bool { _, ok := f.entries[name]; return ok }

// Shape is the tensor's shape, nil when it is absent.
func (f *File) Shape(name string) []int { return slices.Clone(f.entries[name].shape) }

// DType is the tensor's element type, "" when it is absent.
func (f *File) DType(name string) DType { return f.entries[name].dtype }

// Metadata is the header's __metadata__.
func (f *File) Metadata() map[string]string { return maps.Clone(f.metadata) }

// Digest is the SHA-256 of the whole file, of shards one after another, in hexadecimal.
func (f *File) Digest() string {
	h := sha256.New()
	for _, part := range f.parts {
		h.Write(part)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// Tensor is a view of a tensor without a copy, valid until Close. Where a shape is given the tensor
// must have it (-1 matches any extent).
func (f *File) Tensor(name string, shape ...int) (Tensor, error) {
	e, ok := f.entries[name]
	if !ok {
		return Tensor{}, fmt.Errorf("%s: no tensor %q", f.path, name)
	}
	if len(shape) > 0 && !fits(e.shape, shape) {
		return Tensor{}, fmt.Errorf("%s: tensor %q: expected shape %v, got %v", f.path, name, shape,
			e.shape)
	}
	return Tensor{e.dtype, slices.Clone(e.shape), e.data}, nil
}

// Float32s copies a floating-point tensor as float32, F16 and BF16 exactly.
func (f *File) Float32s(name string, shape ...int) ([]float32, error) {
	return convert(f, name, shape, Tensor.Float32s)
}

// Int64s copies an integer tensor as int64.
func (f *File) Int64s(name string, shape ...int) ([]int64, error) {
	return convert(f, name, shape, Tensor.Int64s)
}

// Uint8s copies a byte tensor.
func (f *File) Uint8s(name string, shape ...int) ([]uint8, error) {
	return convert(f, name, shape, func(t Tensor) ([]uint8, error) {
		if t.DType != DTypeU8 && t.DType != DTypeBool {
			return nil, fmt.Errorf("expected dtype U8, got %s", t.DType)
		}
		return slices.Clone(t.Data), nil
	})
}

func convert[T any](f *File, name string, shape []int, read func(Tensor) ([]T, error)) ([]T,
	error) {
	t, err := f.Tensor(name, shape...)
	if err != nil {
		return nil, err
	}
	out, err := read(t)
	if err != nil {
		return nil, fmt.Errorf("%s: tensor %q: %w", f.path, name, err)
	}
	return out, nil
}

// CheckFinite names the first element of a floating-point tensor that is NaN or infinite.
func (f *File) CheckFinite() error {
	for _, name := range f.Names() {
		switch f.DType(name) {
		case DTypeF64, DTypeF32, DTypeF16, DTypeBF16:
		default:
			continue
		}
		values, err := f.Float32s(name)
		if err != nil {
			return err
		}
		if i := NotFinite(values); i >= 0 {
			return fmt.Errorf("%s: tensor %q: element %d is %v, expected finite weights",
				f.path, name, i, values[i])
		}
	}
	return nil
}

func fits(got, want []int) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if want[i] != -1 && want[i] != got[i] {
			return false
		}
	}
	return true
}
