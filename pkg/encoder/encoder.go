// Package encoder says what a frozen image encoder is to the rest of adlab: a function from
// normalised images to levels of patch tokens. Everything downstream (detectors, baselines, caches)
// knows only this interface, so the paper's DINOv2 and the laptop's EfficientNet-Lite0 are
// interchangeable.
package encoder

import (
	"adlab/pkg/imageio"
	"adlab/pkg/layer"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Encoder maps images to patch tokens. Its weights are frozen: they live in Store and are never
// trained.
type Encoder interface {
	// Name is short and stable, such as "efficientnet-lite0".
	Name() string
	// Digest is a SHA-256 in hexadecimal over the weights and every setting that changes the
	// features.
	Digest() string
	// Transform is the preprocessing that images must have gone through.
	Transform() imageio.Transform
	// Grid is the number of patch tokens per side at Transform().Crop pixels.
	Grid() int
	// Width is the number of channels of a token, the same at every level.
	Width() int
	// Groups is the default grouping of the levels for INP-Former's fused features: a partition of
	// 0..levels-1.
	Groups() [][]int
	// Store holds the weights as Forward takes them, under the checkpoint's names.
	Store() *model.Store
	// Forward builds the graph: images [batch, H, W, 3], normalised, float32, to one [batch,
	// Grid·Grid, Width] per level, tokens in row-major order. It panics on a wrong shape, as
	// GoMLX's graph functions do.
	Forward(scope *model.Scope, images *graph.Node) []*graph.Node
}

// Led is an encoder whose levels have tokens of the whole image in front of the patches.
type Led interface {
	Encoder
	Leading() int
}

// tokens is the number of tokens of a level.
func tokens(e Encoder) int {
	n := e.Grid() * e.Grid()
	if led, ok := e.(Led); ok {
		n += led.Leading()
	}
	return n
}

// Drawn is an encoder that was drawn, not read from a file.
type Drawn interface {
	Encoder
	// Tensors are what Entry.Restore makes it of.
	Tensors() map[string]layer.Array
}
