package tensorfile

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"adlab/pkg/store"
)

// Write writes the tensors atomically as a safetensors file. Same tensors and metadata, same bytes:
// wider elements come first, so that everything is aligned, then the order is by name.
func Write(path string, tensors map[string]Tensor, metadata map[string]string) error {
	names := slices.SortedFunc(maps.Keys(tensors), func(a, b string) int {
		if d := tensors[b].DType.Width() - tensors[a].DType.Width(); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	type item struct {
		DType   DType  `json:"dtype"`
		Shape   []int  `json:"shape"`
		Offsets [2]int `json:"data_offsets"`
	}
	header, at := map[string]any{}, 0 // encoding/json sorts the keys
	if len(metadata) > 0 {
		header["__metadata__"] = metadata
	}
	for _, name := range names {
		t := tensors[name]
		size := t.DType.Width()
		for _, d := range t.Shape {
			size *= d
		}
		if size != len(t.Data) || t.DType.Width() == 0 {
			return fmt.Errorf("%s: tensor %q: shape %v of %s needs %d bytes, got %d", path, name,
				t.Shape, t.DType, size, len(t.Data))
		}
		shape := t.Shape
		if shape == nil {
			shape = []int{}
		}
		header[name] = item{t.DType, shape, [2]int{at, at + size}}
		at += size
	}
	head, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for len(head)%8 != 0 {
		head = append(head, ' ')
	}
	return store.WriteAtomic(path, func(w io.Writer) error {
		if err := binary.Write(w, binary.LittleEndian, uint64(len(head))); err != nil {
			return err
		}
		if _, err := w.Write(head); err != nil {
			return err
		}
		for _, name := range names {
			if _, err := w.Write(tensors[name].Data); err != nil {
				return err
			}
		}
		return nil
	})
}
