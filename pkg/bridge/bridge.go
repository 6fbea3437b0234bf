// Package bridge is a pair of towers that were never trained together, a frozen DINOv2 and a frozen
// sentence encoder, and the little between them that is trained: a trunk that looks at all taps of
// a patch together, a map of each tap, one of the class token, and one of texts, into a common
// space. It satisfies encoder.Pair.
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
	Hidden int // channels of the trunk, H
	Embed  int // channels of the common space, D
}

// Validate says in one line which setting cannot be.
func (c Config) Validate() error {
	if last := c.Vision.Taps[len(c.Vision.Taps)-1]; last != c.Vision.Depth-1 {
		return fmt.Errorf("bridge: expected the last tap to be the last block, %d, got %d",
			c.Vision.Depth-1, last)
	}
	if c.Embed < 1 || c.Hidden < 1 {
		return fmt.Errorf("bridge: expected a trunk and a common space of one channel at least, "+
			"got %d and %d", c.Hidden, c.Embed)
	}
	return nil
}

// Shapes lists what is trained.
func Shapes(c Config) map[string][]int {
	shapes := map[string][]int{"text.centre": {c.Text.Width}}
	linear := func(name string, in, out int) {
		shapes[name+".weight"], shapes[name+".bias"] = []int{out, in}, []int{out}
	}
	all := len(c.Vision.Taps) * c.Vision.Width
	shapes["trunk.norm.weight"], shapes["trunk.norm.bias"] = []int{all}, []int{all}
	linear("trunk.in", all, c.Hidden)
	linear("trunk.image", c.Hidden, c.Vision.Width)
	for i := range c.Vision.Taps {
		linear(fmt.Sprintf("trunk.out.%d", i), c.Hidden, c.Vision.Width)
		linear(fmt.Sprintf("fc.%d", i), c.Vision.Width, c.Embed)
	}
	linear("image", c.Vision.Width, c.Embed)
	linear("text.map", c.Text.Width, c.Embed)
	return shapes
}

// Taps are the vision tower's as the bridge sees them, [B, 1+N, Dv] each: the class token, and the
// patches less their mean over the image, which is what the object is and not what is wrong with
// it. scope is the vision tower's.
func Taps(scope *model.Scope, c Config, images *Node) (levels []*Node) {
	for _, tap := range vit.Forward(scope, c.Vision, images) {
		class := Slice(tap, AxisRange(), AxisRange(0, 1))
		patches := vit.Patches(c.Vision, tap)
		patches = Sub(patches, ReduceAndKeep(patches, ReduceMean, 1))
		levels = append(levels, Concatenate([]*Node{class, patches}, 1))
	}
	return levels
}

// Levels are the taps with what the trunk adds: to each patch what all taps of it tell together, to
// the last class token the most that any patch tells of each channel. scope is Scope's.
func Levels(scope *model.Scope, c Config, taps []*Node) (levels []*Node) {
	scope = scope.At("trunk")
	var patches, classes []*Node
	for _, tap := range taps {
		classes = append(classes, Slice(tap, AxisRange(), AxisRange(0, 1)))
		patches = append(patches, Slice(tap, AxisRange(), AxisRangeToEnd(1)))
	}
	hidden := layer.LayerNorm(scope.At("norm"), Concatenate(patches, -1), 1e-6)
	hidden = layer.GELU(layer.Linear(scope.At("in"), hidden, c.Hidden)) // [B, N, H]
	last := len(taps) - 1
	classes[last] = Add(classes[last], layer.Linear(scope.At("image"), ReduceAndKeep(hidden,
		ReduceMax, 1), c.Vision.Width))
	for i := range taps {
		levels = append(levels, Concatenate([]*Node{classes[i], Add(patches[i],
			layer.Linear(scope.At("out").At("%d", i), hidden, c.Vision.Width))}, 1))
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
