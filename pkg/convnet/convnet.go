// Package convnet is the encoder of the laptop: EfficientNet-Lite0 with its ImageNet weights up to
// block 10, its blocks made into levels of patch tokens of one width, so that INP-Former stands on
// it as it stands on DINOv2. Pictures are [B, H, W, C] throughout.
package convnet

import (
	"fmt"

	"adlab/pkg/layer"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Blocks is the number of MBConv blocks that are kept of the published network's sixteen.
const Blocks = 11

// block is an MBConv block's shape; the stem is 3 to 32 channels, 3 × 3, stride 2.
type block struct{ in, out, expansion, kernel, stride int }

var architecture = [Blocks]block{
	{32, 16, 1, 3, 1},
	{16, 24, 6, 3, 2}, {24, 24, 6, 3, 1},
	{24, 40, 6, 5, 2}, {40, 40, 6, 5, 1},
	{40, 80, 6, 3, 2}, {80, 80, 6, 3, 1}, {80, 80, 6, 3, 1},
	{80, 112, 6, 5, 1}, {112, 112, 6, 5, 1}, {112, 112, 6, 5, 1},
}

// Channels is the number of channels of a block's output.
func Channels(i int) int { return architecture[i].out }

// Stride is the number of image pixels between two pixels of a block's output.
func Stride(i int) int {
	s := 2
	for _, b := range architecture[:i+1] {
		s *= b.stride
	}
	return s
}

// Features gives the outputs of the stem and of blocks 0 to last from normalised images [B, H, W,
// 3], (x/255 - 127/255) / (128/255): [B, h, w, C] each. The scope has the tensors of Fold.
func Features(scope *model.Scope, images *Node, last int) (stem *Node, blocks []*Node) {
	x := convStem(scope, images)
	stem = x
	for i := range last + 1 {
		x = mbconv(scope.At("_blocks").At("%d", i), architecture[i], x)
		blocks = append(blocks, x)
	}
	return stem, blocks
}

// convStem is the full 3 × 3 convolution of stride 2, as nine shifted views side by side and one
// matrix product.
func convStem(scope *model.Scope, x *Node) *Node {
	// [B, h, w, ky·kx·in]
	return relu6(pointwise(scope.At("_conv_stem"), Concatenate(shifts(x, 3, 2), -1), 32))
}

// mbconv is a block: 1 × 1 expansion, depthwise, 1 × 1 projection, plus the input where the shape
// allows.
func mbconv(scope *model.Scope, b block, input *Node) *Node {
	x, wide := input, b.in*b.expansion
	if b.expansion != 1 {
		x = relu6(pointwise(scope.At("_expand_conv"), x, wide))
	}
	x = relu6(depthwise(scope.At("_depthwise_conv"), x, b.kernel, b.stride))
	x = pointwise(scope.At("_project_conv"), x, b.out)
	if b.in == b.out && b.stride == 1 {
		x = Add(x, input)
	}
	return x
}

// pointwise is a 1 × 1 convolution: x [B, h, w, in] to [B, h, w, out].
func pointwise(scope *model.Scope, x *Node, out int) *Node {
	d := x.Shape().Dimensions
	w, bias := layer.Param(scope, x.Graph(), "weight", d[3], out),
		layer.Param(scope, x.Graph(), "bias", out)
	y := Dot(Reshape(x, -1, d[3]), w).General([]int{1}, nil, []int{0}, nil)
	return Reshape(Add(y, ExpandLeftToRank(bias, 2)), d[0], d[1], d[2], out)
}

// depthwise convolves each channel on its own, as a sum of shifted views: XLA fuses it, and both
// backends run it many times faster than a grouped convolution.
func depthwise(scope *model.Scope, x *Node, k, stride int) *Node {
	c := x.Shape().Dimensions[3]
	w := layer.Param(scope, x.Graph(), "weight", k*k, c)
	y := ExpandLeftToRank(layer.Param(scope, x.Graph(), "bias", c), 4)
	for i, view := range shifts(x, k, stride) {
		y = Add(y, Mul(view, Reshape(Slice(w, AxisElem(i)), 1, 1, 1, c)))
	}
	return y
}

// shifts gives the k·k strided views of x that a convolution with TensorFlow's SAME padding
// multiplies with its taps, in row-major order of the taps: [B, ceil(H/stride), ceil(W/stride), C]
// each.
func shifts(x *Node, k, stride int) []*Node {
	h, w := x.Shape().Dimensions[1], x.Shape().Dimensions[2]
	out := func(n int) int { return (n + stride - 1) / stride }
	pad := func(n int) compute.PadAxis {
		total := max(0, (out(n)-1)*stride+k-n)
		return compute.PadAxis{Start: total / 2, End: total - total/2}
	}
	padded := Pad(x, ScalarZero(x.Graph(), x.DType()), compute.PadAxis{}, pad(h), pad(w),
		compute.PadAxis{})
	span := func(from, n int) SliceAxisSpec {
		return AxisRange(from, from+(out(n)-1)*stride+1).Stride(stride)
	}
	var views []*Node
	for dy := range k {
		for dx := range k {
			views = append(views, Slice(padded, AxisRange(), span(dy, h), span(dx, w), AxisRange()))
		}
	}
	return views
}

func relu6(x *Node) *Node { return ClipScalar(x, 0, 6) }

// Shapes lists the network's tensors up to the given block under the checkpoint's names, with their
// shapes.
func Shapes(last int) map[string][]int {
	shapes := map[string][]int{"_conv_stem.weight": {32, 3, 3, 3}}
	norm := func(name string, c int) {
		for _, p := range []string{"weight", "bias", "running_mean", "running_var"} {
			shapes[name+"."+p] = []int{c}
		}
	}
	norm("_bn0", 32)
	for i, b := range architecture[:last+1] {
		prefix, wide := fmt.Sprintf("_blocks.%d.", i), b.in*b.expansion
		if b.expansion != 1 {
			shapes[prefix+"_expand_conv.weight"] = []int{wide, b.in, 1, 1}
			norm(prefix+"_bn0", wide)
		}
		shapes[prefix+"_depthwise_conv.weight"] = []int{wide, 1, b.kernel, b.kernel}
		norm(prefix+"_bn1", wide)
		shapes[prefix+"_project_conv.weight"] = []int{b.out, wide, 1, 1}
		norm(prefix+"_bn2", b.out)
	}
	return shapes
}
