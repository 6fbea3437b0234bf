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

// Inputs of the forward pass: what the frozen towers say of B images and of their products' texts.
type Inputs struct {
	Taps      []*Node // patch tokens without the class token [B, N, Dv], one a tap
	Embedding *Node   // of each image [B, D]; nil leaves the text score out
	Text      *Node   // text matrix [D, C], or one an image [B, D, C]
	// Closed [B, C] is added to the logits: it shuts columns that an image's product does not have.
	// nil shuts none.
	Closed *Node
	Memory []*Node // memory bank: normal references [M, Dv], one a tap; none for zero-shot
}

// Trace is the forward pass with every intermediate by name, for losses, maps, figures and tests
// alike.
type Trace struct {
	Patches       []*Node // adapted patch tokens of unit length [B, N, D], one a tap
	Logits        []*Node // [B, N, C], one a tap
	Probabilities []*Node // of the columns at every pixel [B, S, S, C], one a tap
	Typed         *Node   // their sum over the taps, the normal state included: [B, S, S, C]
	Distances     []*Node // to the memory bank [B, N], one a tap; nil for zero-shot
	FewShot       *Node   // their sum over the taps, enlarged: [B, S, S]; nil for zero-shot
	Anomaly       *Node   // anomaly map [B, S, S]: all defect types of Typed, and FewShot
	TextScore     *Node   // [B]; nil without Embedding
}

// Forward runs the adapters, which are all that is trained, and what follows them, to maps of side
// pixels. SPEC 6, 7, 9 and 11.
func Forward(scope *model.Scope, x Inputs, side int) *Trace {
	t := &Trace{}
	embed := x.Text.Shape().Dimensions[x.Text.Rank()-2] // D
	for l, tap := range x.Taps {
		e := layer.Linear(scope.At("fc").At("%d", l), tap, embed) // [B, N, D]
		t.Patches = append(t.Patches, layer.Normalize(e, 1e-12))
		logits := Logits(t.Patches[l], x.Text) // [B, N, C]
		if x.Closed != nil {
			logits = Add(logits, ExpandAxes(x.Closed, 1))
		}
		t.Logits = append(t.Logits, logits)
		t.Probabilities = append(t.Probabilities, Probabilities(logits, side)) // [B, S, S, C]
	}
	t.Typed = sum(t.Probabilities)  // [B, S, S, C]
	t.Anomaly = AnomalyMap(t.Typed) // [B, S, S]
	if len(x.Memory) > 0 {
		for l, tap := range x.Taps {
			t.Distances = append(t.Distances, Distance(tap, x.Memory[l])) // [B, N]
		}
		t.FewShot = FewShotMap(t.Distances, side) // [B, S, S]
		t.Anomaly = Add(t.Anomaly, t.FewShot)
	}
	if x.Embedding != nil {
		t.TextScore = TextScore(x.Embedding, x.Text) // [B]
	}
	return t
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

// sum adds the nodes up, the first first.
func sum(nodes []*Node) *Node {
	total := nodes[0]
	for _, n := range nodes[1:] {
		total = Add(total, n)
	}
	return total
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

// Distance is each patch's distance to the nearest of the normal references, one less their cosine:
// a tap [B, N, Dv] and its memory bank [M, Dv], without class tokens, neither adapted nor
// normalised, to [B, N]. Vectors of zeros have the cosine 0. SPEC 11a.
func Distance(tap, memory *Node) *Node {
	x, y := layer.Normalize(tap, 1e-12), layer.Normalize(memory, 1e-12)
	return ReduceMin(OneMinus(Einsum("bnc,mc->bnm", x, y)), -1)
}

// FewShotMap is the sum of the taps' distances [B, N], each enlarged: [B, S, S]. SPEC 11a.
func FewShotMap(distances []*Node, side int) *Node {
	var maps []*Node
	for _, d := range distances {
		b, n := d.Shape().Dimensions[0], d.Shape().Dimensions[1]
		grid := int(math.Round(math.Sqrt(float64(n))))
		maps = append(maps, Squeeze(enlarge(Reshape(d, b, grid, grid, 1), side), -1))
	}
	return sum(maps)
}

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
