// Package layer holds the few layers that adlab's networks are made of, each owning its tensors at
// the scope path that is the checkpoint's name: a Linear at /decoder/3/attn/kv owns what the
// official checkpoint calls decoder.3.attn.kv.weight and decoder.3.attn.kv.bias. The arithmetic is
// GoMLX's.
package layer

import (
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/nn"
)

// Param is the float32 tensor called name in the scope, of the given shape.
func Param(scope *model.Scope, g *Graph, name string, dims ...int) *Node {
	return scope.VariableWithShape(name, shapes.Make(dtypes.Float32, dims...)).NodeValue(g)
}

// Linear is x·Wᵀ + b, with W [out, in] as PyTorch stores it: x [..., in] to [..., out].
func Linear(scope *model.Scope, x *Node, out int) *Node {
	in := x.Shape().Dimensions[x.Rank()-1]
	w, b := Param(scope, x.Graph(), "weight", out, in), Param(scope, x.Graph(), "bias", out)
	return nn.Dense(x, w, b, compute.DenseLayoutOutputsInput)
}

// LayerNorm normalises the last axis with the biased variance, then scales and shifts: [..., dim]
// to the same.
func LayerNorm(scope *model.Scope, x *Node, epsilon float64) *Node {
	dim := x.Shape().Dimensions[x.Rank()-1]
	gamma, beta := Param(scope, x.Graph(), "weight", dim), Param(scope, x.Graph(), "bias", dim)
	return nn.LayerNorm(x, []int{-1}, epsilon, gamma, beta, nil)
}

// MLP is fc2(GELU(fc1(x))) with a hidden width of 4·dim and the exact (erf) GELU: [..., dim] to the
// same.
func MLP(scope *model.Scope, x *Node) *Node {
	dim := x.Shape().Dimensions[x.Rank()-1]
	return Linear(scope.At("fc2"), GELU(Linear(scope.At("fc1"), x, 4*dim)), dim)
}

// ReLU is max(0, x), with PyTorch's gradient of zero at zero. GoMLX's passes it on there: a token
// that no prototype answers is an exact zero, and its gradient would grow from block to block until
// it overflows.
func ReLU(x *Node) *Node { return Max(ZerosLike(x), x) }

// Heads cuts the channels into heads, each a contiguous run: [batch, tokens, heads·d] to [batch,
// heads, tokens, d].
func Heads(x *Node, heads int) *Node {
	b, n, c := x.Shape().Dimensions[0], x.Shape().Dimensions[1], x.Shape().Dimensions[2]
	return TransposeAllAxes(Reshape(x, b, n, heads, c/heads), 0, 2, 1, 3)
}

// MergeHeads undoes Heads: [batch, heads, tokens, d] to [batch, tokens, heads·d].
func MergeHeads(x *Node) *Node {
	b, h, n, d := x.Shape().Dimensions[0], x.Shape().Dimensions[1], x.Shape().Dimensions[2],
		x.Shape().Dimensions[3]
	return Reshape(TransposeAllAxes(x, 0, 2, 1, 3), b, n, h*d)
}

// Cosine is the cosine of a and b along axis, which is dropped; a and b have one shape. Each norm
// is clamped from below at 1e-8, as PyTorch's cosine_similarity does (GoMLX's masks zero vectors
// instead); under the root, so that the gradient of a zero vector is finite.
func Cosine(a, b *Node, axis int) *Node {
	const floor = 1e-8
	norm := func(x *Node) *Node { return Sqrt(MaxScalar(ReduceSum(Square(x), axis), floor*floor)) }
	return Div(ReduceSum(Mul(a, b), axis), Mul(norm(a), norm(b)))
}

// Normalize divides the vectors of the last axis by their Euclidean norm, clamped from below at
// floor; the gradient of a zero vector is finite.
func Normalize(x *Node, floor float64) *Node {
	return Div(x, Sqrt(MaxScalar(ReduceAndKeep(Square(x), ReduceSum, -1), floor*floor)))
}

// At goes down to the sub-scope that a checkpoint calls name: At(scope, "attn.kv") is
// scope.At("attn").At("kv").
func At(scope *model.Scope, name string) *model.Scope {
	for part := range strings.SplitSeq(name, ".") {
		scope = scope.At("%s", part)
	}
	return scope
}
