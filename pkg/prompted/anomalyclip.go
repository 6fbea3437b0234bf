package prompted

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// anomalyclip is Zhou et al., "AnomalyCLIP: Object-agnostic Prompt Learning for Zero-shot Anomaly
// Detection" (ICLR 2024): a context for the normal state and another for the anomalous one, before
// words that name no product, taught by images and maps together.
//
// Adapted are: the vectors that the paper learns within the first blocks of the text tower, which
// are left out, for a tower takes vectors at its first block alone; and the patches of its map,
// which are the pair's own in the common space, not those of attention by values.
var anomalyclip = way{
	name: "anomalyclip", context: 12, rate: 1e-3, local: true,
	phrases: func(n int, _ string) []phrase {
		return states(vectors(0, n), vectors(n, n), "object", "damaged object")
	},
	shapes: func(n, c, d int) map[string][]int { return coop.shapes(2*n, c, d) },
	vectors: func(scope *model.Scope, image *Node, n, c int) *Node {
		return coop.vectors(scope, image, 2*n, c)
	},
}
