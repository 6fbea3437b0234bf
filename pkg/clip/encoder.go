package clip

import (
	"fmt"

	"adlab/pkg/imageio"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// TapEncoder is the vision tower as a frozen encoder: one level of patch tokens a tap, class token
// left out, each a group of its own. It satisfies encoder.Encoder.
type TapEncoder struct{ *Model }

// Name is "clip-WIDTH-LAYERS".
func (e TapEncoder) Name() string {
	return fmt.Sprintf("clip-%d-%d", e.Config.Vision.Width, e.Config.Vision.Layers)
}

// Grid is the number of patch tokens per side.
func (e TapEncoder) Grid() int { return e.Config.Grid }

// Width is the vision tower's.
func (e TapEncoder) Width() int { return e.Config.Vision.Width }

// Groups are the taps, each on its own.
func (e TapEncoder) Groups() (groups [][]int) {
	for i := range e.Config.Taps {
		groups = append(groups, []int{i})
	}
	return groups
}

// Forward gives the patch tokens of every tap: [B, H, W, 3] to [B, N, Dv] each.
func (e TapEncoder) Forward(scope *model.Scope, images *Node) (levels []*Node) {
	for _, t := range Taps(scope, e.Config, images) {
		levels = append(levels, Patches(t))
	}
	return levels
}

// EmbeddingEncoder is the vision tower's embedding of the whole image as an encoder with one token.
// It satisfies encoder.Encoder.
type EmbeddingEncoder struct{ *Model }

// Name is "clip-WIDTH-LAYERS-embedding".
func (e EmbeddingEncoder) Name() string { return TapEncoder(e).Name() + "-embedding" }

// Digest is the model's, for the embedding.
func (e EmbeddingEncoder) Digest() string { return e.Model.Digest() + " embedding" }

// Transform is the model's.
func (e EmbeddingEncoder) Transform() imageio.Transform { return e.Model.Transform() }

// Grid is 1.
func (e EmbeddingEncoder) Grid() int { return 1 }

// Width is the common space's.
func (e EmbeddingEncoder) Width() int { return e.Config.Embed }

// Groups is the only level.
func (e EmbeddingEncoder) Groups() [][]int { return [][]int{{0}} }

// Forward gives the embedding, not normalised: [B, H, W, 3] to [B, 1, D].
func (e EmbeddingEncoder) Forward(scope *model.Scope, images *Node) []*Node {
	_, embedding := Vision(scope, e.Config, images)
	return []*Node{ExpandAxes(embedding, 1)}
}

// PatchEncoder is the last block's patch tokens in the common space as an encoder of one level. It
// satisfies encoder.Encoder.
type PatchEncoder struct{ *Model }

// Name is "clip-WIDTH-LAYERS-patches".
func (e PatchEncoder) Name() string { return TapEncoder(e).Name() + "-patches" }

// Digest is the model's, for the patches.
func (e PatchEncoder) Digest() string { return e.Model.Digest() + " patches" }

// Transform is the model's.
func (e PatchEncoder) Transform() imageio.Transform { return e.Model.Transform() }

// Grid is the number of patch tokens per side.
func (e PatchEncoder) Grid() int { return e.Config.Grid }

// Width is the common space's.
func (e PatchEncoder) Width() int { return e.Config.Embed }

// Groups is the only level.
func (e PatchEncoder) Groups() [][]int { return [][]int{{0}} }

// Forward takes the patch tokens where the class token goes, through Embed: [B, H, W, 3] to
// [B, N, D], not normalised.
func (e PatchEncoder) Forward(scope *model.Scope, images *Node) []*Node {
	scope = scope.At("visual")
	_, x := vision(scope, e.Config, images, e.Config.Vision.Layers)
	return []*Node{Embed(scope, e.Config, Patches(x))}
}
