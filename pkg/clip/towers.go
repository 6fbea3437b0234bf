// Package clip is the pair of towers that MultiADS stands on: a vision transformer whose patch
// tokens are tapped at several depths, a text transformer, and the space in which both meet. It
// tokenizes as OpenCLIP does and loads weights under OpenCLIP's and Hugging Face's names.
package clip

import (
	"adlab/pkg/imageio"
	"adlab/pkg/layer"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/model"
)

// epsilon of all layer norms.
const epsilon = 1e-5

// Vision gives, from normalised images [B, Grid·Patch, Grid·Patch, 3], what Taps gives, and the
// image embedding [B, D], not normalised. Source: pkg/multiads/SPEC.md 3.
func Vision(scope *model.Scope, cfg Config, images *Node) (taps []*Node, embedding *Node) {
	scope = scope.At("visual")
	taps, x := vision(scope, cfg, images, cfg.Vision.Layers)
	return taps, Embed(scope, cfg, Squeeze(Slice(x, AxisRange(), AxisRange(0, 1)), 1))
}

// Embed brings vectors of the vision tower's last block to the common space by its last norm and
// projection: [..., Dv] to [..., D], not normalised. The tower was trained so for the class token
// alone. scope is the one called visual.
func Embed(scope *model.Scope, cfg Config, x *Node) *Node {
	x = layer.LayerNorm(scope.At("ln_post"), x, epsilon)
	return Dot(x, layer.Param(scope, x.Graph(), "proj", cfg.Vision.Width,
		cfg.Embed)).General([]int{x.Rank() - 1}, nil, []int{0}, nil)
}

// Taps gives the residual stream after each tap with the class token in front, [B, 1+N, Dv] each,
// without the last norm. Blocks after the last tap are not built.
func Taps(scope *model.Scope, cfg Config, images *Node) []*Node {
	taps, _ := vision(scope.At("visual"), cfg, images, cfg.Taps[len(cfg.Taps)-1])
	return taps
}

// vision runs the first blocks of the vision tower.
func vision(scope *model.Scope, cfg Config, images *Node, blocks int) (taps []*Node, x *Node) {
	g, b, s, p, c := images.Graph(), images.Shape().Dimensions[0], cfg.Grid, cfg.Patch,
		cfg.Vision.Width
	images.AssertDims(b, s*p, s*p, 3)
	patches := Reshape(TransposeAllAxes(Reshape(images, b, s, p, s, p, 3), 0, 1, 3, 5, 2, 4), b,
		s*s, 3*p*p)
	w := Reshape(layer.Param(scope.At("conv1"), g, "weight", c, 3, p, p), c, 3*p*p)
	class := BroadcastToDims(Reshape(layer.Param(scope, g, "class_embedding", c), 1, 1, c), b, 1, c)
	x = Concatenate([]*Node{class, Einsum("bnk,ck->bnc", patches, w)}, 1) // [B, 1+N, Dv]
	x = Add(x, ExpandAxes(Position(layer.Param(scope, g, "positional_embedding",
		1+cfg.StoredGrid*cfg.StoredGrid, c), cfg.StoredGrid, s), 0))
	x = layer.LayerNorm(scope.At("ln_pre"), x, epsilon)
	for i := range blocks {
		x = block(scope.At("transformer").At("resblocks").At("%d", i), cfg.Vision, cfg.QuickGELU, x,
			false)
		if len(taps) < len(cfg.Taps) && cfg.Taps[len(taps)] == i+1 {
			taps = append(taps, x)
		}
	}
	return taps, x
}

