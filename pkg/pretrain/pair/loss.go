package pair

import (
	"fmt"

	"adlab/pkg/clip"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/pretrain/sentence"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// LossWeights are the shares of the terms of the pair's loss.
type LossWeights struct {
	Meaning  float64 // a sentence names its state among all
	Geometry float64 // a sentence's vector tells the sentence teacher's
	Dense    float64 // each patch names its state among all
	Whole    float64 // the image names its state among all
	Captions float64 // image and caption find each other
}

// What the phases weigh: the text tower learns alone, then the vision tower learns what the texts,
// which stay as they are, say of its patches most of all. (A text tower that learns beside it loses
// the differences between the states before the vision tower can see any.)
var (
	wordsWeights = LossWeights{Meaning: 1, Geometry: 0.3}
	alignWeights = LossWeights{Dense: 2, Whole: 0.5, Captions: 0.1}
	lastWeights  = LossWeights{Meaning: 1}
)

// temperature multiplies cosines in all terms.
const temperature = 30

// anchor is the scope of the text tower as it was when the vision tower learned, in the phase that
// sharpens it, and anchorWeight how much a text of a state that strays from there counts.
const anchor, anchorWeight = "anchor", 30

// objective gives the loss of a batch of batches and its terms in the order of LossWeights,
// those of weight 0 left out.
type objective struct {
	config  clip.Config // Grid is that of the windows, 0 where there are none
	weights LossWeights
	// anchored says that the text tower learns while another copy of it, in the scope anchor,
	// stays.
	anchored bool
	// [states, states]: what a state counts as; types drawn alike count as each other
	twins [][]float32
}

func (p objective) loss(scope *model.Scope, inputs []*Node) (total *Node, parts []*Node) {
	batch := inputs[0]
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
	x := p.cut(batch)
	said := clip.Text(scope, p.config, x.ids)
	unit := layer.Normalize(said, 1e-12)
	columns := Slice(unit, AxisRange(0, sentence.States())) // [C, D]
	table := Const(batch.Graph(), p.twins)
	cosines := func(x, y *Node) *Node {
		return MulScalar(Dot(x, y).General([]int{x.Rank() - 1}, nil, []int{1}, nil),
			temperature)
	}
	meaning := func() *Node {
		others := AxisRange(sentence.States(), sentence.SetSize)
		return align.CrossEntropy(cosines(Slice(unit, others), columns),
			MatMul(Slice(x.meaning, others), table))
	}
	if p.anchored {
		meaning = func() *Node { return p.anchoredMeaning(scope, x, unit, table, cosines) }
	}
	add(p.weights.Meaning, meaning)
	add(p.weights.Geometry, func() *Node {
		guess := layer.Linear(layer.At(scope, "heads.sentence"),
			Slice(said, AxisRange(0, sentence.SetSize)),
			sentence.Width)
		return OneMinus(ReduceAllMean(ReduceSum(Mul(layer.Normalize(guess, 1e-12), x.vectors), -1)))
	})
	if x.pixels == nil {
		return total, parts
	}
	taps, embedding := clip.Vision(scope, p.config, pretrain.Normalised(x.pixels, clip.Mean,
		clip.Std))
	for i, t := range taps {
		taps[i] = clip.Patches(t) // [N, P, Dv]
	}
	image := layer.Normalize(embedding, 1e-12)
	named := Gather(table, ExpandAxes(x.state, -1)) // [N, C]
	add(p.weights.Dense, func() *Node {
		var terms []*Node
		for _, z := range p.spaces(scope, taps) {
			terms = append(terms, align.Dense(cosines(layer.Normalize(z, 1e-12), columns), x.cover,
				named))
		}
		return encoder.Mean(terms)
	})
	add(p.weights.Whole, func() *Node { return align.CrossEntropy(cosines(image, columns), named) })
	add(p.weights.Captions, func() *Node {
		n := image.Shape().Dimensions[0]
		logits := cosines(image, Slice(unit, AxisRangeToEnd(sentence.SetSize)))
		same := DiagonalWithValue(ScalarOne(batch.Graph(), dtypes.Float32), n)
		return MulScalar(Add(align.CrossEntropy(logits, same),
			align.CrossEntropy(Transpose(logits, 0, 1), same)), 0.5)
	})
	return total, parts
}

// anchoredMeaning is the term of Meaning while the texts of the states stay where the vision tower
// knows them: sentences name their state among those texts as they were, as sharply as the teacher
// can, and the texts of the states pay for straying from there.
func (p objective) anchoredMeaning(scope *model.Scope, x input, unit, table *Node,
	cosines func(x, y *Node) *Node) *Node {
	known := layer.Normalize(clip.Text(scope.At(anchor), p.config,
		Slice(x.ids, AxisRange(0, sentence.SetSize))), 1e-12)
	own, others := AxisRange(0, sentence.States()), AxisRange(sentence.States(), sentence.SetSize)
	sharp := Square(MatMul(Slice(x.meaning, others), table))
	sharp = Div(sharp, ReduceAndKeep(sharp, ReduceSum, -1))
	fixed := Slice(known, own)
	stay := OneMinus(ReduceAllMean(ReduceSum(Mul(Slice(unit, own), fixed), -1)))
	return Add(align.CrossEntropy(cosines(Slice(unit, others), fixed), sharp),
		MulScalar(stay, anchorWeight))
}

// input is a batch of batches in its parts. What belongs to pictures is nil where there are
// none.
type input struct {
	pixels  *Node // [N, side, side, 3], 0..255
	cover   *Node // [N, P], 0..1
	state   *Node // [N] int32
	ids     *Node // [SetSize + N, T] int32: the set's sentences, then the captions
	vectors *Node // [SetSize, 384]
	meaning *Node // [SetSize, C]
}

func (p objective) cut(batch *Node) (x input) {
	b, side, grid := batch.Shape().Dimensions[0], p.config.Grid*p.config.Patch, p.config.Grid
	// gives columns of the rows one after another
	rows := func(from, n, size int) func(size int) *Node {
		all, at := Reshape(Slice(batch, AxisRange(), AxisRange(from, from+n*size)), b*n, size), 0
		return func(size int) *Node {
			at += size
			return Slice(all, AxisRange(), AxisRange(at-size, at))
		}
	}
	next := rows(pictureSizes(side), shareOfSet, sentenceSize())
	x.ids, x.vectors, x.meaning = ConvertDType(next(contextIDs), dtypes.Int32),
		next(sentence.Width), next(sentence.States())
	if side == 0 {
		return x
	}
	next = rows(0, align.Group, pictureSize(side))
	x.pixels = Reshape(next(side*side*3), b*align.Group, side, side, 3)
	x.cover, x.state = next(grid*grid), ConvertDType(Squeeze(next(1), 1), dtypes.Int32)
	x.ids = Concatenate([]*Node{x.ids, ConvertDType(next(contextIDs), dtypes.Int32)}, 0)
	return x
}

// spaces are the patch tokens in the texts' space: those of every tap through a head, and of the
// last through the tower's own norm and projection.
func (p objective) spaces(scope *model.Scope, taps []*Node) (all []*Node) {
	for i, t := range taps {
		all = append(all, layer.Linear(layer.At(scope, fmt.Sprintf("heads.tap.%d", i)), t,
			p.config.Embed))
	}
	return append(all, clip.Embed(scope.At("visual"), p.config, taps[len(taps)-1]))
}
