package sentence

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"adlab/pkg/layer"

	"google.golang.org/protobuf/encoding/protowire"
)

// onnxTensors reads the float32 tensors of an ONNX file under the names that their parts have in
// PyTorch: a weight of a linear layer, which ONNX keeps transposed and without a name, is called
// after the node that multiplies with it, and is turned back to [out, in]. prefix is taken off.
// Field numbers are those of the published onnx.proto.
func onnxTensors(file string, b []byte, prefix string) (map[string]layer.Array, error) {
	const (
		modelGraph                         = 7
		graphNode, graphInitializer        = 1, 5
		nodeInput, nodeName, nodeOp        = 1, 3, 4
		tensorDims, tensorType, tensorName = 1, 2, 8
		tensorRaw, float                   = 9, 1
		linear                             = "MatMul"
	)
	// the node's name by its weight's
	tensors, multiplied := map[string]layer.Array{}, map[string]string{}
	err := fields(b, func(number protowire.Number, graph []byte, _ uint64) error {
		if number != modelGraph {
			return nil
		}
		return fields(graph, func(number protowire.Number, part []byte, _ uint64) error {
			var name, op string
			var inputs []string
			var shape []int
			var raw []byte
			var kind uint64
			err := fields(part, func(n protowire.Number, v []byte, x uint64) error {
				switch {
				case number == graphNode && n == nodeInput:
					inputs = append(inputs, string(v))
				case number == graphNode && n == nodeName, number == graphInitializer &&
					n == tensorName:
					name = string(v)
				case number == graphNode && n == nodeOp:
					op = string(v)
				case number == graphInitializer && n == tensorDims && v == nil:
					shape = append(shape, int(x))
				case number == graphInitializer && n == tensorDims: // packed
					for len(v) > 0 {
						d, size := protowire.ConsumeVarint(v)
						if size < 0 {
							return protowire.ParseError(size)
						}
						shape, v = append(shape, int(d)), v[size:]
					}
				case number == graphInitializer && n == tensorType:
					kind = x
				case number == graphInitializer && n == tensorRaw:
					raw = v
				}
				return nil
			})
			if err != nil || number != graphNode && number != graphInitializer {
				return nil // a part of another kind
			}
			if number == graphNode {
				if op == linear && len(inputs) == 2 {
					multiplied[inputs[1]] = name
				}
				return nil
			}
			size := 4
			for _, d := range shape {
				size *= d
			}
			if kind != float || len(raw) != size {
				return nil
			}
			a := layer.Array{Shape: shape, Data: make([]float32, len(raw)/4)}
			for i := range a.Data {
				a.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
			}
			tensors[name] = a
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("%s: no ONNX file: %w", file, err)
	}
	out := map[string]layer.Array{}
	for name, a := range tensors {
		if node, ok := multiplied[name]; ok && len(a.Shape) == 2 {
			name, a = strings.ReplaceAll(strings.TrimPrefix(strings.TrimSuffix(node, "/"+linear),
				"/model/"), "/", ".")+".weight", transposed(a)
		}
		out[strings.TrimPrefix(name, prefix)] = a
	}
	return out, nil
}

func transposed(a layer.Array) layer.Array {
	rows, columns := a.Shape[0], a.Shape[1]
	out := layer.Array{Shape: []int{columns, rows}, Data: make([]float32, len(a.Data))}
	for r := range rows {
		for c := range columns {
			out.Data[c*rows+r] = a.Data[r*columns+c]
		}
	}
	return out
}

// fields calls do for each field of a protocol buffer's message: with its bytes, or with its number
// where it is one.
func fields(b []byte, do func(number protowire.Number, v []byte, x uint64) error) error {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		var v []byte
		var x uint64
		switch kind {
		case protowire.VarintType:
			x, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			v, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		if err := do(number, v, x); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}
