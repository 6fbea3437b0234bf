//go:build !js

package backend

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Digest is the SHA-256, cut to 12 hexadecimal digits, of the bytes that one operation gave.
type Digest struct {
	Operation string `json:"operation"`
	Bytes     string `json:"bytes"`
}

// probe is one operation on inputs of these shapes, of values from -2 to 2.
type probe struct {
	name   string
	inputs [][]int
	run    func(x []*Node) *Node
}

// positive keeps values from 1/8 to 4.
func positive(x *Node) *Node { return AddScalar(Abs(MulScalar(x, 1.9)), 0.125) }

func unary(name string, f func(*Node) *Node) probe {
	return probe{name, [][]int{{1021}}, func(x []*Node) *Node { return f(x[0]) }}
}

func product(name string, m, k, n int) probe {
	return probe{name, [][]int{{m, k}, {k, n}}, func(x []*Node) *Node {
		return Dot(x[0], x[1]).MatMul()
	}}
}

// probes are the operations that adlab's graphs are made of, in the sizes of a small head.
var probes = []probe{
	unary("exp", Exp), unary("log", func(x *Node) *Node { return Log(positive(x)) }),
	unary("sqrt", func(x *Node) *Node { return Sqrt(positive(x)) }),
	unary("rsqrt", func(x *Node) *Node { return Rsqrt(positive(x)) }),
	unary("tanh", Tanh), unary("erf", Erf), unary("sigmoid", Sigmoid),
	unary("sin", Sin), unary("cos", Cos),
	unary("pow", func(x *Node) *Node { return Pow(positive(x), Const(x.Graph(), float32(1.7))) }),
	unary("divide", func(x *Node) *Node { return Div(x, positive(Reverse(x, 0))) }),
	unary("a·b + c", func(x *Node) *Node { return Add(Mul(x, Reverse(x, 0)), Square(x)) }),
	{"sum of a row", [][]int{{37, 771}}, func(x []*Node) *Node { return ReduceSum(x[0], -1) }},
	{"sum of a column", [][]int{{771, 37}}, func(x []*Node) *Node { return ReduceSum(x[0], 0) }},
	{"sum of all", [][]int{{37, 771}}, func(x []*Node) *Node { return ReduceAllSum(x[0]) }},
	{"softmax", [][]int{{37, 197}}, func(x []*Node) *Node { return Softmax(x[0], -1) }},
	{"layer norm", [][]int{{37, 192}}, func(x []*Node) *Node { return norm(x[0]) }},
	{"cosine", [][]int{{37, 192}, {37, 192}}, func(x []*Node) *Node {
		l := func(x *Node) *Node { return Sqrt(ReduceSum(Square(x), -1)) }
		return Div(ReduceSum(Mul(x[0], x[1]), -1), Mul(l(x[0]), l(x[1])))
	}},
	product("product 64·192·192", 64, 192, 192),
	product("product 392·192·768", 392, 192, 768),
	product("product 784·1152·192", 784, 1152, 192),
	product("product 3·5·7", 3, 5, 7),
	product("product 16·3000·24", 16, 3000, 24),
	product("product 1·192·768", 1, 192, 768),
	product("product 98·768·1", 98, 768, 1),
	{"product of heads", [][]int{{2, 3, 49, 64}, {2, 3, 6, 64}}, func(x []*Node) *Node {
		return Einsum("bhnd,bhmd->bhnm", x[0], x[1])
	}},
	{"product, transposed", [][]int{{98, 192}, {98, 64}}, func(x []*Node) *Node {
		return Einsum("nc,nd->cd", x[0], x[1])
	}},
	{"shifted views", [][]int{{2, 15, 15, 48}, {9, 48}}, func(x []*Node) *Node {
		span := func(i int) SliceAxisSpec { return AxisRange(i, i+13) }
		view := func(i int) *Node {
			return Slice(x[0], AxisRange(), span(i/3), span(i%3), AxisRange())
		}
		y := ZerosLike(view(0))
		for i := range 9 {
			y = Add(y, Mul(view(i), Reshape(Slice(x[1], AxisElem(i)), 1, 1, 1, 48)))
		}
		return y
	}},
	{"convolution", [][]int{{2, 16, 16, 8}, {3, 3, 8, 16}}, func(x []*Node) *Node {
		return Convolve(x[0], x[1]).PadSame().Done()
	}},
	{"sort", [][]int{{37, 197}}, func(x []*Node) *Node { return Sort(x[0], -1, true) }},
	{"training, 8 steps", [][]int{{98, 64}, {64, 192}, {64, 192}, {192, 64}}, training},
}

