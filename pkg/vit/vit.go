// Package vit is the vision transformer that the papers stand on: DINOv2, with and without
// registers, and DINOv3, in any size, with the raw outputs of chosen blocks as levels of patch
// tokens (pkg/inpformer/SPEC.md 3). Notation: B images, C channels, h heads, d = C/h, N patches
// (Grid² of the encoder's square picture), T = 1 + Registers + N tokens.
package vit

import (
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/model"
)

// Forward gives the output of every tapped block with class and register tokens still in front, [B,
// T, C], from normalised images [B, H, W, 3] whose sides are multiples of Patch. The final norm is
// never applied and blocks after the last tap are not built.
func Forward(scope *model.Scope, cfg Config, images *Node) []*Node {
	x := Tokens(scope, cfg, images) // [B, T, C]
	rows, columns := gridOf(cfg, images)
	var taps []*Node
	for i := range cfg.Taps[len(cfg.Taps)-1] + 1 {
		x = block(scope.At("blocks").At("%d", i), cfg, x, rows, columns)
		if cfg.Taps[len(taps)] == i {
			taps = append(taps, x)
		}
	}
	return taps
}

// gridOf is the number of patches of images [B, H, W, 3] along each side.
func gridOf(cfg Config, images *Node) (rows, columns int) {
	d := images.Shape().Dimensions
	rows, columns = d[1]/cfg.Patch, d[2]/cfg.Patch
	images.AssertDims(d[0], rows*cfg.Patch, columns*cfg.Patch, 3)
	return rows, columns
}

// Tokens embeds the patches and puts class and register tokens in front: [B, T, C]. Positions are
// added to class and patches where there is a table; the registers have none.
func Tokens(scope *model.Scope, cfg Config, images *Node) *Node {
	g, b, c, p := images.Graph(), images.Shape().Dimensions[0], cfg.Width, cfg.Patch
	rows, columns := gridOf(cfg, images)
	// [B, rows, columns, 3, p, p]
	patches := TransposeAllAxes(Reshape(images, b, rows, p, columns, p, 3), 0, 1, 3, 5, 2, 4)
	proj := layer.At(scope, "patch_embed.proj")
	w, bias := Reshape(layer.Param(proj, g, "weight", c, 3, p, p), c, 3*p*p),
		layer.Param(proj, g, "bias", c)
	// [B, N, C]
	x := Add(Einsum("bnk,ck->bnc", Reshape(patches, b, rows*columns, 3*p*p), w),
		ExpandLeftToRank(bias, 3))

	class := BroadcastToDims(layer.Param(scope, g, "cls_token", 1, 1, c), b, 1, c)
	x = Concatenate([]*Node{class, x}, 1)
	if cfg.Positions != Rotary {
		table := layer.Param(scope, g, "pos_embed", 1, 1+cfg.StoredGrid*cfg.StoredGrid, c)
		x = Add(x, Position(table, cfg.StoredGrid, rows, columns, cfg.Positions))
	}
	if cfg.Registers == 0 {
		return x
	}
	registers := BroadcastToDims(layer.Param(scope, g, "register_tokens", 1, cfg.Registers, c), b,
		cfg.Registers, c)
	return Concatenate([]*Node{Slice(x, AxisRange(), AxisRange(0, 1)), registers,
		Slice(x, AxisRange(), AxisRangeToEnd(1))}, 1)
}

// block is a pre-norm transformer block with LayerScale: [B, T, C] to the same.
func block(scope *model.Scope, cfg Config, x *Node, rows, columns int) *Node {
	gain := func(name string) *Node {
		return layer.Param(scope.At("%s", name), x.Graph(), "gamma", cfg.Width)
	}
	norm := func(name string) *Node {
		return layer.LayerNorm(scope.At("%s", name), x, cfg.epsilon())
	}
	x = Add(x, Mul(selfAttention(scope.At("attn"), cfg, norm("norm1"), rows, columns),
		ExpandLeftToRank(gain("ls1"), 3)))
	return Add(x, Mul(layer.MLP(scope.At("mlp"), norm("norm2")), ExpandLeftToRank(gain("ls2"), 3)))
}

// selfAttention is softmax(q·kᵀ/√d)·v over all tokens, from one fused projection cut in the order
// q, k, v.
func selfAttention(scope *model.Scope, cfg Config, x *Node, rows, columns int) *Node {
	qkv := Split(layer.Linear(scope.At("qkv"), x, 3*cfg.Width), -1, 3)
	heads := func(i int) *Node { return layer.Heads(qkv[i], cfg.Heads) } // [B, h, T, d]
	q, k := heads(0), heads(1)
	if cfg.Positions == Rotary {
		q, k = turned(q, cfg, rows, columns), turned(k, cfg, rows, columns)
	}
	y, _ := attention.Core(q, k, heads(2), attention.LayoutBHSD, attention.CoreOptions{})
	return layer.Linear(scope.At("proj"), layer.MergeHeads(y), cfg.Width)
}

// Patches cuts class and register tokens off: [B, T, C] to [B, N, C].
func Patches(cfg Config, tokens *Node) *Node {
	return Slice(tokens, AxisRange(), AxisRangeToEnd(1+cfg.Registers))
}
