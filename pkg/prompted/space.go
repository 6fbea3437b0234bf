package prompted

import (
	"context"
	"iter"
	"math"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// caller is a compiled graph.
type caller interface {
	Call(args ...any) ([]*tensors.Tensor, error)
}

// asker asks about pictures one at a time: exec takes what is seen of one in the common space, [1,
// 1, 1+N, D], and what is known of its category, and gives its score [1] and its map [1, S, S].
type asker struct {
	space *encoder.Cache
	exec  caller
	known func(ctx context.Context, category string) ([]any, error)
}

// Predict scores the samples in their order, each by itself.
func (a *asker) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return func(yield func(detector.Prediction, error) bool) {
		known, rest := map[string][]any{}, samples
		for part, err := range a.space.Parts(ctx, samples) {
			for i := 0; err == nil && i < part.Len; i++ {
				var p detector.Prediction
				p, err = a.ask(ctx, part.Batch([]int{i}), rest[i].Category, known)
				if err == nil && !yield(p, nil) {
					return
				}
			}
			if err != nil {
				yield(detector.Prediction{}, err)
				return
			}
			rest = rest[part.Len:]
		}
	}
}

// ask asks about one picture of a category.
func (a *asker) ask(ctx context.Context, x *tensors.Tensor, category string,
	known map[string][]any) (p detector.Prediction, err error) {
	defer x.FinalizeAll()
	if err := context.Cause(ctx); err != nil {
		return p, err
	}
	if known[category] == nil {
		if known[category], err = a.known(ctx, category); err != nil {
			return p, err
		}
	}
	out, err := a.exec.Call(append([]any{x}, known[category]...)...)
	if err != nil {
		return p, err
	}
	p.Score = float64(tensors.MustCopyFlatData[float32](out[0])[0])
	p.Map = tensors.MustCopyFlatData[float32](out[1])
	for _, o := range out {
		o.FinalizeAll()
	}
	return p, nil
}

// cut gives the image's embedding [B, D] and its patches [B, N, D], all of unit length, of features
// [B, 1, 1+N, D].
func cut(features *Node) (image, patches *Node) {
	tokens := layer.Normalize(Squeeze(features, 1), 1e-12)
	return Squeeze(Slice(tokens, AxisRange(), AxisRange(0, 1)), 1),
		Slice(tokens, AxisRange(), AxisRangeToEnd(1))
}

// gridOf is the number of patches a side of x [B, N, ...].
func gridOf(x *Node) int { return int(math.Round(math.Sqrt(float64(x.Shape().Dimensions[1])))) }

// enlarge makes maps [B, S, S] of patch scores [B, N]: bilinear, corners aligned.
func enlarge(x *Node) *Node {
	grid := gridOf(x)
	return detector.Separable(Reshape(x, x.Shape().Dimensions[0], grid, grid),
		detector.Aligned(grid, detector.MapSide))
}

// first is the first channel of x [..., C]: [...].
func first(x *Node) *Node { return Squeeze(SliceAxis(x, -1, AxisRange(0, 1)), -1) }

// last is the last channel of x [..., C]: [...].
func last(x *Node) *Node {
	c := x.Shape().Dimensions[x.Rank()-1]
	return Squeeze(SliceAxis(x, -1, AxisRange(c-1, c)), -1)
}