// norm is a layer norm without parameters.
func norm(x *Node) *Node {
	x = Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	return Div(x, Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceMean, -1), 1e-6)))
}

// training is eight steps of Adam on a block of a transformer, which is to give back its input:
// attention of x [N, C] among themselves, and a perceptron.
func training(x []*Node) *Node {
	params := []*Node{MulScalar(x[1], 0.1), MulScalar(x[2], 0.1), MulScalar(x[3], 0.1)}
	var first, second []*Node
	for _, p := range params {
		first, second = append(first, ZerosLike(p)), append(second, ZerosLike(p))
	}
	var loss *Node
	for range 8 {
		q := norm(x[0])
		qkv := Dot(q, params[0]).MatMul() // [N, 3 C]
		part := func(i int) *Node { return Slice(qkv, AxisRange(), AxisRange(64*i, 64*i+64)) }
		attn := Softmax(MulScalar(Einsum("nc,mc->nm", part(0), part(1)), 0.125), -1)
		y := Add(q, Dot(attn, part(2)).MatMul())
		h := Dot(norm(y), params[1]).MatMul()
		h = Mul(h, MulScalar(AddScalar(Erf(MulScalar(h, 0.70710678)), 1), 0.5))
		y = Add(y, Dot(h, params[2]).MatMul())
		l := func(x *Node) *Node { return Sqrt(ReduceSum(Square(x), -1)) }
		loss = ReduceAllMean(OneMinus(Div(ReduceSum(Mul(x[0], y), -1), Mul(l(x[0]), l(y)))))
		for i, g := range Gradient(loss, params...) {
			first[i] = Add(MulScalar(first[i], 0.9), MulScalar(g, 0.1))
			second[i] = Add(MulScalar(second[i], 0.999), MulScalar(Square(g), 0.001))
			step := Div(first[i], AddScalar(Sqrt(second[i]), 1e-8))
			params[i] = StopGradient(Sub(params[i], MulScalar(step, 1e-3)))
		}
	}
	return Concatenate([]*Node{Reshape(params[0], -1), Reshape(params[1], -1),
		Reshape(params[2], -1), Reshape(loss, 1)}, 0)
}

// Probe runs each operation that adlab's graphs are made of, and eight steps of training, on
// numbers that are the same everywhere. Where two machines' digests differ, so do their results.
func Probe(b compute.Backend) ([]Digest, error) {
	var digests []Digest
	for _, p := range probes {
		rng := rand.New(rand.NewPCG(1, 25))
		inputs := make([]any, len(p.inputs))
		for i, dims := range p.inputs {
			size := 1
			for _, d := range dims {
				size *= d
			}
			data := make([]float32, size)
			for j := range data {
				data[j] = 4*rng.Float32() - 2
			}
			inputs[i] = tensors.FromFlatDataAndDimensions(data, dims...)
		}
		out, err := CallOnce(b, p.run, inputs...)
		if err != nil {
			return nil, fmt.Errorf("probe %s: %w", p.name, oneLine(err))
		}
		data, err := tensors.CopyFlatData[float32](out)
		if err != nil {
			return nil, fmt.Errorf("probe %s: %w", p.name, oneLine(err))
		}
		h := sha256.New()
		_ = binary.Write(h, binary.LittleEndian, data) // a hash takes every byte
		digests = append(digests, Digest{p.name, fmt.Sprintf("%x", h.Sum(nil)[:6])})
	}
	return digests, nil
}
