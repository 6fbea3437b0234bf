package prompted

import (
	"cmp"
	"context"
	"fmt"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/multiads"
	"adlab/pkg/train"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Learner is a detector whose prompts are learned from other data sets than its target, by one of
// the ways.
type Learner struct {
	way
	asker
	reader  *reader
	trainer *trainer
	count   int // learned vectors of a phrase
	store   *model.Store
}

// newLearner makes a learner of a job, untrained.
func newLearner(w way, j detector.Job) (*Learner, error) {
	pair, own := j.Encoder.(encoder.Pair), j.Settings.(Settings)
	l := &Learner{way: w, count: cmp.Or(own.Context, w.context), store: model.NewStore()}
	var err error
	if l.trainer, err = newTrainer(w.name, j, own.Learning, w.rate,
		fmt.Sprint(l.count)); err != nil {
		return nil, err
	}
	if l.reader, err = newReader(pair); err != nil {
		return nil, err
	}
	if err := layer.Put(l.store, learnedScope+".", draw(w.shapes(l.count, l.reader.width(),
		pair.Embed()), j.Seed), true); err != nil {
		return nil, err
	}
	exec, err := model.NewExec(j.Backend, l.store, func(scope *model.Scope, x []*Node) []*Node {
		sheet := x[1]
		product := Zeros(sheet.Graph(), int32s(x[0].Shape().Dimensions[0], 1)) // the only one
		image, patches := l.forward(scope, x[0], sheet, product)
		maps := multiads.Probabilities(patches, detector.MapSide)
		return []*Node{last(Softmax(image, -1)), multiads.AnomalyMap(maps)}
	})
	l.asker = asker{j.Features(pair.Space()), exec, l.knows}
	return l, err
}

// Name is the way's.
func (l *Learner) Name() string { return l.name }

// Store holds the prompts, learned or not.
func (l *Learner) Store() *model.Store { return l.store }

// knows is the sheet of a category.
func (l *Learner) knows(_ context.Context, category string) ([]any, error) {
	sheet, err := l.reader.sheet(l.phrases(l.count, category))
	return []any{sheet}, err
}

// forward gives the logits of both states for images [B, 2] and for patches [B, N, 2], of features
// [B, 1, 1+N, D], the sheet of P products [P, 2, T] and the images' products [B, 1].
func (l *Learner) forward(scope *model.Scope, features, sheet, product *Node) (image,
	patches *Node) {
	scope = scope.At(learnedScope)
	embedding, x := cut(features)
	learned := l.vectors(scope, embedding, l.count, l.reader.width())
	if l.see != nil {
		embedding, x = l.see(scope, embedding, x)
	}
	var text *Node // [B, D, 2]
	if l.own {
		text = l.reader.Embed(Gather(sheet, product), learned)
	} else {
		text = Gather(l.reader.Embed(sheet, learned), product)
	}
	patches = multiads.Logits(x, text)
	if l.fuse != nil {
		embedding = l.fuse(embedding, x, patches)
	}
	return Squeeze(multiads.Logits(ExpandAxes(embedding, 1), text), 1), patches
}

// loss is the images' cross-entropy, and where the map is taught MultiADS's focal and dice losses
// of it. The batch is as lessons give it; the sheet is of all their products.
func (l *Learner) loss(sheet *tensors.Tensor) train.Loss {
	return func(scope *model.Scope, batch []*Node) (*Node, []*Node) {
		features, columns, label, product := batch[0], batch[1], batch[2], batch[3]
		image, patches := l.forward(scope, features, ConstTensor(features.Graph(), sheet), product)
		target := OneHot(Squeeze(label, 1), 2, dtypes.Float32)
		entropy := Neg(ReduceAllMean(ReduceSum(Mul(target, LogSoftmax(image, -1)), -1)))
		if !l.local {
			return entropy, nil
		}
		p := multiads.Probabilities(patches, detector.MapSide)
		mask := ConvertDType(columns, dtypes.Float32)
		focal, dice := multiads.Focal(p, columns), multiads.Dice(multiads.AnomalyMap(p), mask)
		return Add(Add(entropy, focal), dice), []*Node{entropy, focal, dice}
	}
}

// Fit learns the prompts from the sources, or finds them learned; of the target it learns nothing.
func (l *Learner) Fit(ctx context.Context, _ []datasets.Sample) error {
	sources, err := l.trainer.Sources()
	if err != nil {
		return err
	}
	o, err := l.trainer.options(sources)
	if err != nil {
		return err
	}
	return l.learn(ctx, sources, o)
}

// learn trains the prompts on sources.
func (l *Learner) learn(ctx context.Context, sources []multiads.Source, o train.Options) error {
	data, products, err := l.lessons(ctx, sources)
	if err != nil {
		return err
	}
	defer data.features.Close()
	var phrases [][]phrase
	for _, p := range products {
		phrases = append(phrases, l.phrases(l.count, p))
	}
	sheet, err := l.reader.sheet(phrases...)
	if err != nil {
		return err
	}
	return train.Run(ctx, l.space.Backend, l.store, data, l.loss(sheet), o)
}
