package prompted

import (
	"math"
	"math/rand/v2"
	"strings"

	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// way is how prompts are parametrised: all in which the systems that learn them differ.
type way struct {
	name    string
	context int     // learned vectors of a phrase, n, where nothing else is set
	rate    float64 // learning rate, likewise
	// phrases are those of a product, of the normal and of the anomalous state
	phrases func(n int, product string) []phrase
	// shapes of what is learned, of vectors of C channels and a common space of D
	shapes func(n, c, d int) map[string][]int
	// vectors are the learned ones, [L, C], or those that each image [B, D] has for itself, [B, L,
	// C]
	vectors func(scope *model.Scope, image *Node, n, c int) *Node
	// own tells that each image has vectors for itself
	own bool
	// local tells that the map is taught, too, and not the image's score alone
	local bool
	// see is what is learned behind the vision tower, of images [B, D] and patches [B, N, D]; nil
	// for nothing
	see func(scope *model.Scope, image, patches *Node) (*Node, *Node)
	// fuse makes the embedding that is scored of an image's [B, D], its patches [B, N, D] and their
	// logits [B, N, 2]; nil for the image's own
	fuse func(image, patches, logits *Node) *Node
}

// learnedScope is the scope of what is learned, seenScope below it that of what is added to what is
// seen. No pair has a scope of the first name.
const learnedScope, seenScope = "prompt", "seen"

// draw makes tensors of those shapes as learning begins: vectors with a deviation of 0.02, as CoOp
// draws them; maps so that they keep a vector's length; biases, and what is added to what is seen,
// at zero.
func draw(shapes map[string][]int, seed uint64) map[string]layer.Array {
	rng := rand.New(rand.NewPCG(seed, 0x70726f6d7074))
	return layer.Draw(shapes, func(name string, shape []int, data []float32) {
		deviation := 0.02
		switch {
		case strings.HasSuffix(name, "bias"), strings.HasPrefix(name, seenScope):
			return
		case strings.HasSuffix(name, "weight"):
			deviation = 1 / math.Sqrt(float64(shape[1]))
		}
		layer.Fill(data, func() float64 { return deviation * rng.NormFloat64() })
	})
}

// linear adds the shapes of a map.
func linear(shapes map[string][]int, name string, in, out int) {
	shapes[name+".weight"], shapes[name+".bias"] = []int{out, in}, []int{out}
}
