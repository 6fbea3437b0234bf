package tensorfile

import (
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// ReadONNX reads the tensors of an ONNX file under the names that its parts have in PyTorch. Of a
// linear layer the exporter keeps the weight transposed and without a name: it is called after the
// bias that is added to the product, or else after the node that multiplies with it, and is turned
// back to [out, in]. A table of positions that was cut into the class token's row and the patches'
// is put together again. Weights that lie in another file are an error.
func ReadONNX(file string) (map[string]Tensor, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	tensors, err := parseONNX(b)
	if err != nil {
		return nil, fmt.Errorf("%s: not an ONNX file: %w", file, err)
	}
	if len(tensors) == 0 {
		return nil, fmt.Errorf("%s: no tensors in it: expected an ONNX file with its weights", file)
	}
	return tensors, nil
}

// onnxNode is an operation.
type onnxNode struct {
	name, op        string
	inputs, outputs []string
}

// Field numbers and types of the published onnx.proto.
const (
	onnxGraph                         = 7
	onnxGraphNode, onnxGraphTensor    = 1, 5
	onnxInput, onnxOutput             = 1, 2
	onnxNodeName, onnxNodeOp          = 3, 4
	onnxDims, onnxType, onnxName      = 1, 2, 8
	onnxFloats, onnxRaw, onnxLocation = 4, 9, 14
)

var onnxTypes = map[uint64]DType{1: DTypeF32, 2: DTypeU8, 3: DTypeI8, 5: DTypeI16, 6: DTypeI32,
	7: DTypeI64, 9: DTypeBool, 10: DTypeF16, 11: DTypeF64, 16: DTypeBF16}

func parseONNX(b []byte) (map[string]Tensor, error) {
	tensors := map[string]Tensor{}
	var nodes []onnxNode
	err := fields(b, func(number protowire.Number, graph []byte, _ uint64) error {
		if number != onnxGraph {
			return nil
		}
		return fields(graph, func(number protowire.Number, part []byte, _ uint64) error {
			switch number {
			case onnxGraphNode:
				node, err := parseNode(part)
				nodes = append(nodes, node)
				return err
			case onnxGraphTensor:
				name, t, err := parseTensor(part)
				if err == nil && t.DType != "" {
					tensors[name] = t
				}
				return err
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	named := nameLinear(tensors, nodes)
	joinPositions(named, nodes)
	return named, nil
}

func parseNode(b []byte) (n onnxNode, err error) {
	err = fields(b, func(number protowire.Number, v []byte, _ uint64) error {
		switch number {
		case onnxInput:
			n.inputs = append(n.inputs, string(v))
		case onnxOutput:
			n.outputs = append(n.outputs, string(v))
		case onnxNodeName:
			n.name = string(v)
		case onnxNodeOp:
			n.op = string(v)
		}
		return nil
	})
	return n, err
}

func parseTensor(b []byte) (name string, t Tensor, err error) {
	elsewhere := false
	err = fields(b, func(number protowire.Number, v []byte, x uint64) error {
		switch {
		case number == onnxDims && v == nil:
			t.Shape = append(t.Shape, int(x))
		case number == onnxDims: // packed
			for len(v) > 0 {
				d, size := protowire.ConsumeVarint(v)
				if size < 0 {
					return protowire.ParseError(size)
				}
				t.Shape, v = append(t.Shape, int(d)), v[size:]
			}
		case number == onnxType:
			t.DType = onnxTypes[x]
		case number == onnxName:
			name = string(v)
		case number == onnxRaw, number == onnxFloats && t.Data == nil:
			t.Data = v
		case number == onnxLocation:
			elsewhere = x == 1
		}
		return nil
	})
	if err != nil || t.DType == "" {
		return name, t, err
	}
	if elsewhere {
		return name, t, fmt.Errorf("tensor %q lies in another file; save the model in one", name)
	}
	size := t.DType.Width()
	for _, d := range t.Shape {
		if d < 0 || d > 0 && size > len(t.Data)/d {
			size = -1
			break
		}
		size *= d
	}
	if size != len(t.Data) {
		if t.DType != DTypeF32 { // small integers may be kept otherwise, and are no weights
			return name, Tensor{}, nil
		}
		return name, t, fmt.Errorf("tensor %q: expected %v of %s, got %d bytes", name, t.Shape,
			t.DType, len(t.Data))
	}
	return name, t, nil
}

// anonymous are the names that exporters give where a tensor has none.
var anonymous = regexp.MustCompile(`^([0-9]+|onnx::.*|.*_[Cc]onst.*)$`)

// nameLinear gives linear layers' weights their names and shapes. Anonymous tensors keep the name
// that they have where nothing names them, or one name would be two tensors'.
func nameLinear(tensors map[string]Tensor, nodes []onnxNode) map[string]Tensor {
	bias := map[string]string{} // what is added to a node's output
	for _, n := range nodes {
		if n.op != "Add" || len(n.inputs) != 2 {
			continue
		}
		for i, input := range n.inputs {
			if strings.HasSuffix(input, ".bias") {
				bias[n.inputs[1-i]] = input
			}
		}
	}
	type weight struct{ from, name string }
	var weights []weight
	users := map[string]map[string]bool{} // the tensors that would have a name
	for _, n := range nodes {
		if n.op != "MatMul" || len(n.inputs) != 2 || len(n.outputs) == 0 {
			continue
		}
		from := n.inputs[1]
		t, here := tensors[from]
		if !here || len(t.Shape) != 2 || !anonymous.MatchString(from) {
			continue
		}
		name := strings.ReplaceAll(strings.Trim(path.Dir(n.name), "/."), "/", ".")
		if added, ok := bias[n.outputs[0]]; ok {
			name = strings.TrimSuffix(added, ".bias")
		}
		if name == "" {
			continue
		}
		name += ".weight"
		weights = append(weights, weight{from, name})
		if users[name] == nil {
			users[name] = map[string]bool{}
			if _, taken := tensors[name]; taken {
				users[name][name] = true
			}
		}
		users[name][from] = true
	}
	out := maps.Clone(tensors)
	for _, w := range weights {
		if len(users[w.name]) == 1 {
			delete(out, w.from)
			out[w.name] = transposedTensor(tensors[w.from])
		}
	}
	return out
}

func transposedTensor(t Tensor) Tensor {
	rows, columns, w := t.Shape[0], t.Shape[1], t.DType.Width()
	data := make([]byte, len(t.Data))
	for i := range rows {
		for j := range columns {
			copy(data[(j*rows+i)*w:], t.Data[(i*columns+j)*w:(i*columns+j+1)*w])
		}
	}
	return Tensor{t.DType, []int{columns, rows}, data}
}

// joinPositions puts a position table together that the exporter cut: [1, 1, C] of the class token
// and [1, n², C] of the patches, each used in embeddings.
func joinPositions(tensors map[string]Tensor, nodes []onnxNode) {
	const embeddings = "/embeddings/"
	class, patches := map[string]string{}, map[string]string{}
	for _, n := range nodes {
		root, _, ok := strings.Cut(n.name, embeddings)
		if !ok {
			continue
		}
		for _, input := range n.inputs {
			t, here := tensors[input]
			if !here || !anonymous.MatchString(input) || len(t.Shape) != 3 || t.Shape[0] != 1 {
				continue
			}
			if t.Shape[1] == 1 {
				class[root] = input
			} else {
				patches[root] = input
			}
		}
	}
	for root, first := range class {
		rest, ok := patches[root]
		a, b := tensors[first], tensors[rest]
		name := strings.ReplaceAll(strings.Trim(root+embeddings, "/"), "/", ".") +
			".position_embeddings"
		if _, whole := tensors[name]; whole || !ok || a.DType != b.DType ||
			a.Shape[2] != b.Shape[2] {
			continue
		}
		delete(tensors, first)
		delete(tensors, rest)
		tensors[name] = Tensor{a.DType, []int{1, 1 + b.Shape[1], a.Shape[2]},
			slices.Concat(a.Data, b.Data)}
	}
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
