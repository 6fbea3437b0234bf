package clip

import (
	"fmt"

	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// TapEncoder is the pair by its taps: one level of patch tokens a tap, class token left out, each a
// group of its own. It satisfies encoder.Pair.
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
func (e TapEncoder) Groups() [][]int { return encoder.Singly(len(e.Config.Taps)) }

// Forward gives the patch tokens of every tap: [B, H, W, 3] to [B, N, Dv] each.
func (e TapEncoder) Forward(scope *model.Scope, images *Node) (levels []*Node) {
	for _, t := range Taps(scope, e.Config, images) {
		levels = append(levels, Patches(t))
	}
	return levels
}

// Blocks are the taps.
func (e TapEncoder) Blocks() []int { return e.Config.Taps }

// Embed is the number of channels of the common space.
func (e TapEncoder) Embed() int { return e.Config.Embed }

// Tower is the vision tower in one pass.
func (e TapEncoder) Tower() encoder.Led { return TowerEncoder(e) }

// Space is the last block in the common space.
func (e TapEncoder) Space() encoder.Led { return SpaceEncoder(e) }

// Image brings class tokens [B, Dv] to the common space [B, D], not normalised.
func (e TapEncoder) Image(scope *model.Scope, class *Node) *Node {
	return Embed(scope.At("visual"), e.Config, class)
}

// Adapters are none: CLIP was trained without.
func (e TapEncoder) Adapters() map[string]layer.Array { return nil }

// Read gives the Context ids of a text.
func (e TapEncoder) Read(text string) ([]int32, error) {
	ids := Tokenize(text).IDs
	for _, id := range ids {
		if int(id) >= e.Config.Words {
			return nil, fmt.Errorf("prompt %q: its piece %d is beyond the text tower's %d words",
				text, id, e.Config.Words)
		}
	}
	return ids[:], nil
}

// Text embeds texts from their ids [B, Context]: [B, D], not normalised.
func (e TapEncoder) Text(scope *model.Scope, ids *Node) *Node { return Text(scope, e.Config, ids) }

// Cut tells whether a text has more than Context pieces.
func (e TapEncoder) Cut(text string) bool { return Tokenize(text).Truncated }

// Unknown are the words of a text that the vocabulary knows no piece of.
func (e TapEncoder) Unknown(text string) []string { return Unknown(text) }

// TowerEncoder is the vision tower as MultiADS looks through it, in one pass: the levels of
// TapEncoder with the class token in front, and behind them the last block where it is no tap.
// Space makes the image's embedding of the last level's class token. It satisfies encoder.Led.
type TowerEncoder struct{ *Model }

// Name is "clip-WIDTH-LAYERS-tower".
func (e TowerEncoder) Name() string { return TapEncoder(e).Name() + "-tower" }

// Digest is the model's, for the tower.
func (e TowerEncoder) Digest() string { return e.Model.Digest() + " tower" }

// Grid is the number of patch tokens per side.
func (e TowerEncoder) Grid() int { return e.Config.Grid }

// Leading is 1, the class token.
func (e TowerEncoder) Leading() int { return 1 }

// Width is the vision tower's.
func (e TowerEncoder) Width() int { return e.Config.Vision.Width }

// Groups are the levels, each on its own.
func (e TowerEncoder) Groups() [][]int { return encoder.Singly(e.levels()) }

// levels is how many there are.
func (e TowerEncoder) levels() int {
	n := len(e.Config.Taps)
	if e.Config.Taps[n-1] < e.Config.Vision.Layers {
		n++
	}
	return n
}

// Forward gives the levels: [B, H, W, 3] to [B, 1+N, Dv] each.
func (e TowerEncoder) Forward(scope *model.Scope, images *Node) []*Node {
	taps, x := vision(scope.At("visual"), e.Config, images, e.Config.Vision.Layers)
	if e.levels() > len(taps) {
		taps = append(taps, x)
	}
	return taps
}

// SpaceEncoder is the last block's tokens in the common space as an encoder of one level, the
// image's embedding in front. It satisfies encoder.Led.
type SpaceEncoder struct{ *Model }

// Name is "clip-WIDTH-LAYERS-space".
func (e SpaceEncoder) Name() string { return TapEncoder(e).Name() + "-space" }

// Digest is the model's, for the space.
func (e SpaceEncoder) Digest() string { return e.Model.Digest() + " space" }

// Grid is the number of patch tokens per side.
func (e SpaceEncoder) Grid() int { return e.Config.Grid }

// Leading is 1, the embedding.
func (e SpaceEncoder) Leading() int { return 1 }

// Width is the common space's.
func (e SpaceEncoder) Width() int { return e.Config.Embed }

// Groups is the only level.
func (e SpaceEncoder) Groups() [][]int { return [][]int{{0}} }

// Forward takes the patch tokens where the class token goes, through Embed: [B, H, W, 3] to
// [B, 1+N, D], not normalised.
func (e SpaceEncoder) Forward(scope *model.Scope, images *Node) []*Node {
	scope = scope.At("visual")
	_, x := vision(scope, e.Config, images, e.Config.Vision.Layers)
	return []*Node{Embed(scope, e.Config, x)}
}
