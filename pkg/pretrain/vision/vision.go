// Package vision distils EfficientNet-Lite0 into a small vision transformer of DINOv2's
// architecture, on pictures with free licences.
package vision

import (
	"fmt"

	"adlab/pkg/convnet"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/pictures"
	"adlab/pkg/vit"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Config is the student: DINOv2 with registers in small. Its group means are of the teacher's
// width, and learn to be the teacher's, as they are: the student is read without a head, and
// INP-Former and its neighbours, which know an encoder by its group means, see on it what they see
// on the teacher.
func Config() vit.Config {
	return vit.Config{Width: convnet.Width, Heads: 3, Depth: 7, Patch: 16, Registers: 4,
		StoredGrid: 11, Grid: pictures.Window / 16, Taps: []int{3, 4, 5, 6}}
}

// Loss weighs what the student learns from.
type Loss struct {
	Distance float64 // squared distance of the group means, as a part of the teacher's square
	Cosine   float64 // 1 - cosine of each token
	// the same with the teacher's mean over the image taken away from both: what tells tokens of
	// one image apart
	Centred float64
	// squared difference of the cosines of all pairs of tokens of an image, centred
	Relation float64
	Single   float64 // squared distance of single blocks, through matrices that are thrown away
}

// DefaultLoss is what the trials chose.
func DefaultLoss() Loss {
	return Loss{Distance: 1, Cosine: 1, Centred: 1, Relation: 1}
}

// singles pairs taps of the student with levels of the teacher for Loss.Single.
var singles = [][2]int{{0, 0}, {0, 2}, {1, 3}, {2, 4}, {3, 5}, {3, 6}}

// distillation builds the loss of one batch of bytes [B, side, side, 3], where teacher and student
// agree on the side. Parts: of each group of levels, the mean cosine of student's and teacher's
// tokens, then the mean centred cosine.
type distillation struct {
	student vit.Config
	teacher *convnet.Encoder
	weights Loss
}

// newDistillation is for windows of that side.
func newDistillation(student vit.Config, side int, weights Loss) (distillation, error) {
	teacher, err := convnet.New(convnet.Config{Image: side})
	student.Grid = side / student.Patch
	return distillation{student, teacher, weights}, err
}

// The scopes of student, teacher and what is thrown away.
const studentScope, teacherScope, headScope = "student", "teacher", "head"

func (d distillation) loss(scope *model.Scope, batch []*Node) (loss *Node, parts []*Node) {
	pixels := ConvertDType(batch[0], dtypes.Float32)
	targets := d.teacher.Forward(scope.At(teacherScope),
		pretrain.Normalised(pixels, d.teacher.Transform().Mean, d.teacher.Transform().Std))
	taps := vit.Forward(scope.At(studentScope), d.student, pretrain.Normalised(pixels, vit.Mean,
		vit.Std))
	for i := range taps {
		taps[i] = vit.Patches(d.student, taps[i])
	}
	goals, means := encoder.Group(targets, d.teacher.Groups()),
		encoder.Group(taps, vit.Halves(len(taps)))
	loss = ScalarZero(pixels.Graph(), dtypes.Float32)
	add := func(weight float64, term *Node) {
		if weight != 0 {
			loss = Add(loss, MulScalar(term, weight))
		}
	}
	var cosines, centred []*Node
	for g, t := range goals {
		t = StopGradient(t)
		s := means[g]
		centre := ReduceAndKeep(t, ReduceMean, 1)
		sc, tc := Sub(s, centre), Sub(t, centre)
		cosines = append(cosines, ReduceAllMean(layer.Cosine(s, t, -1)))
		centred = append(centred, ReduceAllMean(layer.Cosine(sc, tc, -1)))
		add(d.weights.Distance, relative(s, t))
		add(d.weights.Cosine, OneMinus(cosines[g]))
		add(d.weights.Centred, OneMinus(centred[g]))
		add(d.weights.Relation, ReduceAllMean(Square(Sub(pairs(sc), pairs(tc)))))
	}
	if d.weights.Single != 0 {
		for i, pair := range singles {
			s := layer.Linear(layer.At(scope, fmt.Sprintf("%s.%d", headScope, i)), taps[pair[0]],
				convnet.Width)
			add(d.weights.Single, DivScalar(relative(s, StopGradient(targets[pair[1]])),
				float64(len(singles))))
		}
	}
	return loss, append(cosines, centred...)
}

// relative is the squared distance of s to t as a part of t's square: 0 where they agree, 1 for s =
// 0.
func relative(s, t *Node) *Node {
	return Div(ReduceAllMean(Square(Sub(s, t))), ReduceAllMean(Square(t)))
}

// pairs is the cosine of every two tokens of an image: [B, N, C] to [B, N, N].
func pairs(x *Node) *Node {
	x = layer.Normalize(x, 1e-6)
	return Einsum("bnc,bmc->bnm", x, x)
}

// parts is the loss's parts alone, one after the other.
func (d distillation) parts(scope *model.Scope, batch *Node) *Node {
	_, parts := d.loss(scope, []*Node{batch})
	return Stack(parts, 0)
}

// parameters is the student's size in numbers.
func (d distillation) parameters() (n int) {
	for _, shape := range vit.Shapes(d.student) {
		size := 1
		for _, dim := range shape {
			size *= dim
		}
		n += size
	}
	return n
}