// Text embeds texts from their ids [B, T] int32, T at most 77: the state at the end mark, [B, D],
// not normalised. Ids after the end mark change nothing. Source:
// pkg/multiads/SPEC.md 4.
func Text(scope *model.Scope, cfg Config, ids *Node) *Node {
	g, c, t := ids.Graph(), cfg.Text.Width, ids.Shape().Dimensions[1]
	// [B, T, Dt]
	x := Gather(layer.Param(scope.At("token_embedding"), g, "weight", cfg.Words, c),
		ExpandAxes(ids, -1))
	x = Add(x, ExpandAxes(Slice(layer.Param(scope, g, "positional_embedding", Context, c),
		AxisRange(0, t)), 0))
	for i := range cfg.Text.Layers {
		x = block(scope.At("transformer").At("resblocks").At("%d", i), cfg.Text, cfg.QuickGELU, x,
			true)
	}
	x = layer.LayerNorm(scope.At("ln_final"), x, epsilon)
	// the end mark has the largest id: [B, T]
	end := OneHot(ArgMax(ids, -1, dtypes.Int32), t, x.DType())
	return Dot(Einsum("bt,btc->bc", end, x), layer.Param(scope, g, "text_projection", c,
		cfg.Embed)).Product()
}

// block is a pre-norm transformer block: [B, T, C] to the same. A causal one looks back only.
func block(scope *model.Scope, t Tower, quick bool, x *Node, causal bool) *Node {
	x = Add(x, selfAttention(scope.At("attn"), t, layer.LayerNorm(scope.At("ln_1"), x, epsilon),
		causal))
	mlp := scope.At("mlp")
	hidden := layer.Linear(mlp.At("c_fc"), layer.LayerNorm(scope.At("ln_2"), x, epsilon), 4*t.Width)
	if quick {
		hidden = Mul(hidden, Sigmoid(MulScalar(hidden, 1.702)))
	} else {
		hidden = layer.GELU(hidden)
	}
	return Add(x, layer.Linear(mlp.At("c_proj"), hidden, t.Width))
}

// selfAttention is softmax(q·kᵀ/√d)·v over all tokens, or those before, from one projection cut in
// the order q, k, v.
func selfAttention(scope *model.Scope, t Tower, x *Node, causal bool) *Node {
	g, c := x.Graph(), t.Width
	w, bias := layer.Param(scope, g, "in_proj_weight", 3*c, c),
		layer.Param(scope, g, "in_proj_bias", 3*c)
	qkv := Split(Add(Einsum("btc,dc->btd", x, w), ExpandLeftToRank(bias, 3)), -1, 3)
	heads := func(i int) *Node { return layer.Heads(qkv[i], t.Heads) } // [B, h, T, d]
	y, _ := attention.Core(heads(0), heads(1), heads(2), attention.LayoutBHSD,
		attention.CoreOptions{UseCausalMask: causal})
	return layer.Linear(scope.At("out_proj"), layer.MergeHeads(y), c)
}

// Position resizes a stored position table [1+n², C] to a grid of side s, [1+s², C]: bicubic with
// anti-aliasing, as OpenCLIP does. The class row is kept; s = n leaves the table as it is.
// pkg/multiads/SPEC.md 3a.
func Position(table *Node, n, s int) *Node {
	if n == s {
		return table
	}
	g, c := table.Graph(), table.Shape().Dimensions[1]
	lo, rows := imageio.Bicubic.Weights(n, s)
	matrix := make([][]float32, s)
	for i, weights := range rows {
		matrix[i] = make([]float32, n)
		for j, w := range weights {
			matrix[i][lo[i]+j] = float32(w)
		}
	}
	w := Const(g, matrix) // [s, n]
	grid := Reshape(Slice(table, AxisRangeToEnd(1)), n, n, c)
	grid = Einsum("jw,iwc->ijc", w, Einsum("ih,hwc->iwc", w, grid))
	return Concatenate([]*Node{Slice(table, AxisRange(0, 1)), Reshape(grid, s*s, c)}, 0)
}

// Patches cuts the class token off: [B, 1+N, C] to [B, N, C].
func Patches(tokens *Node) *Node { return Slice(tokens, AxisRange(), AxisRangeToEnd(1)) }
