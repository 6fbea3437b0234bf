package prompted

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/multiads"
	"adlab/pkg/train"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// InCTRL is Zhu and Pang, "Toward Generalist Anomaly Detection via In-context Residual Learning
// with Few-shot Sample Prompts" (CVPR 2024): it learns from other data sets what a picture's
// differences to a few normal ones of its category mean. These are the distance of each patch to
// the nearest of theirs, and the image's embedding less their mean behind a learned adapter; with
// the texts' answer they are scored together. It tells images apart; its map is the patches'
// distances. Without references there are no differences, and the texts' answer is what is left.
//
// Adapted are: the level of the patches, the pair's own in the common space; the texts, which are
// the ensemble of WinCLIP here; and the references of a source, normal test images other than the
// one in question.
type InCTRL struct {
	asker
	trainer   *trainer
	store     *model.Store
	text      *multiads.TextEncoder
	base      *kba.Base
	sentences *kba.Sentences
	count     int // references of each category, K
	memory    memory
	residual  caller // what differs, of one picture
}

const (
	inReferences = 4 // where no number is set
	inHidden     = 64
	inRate       = 1e-3
	inLargest    = 0.5 // weight of the largest distance, α
)

func newInCTRLMethod(j detector.Job) (detector.Detector, error) {
	pair := j.Encoder.(encoder.Pair)
	phrases, err := multiads.Phrases("", nil)
	if err != nil {
		return nil, err
	}
	d := &InCTRL{store: model.NewStore(), count: cmp.Or(j.Shots, inReferences), memory: memory{}}
	d.base, d.sentences = Ensemble(phrases)
	if d.trainer, err = newTrainer("inctrl", j, j.Settings.(Learning), inRate,
		fmt.Sprint(d.count)); err != nil {
		return nil, err
	}
	if d.text, err = multiads.NewTextEncoder(j.Backend, pair, j.Cache); err != nil {
		return nil, err
	}
	shapes := inShapes(pair.Grid()*pair.Grid(), pair.Embed())
	if err := layer.Put(d.store, learnedScope+".", draw(shapes, j.Seed), true); err != nil {
		return nil, err
	}
	if d.residual, err = NewExec(j.Backend, func(x []*Node) []*Node {
		residual, image, references, prior := differences(x[0], x[1], x[2:])
		return []*Node{residual, image, references, prior}
	}); err != nil {
		return nil, err
	}
	exec, err := model.NewExec(j.Backend, d.store, func(scope *model.Scope, x []*Node) []*Node {
		residual, image, references, prior := differences(x[0], x[1], x[2:])
		_, whole := inScores(scope, residual, image, references, prior)
		return []*Node{Sigmoid(whole), enlarge(residual)}
	})
	d.asker = asker{j.Features(pair.Space()), exec, d.knows}
	return d, err
}

// Name is "inctrl".
func (d *InCTRL) Name() string { return "inctrl" }

// Store holds what is learned.
func (d *InCTRL) Store() *model.Store { return d.store }

// inShapes are those of what is learned, of n patches and a common space of width channels. The
// adapter has no biases, for what all pictures have in common is no difference.
func inShapes(n, width int) map[string][]int {
	shapes := map[string][]int{"adapter.fc1.weight": {max(4, width/4), width},
		"adapter.fc2.weight": {width, max(4, width/4)}}
	linear(shapes, "image.fc1", width, inHidden)
	linear(shapes, "image.fc2", inHidden, 1)
	linear(shapes, "whole.fc1", n, inHidden)
	linear(shapes, "whole.fc2", inHidden, 1)
	return shapes
}

// differences are those of features [B, 1, 1+N, D] to what references hold, features too, [K, 1,
// 1+N, D], or to nothing: patches' distances [B, N], the image's embedding [B, D] and those of the
// references [B, K, D], and the texts' answer [B] by their matrix [D, 2].
func differences(features, text *Node, held []*Node) (residual, image, references, prior *Node) {
	image, x := cut(features)
	prior = multiads.TextScore(image, text)
	if len(held) == 0 {
		return ZerosLike(first(x)), image, ExpandAxes(image, 1), prior
	}
	normal, patches := cut(held[0]) // [K, D], [K, N, D]
	k, d := normal.Shape().Dimensions[0], normal.Shape().Dimensions[1]
	residual = multiads.Distance(x, Reshape(patches, -1, d))
	return residual, image, BroadcastToDims(ExpandAxes(normal, 0),
		image.Shape().Dimensions[0], k, d), prior
}

