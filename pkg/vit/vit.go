// Package vit is the vision transformer that the papers stand on: DINOv2 with registers, in any
// size, with the raw outputs of chosen blocks as levels of patch tokens (pkg/inpformer/SPEC.md 3).
// Notation: B images, C channels, h heads, N = Grid² patches, T = 1 + Registers + N tokens.
package vit

import (
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/model"
)

// epsilon of the encoder's layer norms.
const epsilon = 1e-6

// Forward gives the output of every tapped block with class and register tokens still in front, [B,
// T, C], from normalised images [B, H, W, 3] of Grid·Patch pixels a side. The final norm is never
// applied and blocks after the last tap are not built.
func Forward(scope *model.Scope, cfg Config, images *Node) []*Node {
	x := Tokens(scope, cfg, images) // [B, T, C]
	var taps []*Node
	for i := range cfg.Taps[len(cfg.Taps)-1] + 1 {
		x = block(scope.At("blocks").At("%d", i), cfg, x)
		if cfg.Taps[len(taps)] == i {
			taps = append(taps, x)
		}
	}
	return taps
}

// Tokens embeds the patches and puts class and register tokens in front: [B, T, C]. Positions are
// added to class and patches; the registers are inserted afterwards and have none.
func Tokens(scope *model.Scope, cfg Config, images *Node) *Node {
	g, b, s, c, p := images.Graph(), images.Shape().Dimensions[0], cfg.Grid, cfg.Width, cfg.Patch
	images.AssertDims(b, s*p, s*p, 3)
	// [B, s, s, 3, p, p]
	patches := TransposeAllAxes(Reshape(images, b, s, p, s, p, 3), 0, 1, 3, 5, 2, 4)
	proj := layer.At(scope, "patch_embed.proj")
	w, bias := Reshape(layer.Param(proj, g, "weight", c, 3, p, p), c, 3*p*p),
		layer.Param(proj, g, "bias", c)
	// [B, N, C]
	x := Add(Einsum("bnk,ck->bnc", Reshape(patches, b, s*s, 3*p*p), w), ExpandLeftToRank(bias, 3))

	// [1, 1+N, C]
	pos := Position(layer.Param(scope, g, "pos_embed", 1, 1+cfg.StoredGrid*cfg.StoredGrid, c),
		cfg.StoredGrid, s)
	class := BroadcastToDims(layer.Param(scope, g, "cls_token", 1, 1, c), b, 1, c)
	x = Add(Concatenate([]*Node{class, x}, 1), pos)
	if cfg.Registers == 0 {
		return x
	}
	registers := BroadcastToDims(layer.Param(scope, g, "register_tokens", 1, cfg.Registers, c), b,
		cfg.Registers, c)
	return Concatenate([]*Node{Slice(x, AxisRange(), AxisRange(0, 1)), registers,
		Slice(x, AxisRange(), AxisRangeToEnd(1))}, 1)
}

// block is a pre-norm transformer block with LayerScale: [B, T, C] to the same.
func block(scope *model.Scope, cfg Config, x *Node) *Node {
	gain := func(name string) *Node {
		return layer.Param(scope.At("%s", name), x.Graph(), "gamma", cfg.Width)
	}
	x = Add(x, Mul(selfAttention(scope.At("attn"), cfg, layer.LayerNorm(scope.At("norm1"), x,
		epsilon)), ExpandLeftToRank(gain("ls1"), 3)))
	return Add(x, Mul(layer.MLP(scope.At("mlp"), layer.LayerNorm(scope.At("norm2"), x, epsilon)),
		ExpandLeftToRank(gain("ls2"), 3)))
}

// selfAttention is softmax(q·kᵀ/√d)·v over all tokens, from one fused projection cut in the order
// q, k, v.
func selfAttention(scope *model.Scope, cfg Config, x *Node) *Node {
	qkv := Split(layer.Linear(scope.At("qkv"), x, 3*cfg.Width), -1, 3)
	heads := func(i int) *Node { return layer.Heads(qkv[i], cfg.Heads) } // [B, h, T, d]
	y, _ := attention.Core(heads(0), heads(1), heads(2), attention.LayoutBHSD,
		attention.CoreOptions{})
	return layer.Linear(scope.At("proj"), layer.MergeHeads(y), cfg.Width)
}

// Patches cuts class and register tokens off: [B, T, C] to [B, N, C].
func Patches(cfg Config, tokens *Node) *Node {
	return Slice(tokens, AxisRange(), AxisRangeToEnd(1+cfg.Registers))
}
