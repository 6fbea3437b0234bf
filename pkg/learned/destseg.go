package learned

import (
	"math"

	"adlab/pkg/detector"
	"adlab/pkg/layer"
	"adlab/pkg/setting"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// DeSTSegSettings are DeSTSeg's own.
type DeSTSegSettings struct {
	// Noise is the deviation of what is added to the foreign tokens that spoil a picture, in parts
	// of the tokens' root mean square.
	Noise float64
}

// Validate satisfies detector.Settings.
func (s DeSTSegSettings) Validate(detector.Common) error {
	if !(s.Noise >= 0) || math.IsInf(s.Noise, 1) {
		return setting.Errorf("Noise", "expected a deviation of 0 or more, got %g", s.Noise)
	}
	return nil
}

// destseg is Zhang et al., "DeSTSeg: Segmentation Guided Denoising Student-Teacher for Anomaly
// Detection" (CVPR 2023). From the paper are: a student, encoder and decoder, which is given the
// spoiled picture and must answer with the teacher's levels of the clean one, by 1 - cos at each
// place; a segmentation network on the products of the unit vectors of teacher and student, both
// looking at the spoiled picture, level beside level, by focal loss with γ = 4 and l1 loss against
// the spoiled places; its answer as the map.
//
// It differs most of the five, for the paper spoils pictures, with Perlin noise as mask and
// textures of another data set, anew at each step. The teacher here is an encoder whose tokens are
// kept: a spoiled picture would have to be encoded at each step, or a few of each picture be kept,
// always the same. So it is tokens that are spoiled, anew at each step and at no cost: where smooth
// noise is high, they are mixed, by opacities from 0.15 to 1, with tokens of another picture of the
// batch from another place, and noise. What is lost is how spoiled pixels colour the tokens around
// them; what is gained is that no foreign textures are needed. Half of the pictures stay whole.
//
// Adapted further: the student is RD4AD's bottleneck and decoder on those tokens; both networks
// learn at the same time, the student from its own loss alone, where the paper trains one after the
// other, by plain gradient descent at 0.4, and at 0.1 and 0.01; the segmentation network has two
// residual blocks on the tokens' grid, without norms, and no pyramid of dilated convolutions, which
// would be wider than the grid; the image's score, which is the mean of the 100 largest pixels in
// the paper. The paper trains 5,000 steps of 32, which a run without stated steps does, by Adam at
// 1e-3.
type destseg struct {
	shape
	student bottleneck
	noise   float64
}

const (
	segmentWidth = 64 // channels of the segmentation network
	faintest     = 0.15
	// smooth noise above it spoils: about a fifth of a picture
	spoils = 0.65
)

// lattices are the sides of the squares of random numbers that smooth noise is interpolated from.
var lattices = []int{2, 3, 5, 8}

func newDeSTSeg(s shape, j detector.Job, _ int) (network, error) {
	return destseg{shape: s, student: bottleneck{s},
		noise: j.Settings.(DeSTSegSettings).Noise}, nil
}

// weights satisfies network.
func (n destseg) weights() weights {
	w := weights{}
	n.student.add(w, "student.")
	w.linear("segment.input", n.groups*n.width, segmentWidth)
	for _, name := range []string{"0.conv1", "0.conv2", "1.conv1", "1.conv2"} {
		w.convolved("segment."+name, segmentWidth, segmentWidth)
	}
	w.linear("segment.output", segmentWidth, 1)
	return w
}

// similarities are the products of unit vectors of teacher and student at each place, level beside
// level, [B, N, G·C]: their mean over a level's channels is the cosine.
func similarities(teacher, student []*Node) *Node {
	parts := make([]*Node, len(teacher))
	for g, t := range teacher {
		product := Mul(layer.Normalize(t, 1e-8), layer.Normalize(student[g], 1e-8))
		parts[g] = MulScalar(product, float64(t.Shape().Dimensions[2]))
	}
	return Concatenate(parts, -1)
}

// segment gives the logit of each place being anomalous: similarities [B, N, G·C] to [B, N]. It has
// no norms: how large the products are is what there is to tell.
func segment(scope *model.Scope, x *Node) *Node {
	x = onGrid(layer.Linear(scope.At("input"), x, segmentWidth))
	for i := range 2 {
		block := scope.At("%d", i)
		y := convolve(block.At("conv1"), layer.ReLU(x), segmentWidth)
		x = Add(x, convolve(block.At("conv2"), layer.ReLU(y), segmentWidth))
	}
	return Squeeze(layer.Linear(scope.At("output"), layer.ReLU(inRow(x)), 1), -1)
}

// loss satisfies network.
func (n destseg) loss(scope *model.Scope, taps []*Node, d *draws) *Node {
	spoiled, mask := n.spoil(taps, d)
	student := n.student.forward(scope.At("student"), spoiled)
	denoised := MulScalar(ReduceAllMean(cosineDistances(taps, student)), float64(n.groups))
	still := make([]*Node, n.groups)
	for g, s := range student {
		still[g] = StopGradient(s)
	}
	logits := segment(scope.At("segment"), similarities(spoiled, still))
	return Add(denoised, segmentation(logits, mask))
}

// segmentation is the focal loss with γ = 4 plus the l1 loss, means over all places, of logits [B,
// N] against a mask of zeros and ones. With q = 1 - p the probability of the wrong answer, they are
// -q⁴·log(p) and q.
func segmentation(logits, mask *Node) *Node {
	right := Mul(logits, AddScalar(MulScalar(mask, 2), -1)) // the logit of the right answer
	wrong := Sigmoid(Neg(right))
	focal := Mul(PowScalar(wrong, 4), Softplus(Neg(right)))
	return Add(ReduceAllMean(focal), ReduceAllMean(wrong))
}

// distances satisfies network.
func (n destseg) distances(scope *model.Scope, taps []*Node) *Node {
	student := n.student.forward(scope.At("student"), taps)
	return Sigmoid(segment(scope.At("segment"), similarities(taps, student)))
}

// spoil mixes tokens with foreign ones where the mask [B, N] is 1; the others are as they were.
func (n destseg) spoil(taps []*Node, d *draws) (spoiled []*Node, mask *Node) {
	b := taps[0].Shape().Dimensions[0]
	mask = n.mask(b, d)
	opacity := AddScalar(MulScalar(d.uniform(b, 1), 1-faintest), faintest)
	share := ExpandAxes(Mul(mask, opacity), -1) // [B, N, 1]
	far := n.rolled(taps[0].Graph(), d)
	for _, t := range taps {
		rms := Sqrt(ReduceAllMean(Square(t)))
		noise := Mul(d.normal(t.Shape().Dimensions...), MulScalar(rms, n.noise))
		// [N, B, C], for places to be gathered, and back
		foreign := TransposeAllAxes(Gather(TransposeAllAxes(Reverse(t, 0), 1, 0, 2), far), 1, 0, 2)
		spoiled = append(spoiled, Add(t, Mul(share, Sub(Add(foreign, noise), t))))
	}
	return spoiled, mask
}

// rolled is for each place another, all moved on by one random number: [N, 1] int32.
func (n destseg) rolled(g *Graph, d *draws) *Node {
	shift := ConvertDType(Floor(MulScalar(d.uniform(1, 1), float64(n.tokens()))), dtypes.Int32)
	places := Iota(g, shapes.Make(dtypes.Int32, n.tokens(), 1), 0)
	return Rem(Add(places, shift), Scalar(g, dtypes.Int32, n.tokens()))
}

// mask draws the places that are spoiled, 1 there and 0 elsewhere: [B, N]. Each picture has noise
// of one smoothness, and half of them none.
func (n destseg) mask(b int, d *draws) *Node {
	which := MulScalar(d.uniform(b, 1, 1), float64(len(lattices)))
	var plane *Node
	for i, side := range lattices {
		smooth := detector.Separable(d.uniform(b, side, side), detector.Aligned(side, n.grid))
		chosen := Equal(Floor(which), Scalar(which.Graph(), which.DType(), i))
		part := Mul(smooth, ConvertDType(chosen, dtypes.Float32)) // [B, grid, grid]
		if plane == nil {
			plane = part
		} else {
			plane = Add(plane, part)
		}
	}
	above := func(x *Node, limit float64) *Node {
		return ConvertDType(GreaterThan(x, Scalar(x.Graph(), x.DType(), limit)), dtypes.Float32)
	}
	return Reshape(Mul(above(plane, spoils), above(d.uniform(b, 1, 1), 0.5)), b, n.tokens())
}