// inScores gives the logits [B] of the image's difference alone, and of all together, of what
// differences gives.
func inScores(scope *model.Scope, residual, image, references, prior *Node) (alone, whole *Node) {
	scope = scope.At(learnedScope)
	g, d := image.Graph(), image.Shape().Dimensions[1]
	narrow := layer.Param(scope.At("adapter").At("fc1"), g, "weight", max(4, d/4), d)
	wide := layer.Param(scope.At("adapter").At("fc2"), g, "weight", d, max(4, d/4))
	adapted := func(x *Node) *Node { // [B, k, D]
		return Einsum("bkh,dh->bkd", layer.ReLU(Einsum("bkd,hd->bkh", x, narrow)), wide)
	}
	difference := Sub(adapted(ExpandAxes(image, 1)),
		ReduceAndKeep(adapted(references), ReduceMean, 1)) // [B, 1, D]
	score := func(name string, x *Node) *Node { // [B, C] to [B]
		at := scope.At("%s", name)
		return Squeeze(layer.Linear(at.At("fc2"), layer.ReLU(layer.Linear(at.At("fc1"), x,
			inHidden)), 1), 1)
	}
	alone = score("image", Squeeze(difference, 1))
	all := Add(residual, ExpandAxes(Add(Sigmoid(alone), prior), 1)) // [B, N]
	return alone, Add(score("whole", all), MulScalar(ReduceMax(residual, -1), inLargest))
}

// Fit learns from the sources, or finds it learned, and keeps references of the target.
func (d *InCTRL) Fit(ctx context.Context, target []datasets.Sample) error {
	sources, err := d.trainer.Sources()
	if err != nil {
		return err
	}
	o, err := d.trainer.options(sources)
	if err != nil {
		return err
	}
	if err := d.learn(ctx, sources, o); err != nil {
		return err
	}
	return d.keep(ctx, byCategory(target, d.count))
}

// learn trains on the differences of the sources' pictures.
func (d *InCTRL) learn(ctx context.Context, sources []multiads.Source, o train.Options) error {
	data, err := d.lessons(ctx, sources)
	if err != nil {
		return err
	}
	return train.Run(ctx, d.space.Backend, d.store, data,
		func(scope *model.Scope, batch []*Node) (*Node, []*Node) {
			label := Squeeze(batch[4], 1)
			alone, whole := inScores(scope, batch[0], batch[1], batch[2], Squeeze(batch[3], 1))
			a, b := binaryEntropy(alone, label), binaryEntropy(whole, label)
			return Add(a, b), []*Node{a, b}
		}, o)
}

// binaryEntropy is the mean cross-entropy of logits [B] with labels [B] of 0 and 1.
func binaryEntropy(logits, label *Node) *Node {
	softplus := Add(layer.ReLU(logits), Log1p(Exp(Neg(Abs(logits)))))
	return ReduceAllMean(Sub(softplus, Mul(logits, label)))
}

// keep keeps references of each category.
func (d *InCTRL) keep(ctx context.Context, of map[string][]datasets.Sample) error {
	clear(d.memory)
	for category, references := range of {
		f, err := d.space.Extract(ctx, references)
		if err != nil {
			return err
		}
		places := make([]int, f.Len)
		for i := range places {
			places[i] = i
		}
		d.memory[category] = []any{f.Batch(places)}
		f.Close()
	}
	return nil
}

// Remember satisfies detector.Referencing: all of the references are kept.
func (d *InCTRL) Remember(ctx context.Context, references []datasets.Sample) error {
	return d.keep(ctx, byCategory(references, 0))
}

// knows is the text matrix of a category, and its references where there are any.
func (d *InCTRL) knows(ctx context.Context, category string) ([]any, error) {
	matrix, err := d.text.Matrix(ctx, d.base.Columns(d.sentences, category))
	return slices.Concat([]any{matrix}, d.memory[category]), err
}

var _ detector.Referencing = (*InCTRL)(nil)

// residuals are the differences that InCTRL learns from. They satisfy train.Data.
type residuals struct{ columns [5][][]float32 }

// Len satisfies train.Data.
func (r residuals) Len() int { return len(r.columns[0]) }

// Batch satisfies train.Data: patches' distances [B, N], embeddings [B, D], those of references [B,
// K, D], the texts' answers [B, 1] and labels [B, 1].
func (r residuals) Batch(places []int) (batch []*tensors.Tensor) {
	width := len(r.columns[1][0])
	for i, column := range r.columns {
		var flat []float32
		for _, p := range places {
			flat = append(flat, column[p]...)
		}
		dims := []int{len(places), len(column[0])}
		if i == 2 {
			dims = []int{len(places), len(column[0]) / width, width}
		}
		batch = append(batch, tensors.FromFlatDataAndDimensions(flat, dims...))
	}
	return batch
}
