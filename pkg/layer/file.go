package layer

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"adlab/pkg/tensorfile"
)

// ReadAll copies every tensor of a file as float32, by name.
func ReadAll(f *tensorfile.File) (map[string]Array, error) {
	arrays := map[string]Array{}
	for _, name := range f.Names() {
		data, err := f.Float32s(name)
		if err != nil {
			return nil, err
		}
		arrays[name] = Array{Shape: f.Shape(name), Data: data}
	}
	return arrays, nil
}

// CheckFinite says in one line which tensor of a frozen network has an element that is NaN or
// infinite; what names the network.
func CheckFinite(what string, arrays map[string]Array) error {
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		if i := tensorfile.NotFinite(arrays[name].Data); i >= 0 {
			return fmt.Errorf("%s: tensor %q: element %d is %v, expected finite weights; convert "+
				"or download them again", what, name, i, arrays[name].Data[i])
		}
	}
	return nil
}

// Tensors is what tensorfile.Write takes.
func Tensors(arrays map[string]Array) map[string]tensorfile.Tensor {
	tensors := map[string]tensorfile.Tensor{}
	for name, a := range arrays {
		tensors[name] = tensorfile.F32(a.Data, a.Shape...)
	}
	return tensors
}

// Shapes is the shape of each array, as CheckNames takes them.
func Shapes(arrays map[string]Array) map[string][]int {
	shapes := map[string][]int{}
	for name, a := range arrays {
		shapes[name] = a.Shape
	}
	return shapes
}

// WriteContent writes names, shapes and values to w in the order of the names: part of digests.
func WriteContent(w io.Writer, arrays map[string]Array) error {
	const piece = 1 << 14 // values at a time, through one buffer: weights are not copied whole
	var buffer []byte
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		a := arrays[name]
		if _, err := fmt.Fprintf(w, "%s %v\n", name, a.Shape); err != nil {
			return err
		}
		for part := range slices.Chunk(a.Data, piece) {
			buffer = buffer[:0]
			for _, x := range part {
				buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(x))
			}
			if _, err := w.Write(buffer); err != nil {
				return err
			}
		}
	}
	return nil
}
