package prompted

import (
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// coop is Zhou et al., "Learning to Prompt for Vision-Language Models" (IJCV 2022), with both
// states of each product as its classes: one context of learned vectors for all of them, before the
// class's words, by the cross-entropy of the images. The map, which the paper does not have, is
// that of the patches.
var coop = way{
	name: "coop", context: 16, rate: 2e-3,
	phrases: func(n int, product string) []phrase {
		return states(vectors(0, n), vectors(0, n), "normal "+product, "anomalous "+product)
	},
	shapes: func(n, c, _ int) map[string][]int { return map[string][]int{"context": {n, c}} },
	vectors: func(scope *model.Scope, image *Node, n, c int) *Node {
		return layer.Param(scope, image.Graph(), "context", n, c)
	},
}

// states are the phrases of both states: learned vectors, then words.
func states(normal, anomalous []int32, sound, spoiled string) []phrase {
	return []phrase{{before: normal, text: sound}, {before: anomalous, text: spoiled}}
}
