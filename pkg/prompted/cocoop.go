package prompted

import (
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// cocoop is Zhou et al., "Conditional Prompt Learning for Vision-Language Models" (CVPR 2022):
// CoOp's context, to each vector of which a small network adds what it makes of the image. Adapted
// is the hidden layer, which has sixteen units at least.
var cocoop = way{
	name: "cocoop", context: 4, rate: 2e-3, own: true, phrases: coop.phrases,
	shapes: func(n, c, d int) map[string][]int {
		shapes := coop.shapes(n, c, d)
		linear(shapes, "meta.fc1", d, hidden(d))
		linear(shapes, "meta.fc2", hidden(d), c)
		return shapes
	},
	vectors: func(scope *model.Scope, image *Node, n, c int) *Node {
		meta := scope.At("meta")
		x := layer.ReLU(layer.Linear(meta.At("fc1"), image, hidden(image.Shape().Dimensions[1])))
		shift := ExpandAxes(layer.Linear(meta.At("fc2"), x, c), 1) // [B, 1, C]
		return Add(ExpandAxes(coop.vectors(scope, image, n, c), 0), shift)
	},
}

// hidden is the small network's width: a sixteenth of what it is given.
func hidden(d int) int { return max(16, d/16) }
