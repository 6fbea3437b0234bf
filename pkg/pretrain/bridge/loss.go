package bridge

import (
	towers "adlab/pkg/bridge"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain/align"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// temperature multiplies cosines in all terms.
const temperature = 30

// What the terms weigh: each patch names its state among those of one noun, the image does, image
// and caption find each other.
const denseWeight, wholeWeight, captionsWeight = 2, 0.5, 0.1

// objective gives the loss of a batch of batches and its terms.
func objective(cfg towers.Config) func(scope *model.Scope, x []*Node) (*Node, []*Node) {
	return func(scope *model.Scope, x []*Node) (total *Node, parts []*Node) {
		scope = scope.At("%s", towers.Scope)
		cover, states, captions, row := x[1], x[2], x[3], x[4]
		levels := towers.Levels(scope, cfg, encoder.Ungroup(x[0]))
		columns := layer.Normalize(towers.Text(scope, cfg, row), 1e-12) // [C, D]
		named := Gather(Const(row.Graph(), align.Twins()), ExpandAxes(states, -1))
		cosines := func(x, y *Node) *Node {
			return MulScalar(Dot(x, y).General([]int{x.Rank() - 1}, nil, []int{1}, nil),
				temperature)
		}
		var dense []*Node
		for i, level := range levels {
			patches := Slice(level, AxisRange(), AxisRangeToEnd(1))
			z := layer.Normalize(towers.Patches(scope, cfg, i, patches), 1e-12)
			dense = append(dense, align.Dense(cosines(z, columns), cover, named))
		}
		class := Squeeze(Slice(levels[len(levels)-1], AxisRange(), AxisRange(0, 1)), 1)
		image := layer.Normalize(towers.Image(scope, cfg, class), 1e-12)
		told := layer.Normalize(towers.Text(scope, cfg, captions), 1e-12)
		logits := cosines(image, told)
		same := DiagonalWithValue(ScalarOne(row.Graph(), dtypes.Float32),
			image.Shape().Dimensions[0])
		parts = []*Node{encoder.Mean(dense), align.CrossEntropy(cosines(image, columns), named),
			MulScalar(Add(align.CrossEntropy(logits, same), align.CrossEntropy(Transpose(logits, 0,
				1), same)), 0.5)}
		total = Add(Add(MulScalar(parts[0], denseWeight), MulScalar(parts[1], wholeWeight)),
			MulScalar(parts[2], captionsWeight))
		return total, parts
	}
}
