package pretrain

import (
	"fmt"

	"adlab/pkg/clip"
	"adlab/pkg/convnet"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// PairWeights are the shares of the terms of the pair's loss.
type PairWeights struct {
	Distil   float64 // the taps reproduce the teacher's blocks
	Dense    float64 // each patch names its state among all
	Whole    float64 // the image names its state among all
	Captions float64 // image and caption find each other
	Meaning  float64 // a sentence names its state among all
	Geometry float64 // a sentence's vector tells the sentence teacher's
}

// The terms that the two phases weigh: first the vision tower is distilled, then both towers learn together, and what a patch shows counts most.
var (
	distilWeights = PairWeights{Distil: 1}
	alignWeights  = PairWeights{Dense: 2, Whole: 0.5, Captions: 0.2, Meaning: 0.5, Geometry: 0.3}
)

// pairTemperature multiplies cosines in all terms.
const pairTemperature = 30

// shown is the part of a patch that a flaw must cover for the patch to be all flaw.
const shown = 0.25

// pairLoss gives the loss of a batch of pairBatches and its terms in the order of PairWeights, those of weight 0 left out.
type pairLoss struct {
	config  clip.Config
	teacher *convnet.Encoder
	weights PairWeights
	twins   [][]float32 // [states, states]: what a state counts as; types drawn alike count as each other
}

func (p pairLoss) loss(scope *model.Scope, batch *Node) (total *Node, parts []*Node) {
	b := batch.Shape().Dimensions[0]
	rows := func(from, n, size int) *Node {
		return Reshape(Slice(batch, AxisRange(), AxisRange(from, from+n*size)), b*n, size)
	}
	pictures := rows(0, lessonGroup, pictureSize)
	sentences := rows(lessonGroup*pictureSize, shareOfSet, sentenceSize())
	cut := func(x *Node, at *int, size int) *Node {
		from := *at
		*at += size
		return Slice(x, AxisRange(), AxisRange(from, from+size))
	}
	at := 0
	n := b * lessonGroup
	pixels := Reshape(cut(pictures, &at, pairSide*pairSide*3), n, pairSide, pairSide, 3)
	cover := cut(pictures, &at, pairGrid*pairGrid)                         // [N, P]
	state := ConvertDType(Squeeze(cut(pictures, &at, 1), 1), dtypes.Int32) // [N]
	caption := ConvertDType(cut(pictures, &at, pairContext), dtypes.Int32) // [N, T]
	taps, embedding := clip.Vision(scope, p.config, p.normalised(pixels, clip.Mean, clip.Std))
	for i, t := range taps {
		taps[i] = clip.Patches(t) // [N, P, Dv]
	}
	add := func(weight float64, term func() *Node) {
		if weight == 0 {
			return
		}
		value := term()
		parts = append(parts, value)
		if value = MulScalar(value, weight); total == nil {
			total = value
		} else {
			total = Add(total, value)
		}
	}
	add(p.weights.Distil, func() *Node { return p.distil(scope, pixels, taps) })
	if p.weights.Dense == 0 {
		return total, parts
	}
	at = 0
	ids := ConvertDType(cut(sentences, &at, pairContext), dtypes.Int32)
	vectors, meaning := cut(sentences, &at, SentenceWidth), cut(sentences, &at, states())
	said := clip.Text(scope, p.config, Concatenate([]*Node{ids, caption}, 0))
	unit := layer.Normalize(said, 1e-12)
	part := func(x *Node, from, to int) *Node { return Slice(x, AxisRange(from, to)) }
	columns := part(unit, 0, states()) // [C, D]
	table := Const(batch.Graph(), p.twins)
	named := Gather(table, ExpandAxes(state, -1)) // [N, C]
	image := layer.Normalize(embedding, 1e-12)
	cosines := func(x, y *Node) *Node {
		return MulScalar(Dot(x, y).General([]int{x.Rank() - 1}, nil, []int{1}, nil), pairTemperature)
	}
	add(p.weights.Dense, func() *Node {
		var terms []*Node
		for _, z := range p.spaces(scope, taps) {
			terms = append(terms, denseLoss(cosines(layer.Normalize(z, 1e-12), columns), cover, named))
		}
		return encoder.Mean(terms)
	})
	add(p.weights.Whole, func() *Node { return crossEntropy(cosines(image, columns), named) })
	add(p.weights.Captions, func() *Node {
		logits := cosines(image, part(unit, setSize, setSize+n))
		same := DiagonalWithValue(ScalarOne(batch.Graph(), dtypes.Float32), n)
		return MulScalar(Add(crossEntropy(logits, same), crossEntropy(Transpose(logits, 0, 1), same)), 0.5)
	})
	add(p.weights.Meaning, func() *Node {
		return crossEntropy(cosines(part(unit, states(), setSize), columns), MatMul(part(meaning, states(), setSize), table))
	})
	add(p.weights.Geometry, func() *Node {
		guess := layer.Linear(layer.At(scope, "heads.sentence"), part(said, 0, setSize), SentenceWidth)
		return OneMinus(ReduceAllMean(ReduceSum(Mul(layer.Normalize(guess, 1e-12), vectors), -1)))
	})
	return total, parts
}

// normalised brings pixels 0..255 to what a network expects.
func (p pairLoss) normalised(pixels *Node, mean, std [3]float32) *Node {
	g := pixels.Graph()
	row := func(v [3]float32) *Node { return Reshape(Const(g, v[:]), 1, 1, 1, 3) }
	return Div(Sub(DivScalar(pixels, 255), row(mean)), row(std))
}

// distil is the mean squared difference between the teacher's standardised blocks and what linear heads make of the taps.
func (p pairLoss) distil(scope *model.Scope, pixels *Node, taps []*Node) *Node {
	t := p.teacher.Transform()
	var terms []*Node
	for i, level := range p.teacher.Forward(scope.At("teacher"), p.normalised(pixels, t.Mean, t.Std)) {
		guess := layer.Linear(layer.At(scope, fmt.Sprintf("heads.teacher.%d", i)), taps[pairTaught[i]], convnet.Width)
		terms = append(terms, ReduceAllMean(Square(Sub(guess, StopGradient(level)))))
	}
	return encoder.Mean(terms)
}

// spaces are the patch tokens in the texts' space: those of every tap through a head, and of the last through the tower's own norm and projection.
func (p pairLoss) spaces(scope *model.Scope, taps []*Node) (all []*Node) {
	for i, t := range taps {
		all = append(all, layer.Linear(layer.At(scope, fmt.Sprintf("heads.tap.%d", i)), t, p.config.Embed))
	}
	return append(all, clip.PatchEmbeddings(scope, p.config, taps[len(taps)-1]))
}

// denseLoss is the cross-entropy of patches' logits [N, P, C] with the images' states named [N, C] as far as the flaw covers the patch, and with the normal
// state, which is the first, as far as it does not: both halves count the same. cover is [N, P].
func denseLoss(logits, cover, named *Node) *Node {
	flawed := ClipScalar(DivScalar(cover, shown), 0, 1)
	logs := LogSoftmax(logits, -1)
	normal := Squeeze(Slice(logs, AxisRange(), AxisRange(), AxisRange(0, 1)), -1) // [N, P]
	own := Einsum("npc,nc->np", logs, named)
	share := func(x, weight *Node) *Node {
		return Neg(Div(ReduceAllSum(Mul(x, weight)), AddScalar(ReduceAllSum(weight), 1e-3)))
	}
	return MulScalar(Add(share(own, flawed), share(normal, OneMinus(flawed))), 0.5)
}

// crossEntropy is the mean of -Σ target·log softmax(logits) over the rows: [N, C] both.
func crossEntropy(logits, target *Node) *Node {
	return Neg(ReduceAllMean(ReduceSum(Mul(LogSoftmax(logits, -1), target), -1)))
}
