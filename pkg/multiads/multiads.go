package multiads

import (
	"fmt"
	"math"
	"math/rand/v2"

	"adlab/pkg/detector"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// temperature of the similarities' softmax.
const temperature = 100

// Adapters is one affine map a tap, Dv to D: the only parameters that are trained, under the
// official names fc.0.weight, ..., drawn as the official code's framework draws them: evenly within
// ±1/√Dv. SPEC 6a.
func Adapters(taps, visionWidth, embed int, seed uint64) map[string]layer.Array {
	out := map[string]layer.Array{}
	bound := 1 / math.Sqrt(float64(visionWidth))
	for l := range taps {
		rng := rand.New(rand.NewPCG(seed, uint64(l)))
		draw := func(shape ...int) layer.Array {
			n := 1
			for _, d := range shape {
				n *= d
			}
			a := layer.Array{Shape: shape, Data: make([]float32, n)}
			for i := range a.Data {
				a.Data[i] = float32(bound * (2*rng.Float64() - 1))
			}
			return a
		}
		out[fmt.Sprintf("fc.%d.weight", l)], out[fmt.Sprintf("fc.%d.bias", l)] = draw(embed,
			visionWidth), draw(embed)
	}
	return out
}

// Adapt brings the patch tokens of each tap, [B, N, Dv] without the class token, into the common
// space, with unit length: [B, N, D] each.
func Adapt(scope *model.Scope, taps []*Node, embed int) (patches []*Node) {
	for l, tap := range taps {
		e := layer.Linear(scope.At("fc").At("%d", l), tap, embed)
		patches = append(patches, layer.Normalize(e, 1e-12))
	}
	return patches
}

// Logits are 100 times the cosines of patches [B, N, D] with the columns of text [D, C], or of a
// text matrix an image [B, D, C]: [B, N, C]. SPEC 7a.
func Logits(patches, text *Node) *Node {
	if text.Rank() == 3 {
		return MulScalar(Einsum("bnd,bdc->bnc", patches, text), temperature)
	}
	return MulScalar(Einsum("bnd,dc->bnc", patches, text), temperature)
}

// Probabilities are the logits [B, N, C], enlarged to S pixels a side with aligned corners, and
// only then taken through the softmax over the columns: [B, S, S, C]. SPEC 7b.
func Probabilities(logits *Node, side int) *Node {
	b, n, c := logits.Shape().Dimensions[0], logits.Shape().Dimensions[1],
		logits.Shape().Dimensions[2]
	grid := int(math.Round(math.Sqrt(float64(n))))
	return Softmax(enlarge(Reshape(logits, b, grid, grid, c), side), -1)
}

// enlarge resizes [B, G, G, C] to [B, S, S, C], bilinearly with aligned corners.
func enlarge(x *Node, side int) *Node {
	b, grid, c := x.Shape().Dimensions[0], x.Shape().Dimensions[1], x.Shape().Dimensions[3]
	planes := Reshape(TransposeAllAxes(x, 0, 3, 1, 2), b*c, grid, grid)
	planes = detector.Separable(planes, detector.Aligned(grid, side)) // [B·C, S, S]
	return TransposeAllAxes(Reshape(planes, b, c, side, side), 0, 2, 3, 1)
}

// Maps are the probabilities of every tap, [B, S, S, C] each. closed [B, C], which may be nil, is
// added to each image's logits: it shuts columns that the image's product does not have.
func Maps(scope *model.Scope, taps []*Node, text, closed *Node, side int) (maps []*Node) {
	for _, p := range Adapt(scope, taps, text.Shape().Dimensions[text.Rank()-2]) {
		logits := Logits(p, text)
		if closed != nil {
			logits = Add(logits, ExpandAxes(closed, 1))
		}
		maps = append(maps, Probabilities(logits, side))
	}
	return maps
}

// TypedMap is the sum of the taps' probabilities, the normal state included: [B, S, S, C], the
// number of taps over all columns.
func TypedMap(maps []*Node) *Node {
	sum := maps[0]
	for _, m := range maps[1:] {
		sum = Add(sum, m)
	}
	return sum
}

// AnomalyMap is the sum of all defect types of a typed map: [B, S, S]. SPEC 9a.
func AnomalyMap(typed *Node) *Node { return ReduceSum(defects(typed), -1) }

// defects are the columns but the first.
func defects(x *Node) *Node { return SliceAxis(x, -1, AxisRangeToEnd(1)) }

// TextScore is the probability that an image's embedding [B, D] is closer to the defect types than
// to the normal state: the sum of the softmax over all columns but the first, [B]. SPEC 9b.
func TextScore(embedding, text *Node) *Node {
	cosines := Dot(layer.Normalize(embedding, 1e-12), text).Product() // [B, C]
	return ReduceSum(defects(Softmax(MulScalar(cosines, temperature), -1)), -1)
}

// FewShotMap is each patch's distance to the nearest of the normal references, summed over the
// taps: taps [B, N, Dv] and memories [M, Dv] (without class tokens, neither adapted nor normalised)
// to distances [B, N] each and the enlarged sum [B, S, S]. Vectors of zeros have the cosine 0.
func FewShotMap(taps, memories []*Node, side int) (distances []*Node, sum *Node) {
	for l, tap := range taps {
		x, y := layer.Normalize(tap, 1e-12), layer.Normalize(memories[l], 1e-12)
		d := ReduceMin(OneMinus(Einsum("bnc,mc->bnm", x, y)), -1) // [B, N]
		distances = append(distances, d)
		b, n := d.Shape().Dimensions[0], d.Shape().Dimensions[1]
		grid := int(math.Round(math.Sqrt(float64(n))))
		big := Squeeze(enlarge(Reshape(d, b, grid, grid, 1), side), -1)
		if sum == nil {
			sum = big
		} else {
			sum = Add(sum, big)
		}
	}
	return distances, sum
}
