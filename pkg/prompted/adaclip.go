package prompted

import (
	"adlab/pkg/layer"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// adaclip is Cao et al., "AdaCLIP: Adapting CLIP with Hybrid Learnable Prompts for Zero-Shot
// Anomaly Detection" (ECCV 2024): static vectors, which are learned, and dynamic ones, which a
// learned map makes of each image, are added up before the words; images and maps are taught
// together, and an image is scored by its embedding and by that of its most anomalous part.
//
// Adapted are: the prompts of the vision tower, in whose place maps are learned that are added to
// the image's embedding and to the patches behind it, for the tower's features are computed once;
// the text prompts, which enter at the tower's first block; and the most anomalous part, which is
// the twentieth of the patches with the highest scores, as large as a mean one of the paper's
// twenty clusters.
var adaclip = way{
	name: "adaclip", context: 5, rate: 1e-3, own: true, local: true,
	phrases: func(n int, product string) []phrase {
		return states(vectors(0, n), vectors(0, n), "a photo of a normal "+product,
			"a photo of a damaged "+product)
	},
	shapes: func(n, c, d int) map[string][]int {
		shapes := coop.shapes(n, c, d)
		linear(shapes, "dynamic", d, n*c)
		linear(shapes, seenScope+".image", d, d)
		linear(shapes, seenScope+".patches", d, d)
		return shapes
	},
	vectors: func(scope *model.Scope, image *Node, n, c int) *Node {
		dynamic := layer.Linear(scope.At("dynamic"), image, n*c)
		return Add(ExpandAxes(coop.vectors(scope, image, n, c), 0), Reshape(dynamic, -1, n, c))
	},
	see: func(scope *model.Scope, image, patches *Node) (*Node, *Node) {
		seen := scope.At(seenScope)
		add := func(name string, x *Node) *Node {
			more := layer.Linear(seen.At("%s", name), x, x.Shape().Dimensions[x.Rank()-1])
			return layer.Normalize(Add(x, more), 1e-12)
		}
		return add("image", image), add("patches", patches)
	},
	fuse: func(image, patches, logits *Node) *Node {
		n := patches.Shape().Dimensions[1]
		k := max(1, n/clusters)
		anomalous := StopGradient(Sub(last(logits), first(logits))) // [B, N]
		chosen := ConvertDType(TopKMask(anomalous, k, -1), dtypes.Float32)
		part := DivScalar(Einsum("bn,bnd->bd", chosen, patches), float64(k))
		return layer.Normalize(Add(image, part), 1e-12)
	},
}

// clusters of the paper's semantic fusion.
const clusters = 20
