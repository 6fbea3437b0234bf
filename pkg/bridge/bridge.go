// Package bridge is a pair of towers that were never trained together, a frozen DINOv2 and a frozen
// sentence encoder, and the little between them that is trained: a map of each tap, one of the
// class token, and one of texts, into a common space. It satisfies encoder.Pair.
package bridge

import (
	"fmt"

	"adlab/pkg/bert"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/vit"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// The scopes of the towers and of what is trained.
const (
	visionScope, textScope = "vision", "text"
	// Scope of what is trained.
	Scope = "bridge"
)

// texts are cut after so many pieces.
const context = 32

// Config is a bridge's shape.
type Config struct {
	Vision vit.Config // its last tap is the last block
	Text   bert.Config
	Embed  int // channels of the common space, D
}

// Validate says in one line which setting cannot be.
func (c Config) Validate() error {
	if last := c.Vision.Taps[len(c.Vision.Taps)-1]; last != c.Vision.Depth-1 {
		return fmt.Errorf("bridge: expected the last tap to be the last block, %d, got %d",
			c.Vision.Depth-1, last)
	}
	if c.Embed < 1 {
		return fmt.Errorf("bridge: expected a common space of one channel at least, got %d",
			c.Embed)
	}
	return nil
}

// Shapes lists what is trained.
func Shapes(c Config) map[string][]int {
	shapes := map[string][]int{"text.centre": {c.Text.Width}}
	linear := func(name string, in int) {
		shapes[name+".weight"], shapes[name+".bias"] = []int{c.Embed, in}, []int{c.Embed}
	}
	for i := range c.Vision.Taps {
		linear(fmt.Sprintf("fc.%d", i), c.Vision.Width)
	}
	linear("image", c.Vision.Width)
	linear("text.map", c.Text.Width)
	return shapes
}

// Levels are the taps as the bridge sees them, [B, 1+N, Dv] each: the class token, and the patches
// less their mean over the image, which is what the object is and not what is wrong with it.
func Levels(scope *model.Scope, c Config, images *Node) (levels []*Node) {
	for _, tap := range vit.Forward(scope, c.Vision, images) {
		class := Slice(tap, AxisRange(), AxisRange(0, 1))
		patches := vit.Patches(c.Vision, tap)
		patches = Sub(patches, ReduceAndKeep(patches, ReduceMean, 1))
		levels = append(levels, Concatenate([]*Node{class, patches}, 1))
	}
	return levels
}

// Patches brings patches of tap i, [B, N, Dv], to the common space: [B, N, D], not normalised.
// scope is Scope's.
func Patches(scope *model.Scope, c Config, i int, patches *Node) *Node {
	return layer.Linear(scope.At("fc").At("%d", i), patches, c.Embed)
}

// Image brings class tokens of the last block, [B, Dv], to the common space: [B, D], not
// normalised. scope is Scope's.
func Image(scope *model.Scope, c Config, class *Node) *Node {
	return layer.Linear(scope.At("image"), class, c.Embed)
}

// Text brings sentence vectors [B, C] to the common space: [B, D], not normalised. What all
// sentences have in common is taken out first. scope is Scope's.
func Text(scope *model.Scope, c Config, vectors *Node) *Node {
	scope = scope.At("text")
	centre := layer.Param(scope, vectors.Graph(), "centre", c.Text.Width)
	return layer.Linear(scope.At("map"), Sub(vectors, ExpandAxes(centre, 0)), c.Embed)
}

var _ encoder.Pair = (*Model)(nil)
