package prompted

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/multiads"
	"adlab/pkg/train"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// PromptAD is Li et al., "PromptAD: Learning Prompts with only Normal Samples for Few-Shot Anomaly
// Detection" (CVPR 2024). For each category it learns, from normal images of it alone, vectors
// before the product's name and suffixes behind it: the name with vectors before it is a normal
// prompt, the same with a suffix of words or with a learned one an anomalous prompt. What is seen
// of normal images is drawn to the mean normal prompt and away from each anomalous one; an explicit
// margin keeps their mean as far; and learned suffixes stay near those of words in the mean. The
// map is the harmonic mean of what the texts say and of the distance to the normal images' patches.
//
// Adapted are: image and patches, which one set of prompts is learned for, where the paper learns
// one for each; the patches, which are the pair's own; and the words of the suffixes.
type PromptAD struct {
	asker
	job    detector.Job
	reader *reader
	texts  map[string]*tensors.Tensor // the learned text matrix of each category, [D, 2]
	memory memory
}

// How many prompts PromptAD learns, of how many vectors, and how.
const (
	padNormals  = 2 // normal prompts
	padPrefix   = 4 // vectors before the name, of each
	padSuffixes = 2 // learned suffixes
	padSuffix   = 4 // vectors of each
	padAlign    = 1e-3
	padSteps    = 100
	padBatch    = 8
	padRate     = 2e-3
)

// padVectors is how many are learned.
const padVectors = padNormals*padPrefix + padSuffixes*padSuffix

func newPromptADMethod(j detector.Job) (detector.Detector, error) {
	pair := j.Encoder.(encoder.Pair)
	r, err := newReader(pair)
	if err != nil {
		return nil, err
	}
	exec, err := NewExec(j.Backend, func(x []*Node) []*Node {
		score, patches := padScores(x[0], x[1], x[2])
		return []*Node{score, enlarge(patches)}
	})
	p := &PromptAD{job: j, reader: r}
	p.asker = asker{j.Features(pair.Space()), exec, p.knows}
	return p, err
}

// Name is "promptad".
func (p *PromptAD) Name() string { return "promptad" }

// padPhrases are the prompts of a product: the normal ones, then the anomalous ones with words,
// then those with learned suffixes; and how many there are of each.
func padPhrases(product string) (phrases []phrase, words, learned int) {
	prefix := func(i int) []int32 { return vectors(i*padPrefix, padPrefix) }
	for i := range padNormals {
		phrases = append(phrases, phrase{before: prefix(i), text: product})
	}
	for i := range padNormals {
		for _, mark := range marks {
			phrases = append(phrases, phrase{before: prefix(i), text: product + " with " + mark})
		}
	}
	for i := range padNormals {
		for s := range padSuffixes {
			phrases = append(phrases, phrase{before: prefix(i), text: product,
				after: vectors(padNormals*padPrefix+s*padSuffix, padSuffix)})
		}
	}
	return phrases, padNormals * len(marks), padNormals * padSuffixes
}

// padLoss of features [B, 1, 1+N, D] of normal images under the embeddings of padPhrases, text [D,
// S].
func padLoss(features, text *Node, words, learned int) *Node {
	image, patches := cut(features)
	seen := Concatenate([]*Node{ExpandAxes(image, 1), patches}, 1) // [B, 1+N, D]
	part := func(from, to int) *Node { return SliceAxis(text, -1, AxisRange(from, to)) }
	mean := func(x *Node) *Node { return ReduceAndKeep(x, ReduceMean, -1) } // [D, 1]
	normal, anomalous := mean(part(0, padNormals)), part(padNormals, padNormals+words+learned)
	// contrast: the mean normal prompt among all anomalous ones
	against := LogSoftmax(multiads.Logits(seen, Concatenate([]*Node{normal, anomalous}, -1)), -1)
	contrast := Neg(ReduceAllMean(first(against)))
	// margin: no nearer to the mean anomalous prompt
	distance := func(to *Node) *Node { // [B, 1+N]
		difference := Sub(seen, Reshape(to, 1, 1, -1))
		return Sqrt(AddScalar(ReduceSum(Square(difference), -1), 1e-8))
	}
	margin := ReduceAllMean(layer.ReLU(Sub(distance(normal), distance(mean(anomalous)))))
	// alignment of learned suffixes with those of words
	apart := Sub(mean(part(padNormals, padNormals+words)), mean(part(padNormals+words,
		padNormals+words+learned)))
	return Add(Add(contrast, margin), MulScalar(ReduceAllSum(Square(apart)), padAlign))
}

// padScores gives image scores [B] and patch scores [B, N] of features [B, 1, 1+N, D], a text
// matrix [D, 2] and a bank of normal patches [M, D].
func padScores(features, text, bank *Node) (score, patches *Node) {
	image, x := cut(features)
	says := func(x *Node) *Node { return last(Softmax(multiads.Logits(x, text), -1)) }
	near := MulScalar(multiads.Distance(x, bank), 0.5)
	score = Harmonic(Squeeze(says(ExpandAxes(image, 1)), 1), ReduceMax(near, -1))
	return score, Harmonic(says(x), near)
}

// Fit learns the prompts of each category from its normal samples, or finds them learned, and keeps
// their patches.
func (p *PromptAD) Fit(ctx context.Context, samples []datasets.Sample) (err error) {
	p.texts = map[string]*tensors.Tensor{}
	of := byCategory(samples, p.job.Shots)
	for _, category := range slices.Sorted(maps.Keys(of)) {
		if p.texts[category], err = p.learn(ctx, category, of[category]); err != nil {
			return err
		}
	}
	p.memory, err = remember(ctx, p.Name(), p.space, samples, p.job.Shots,
		func(_, patches *Node) []*Node { return []*Node{patches} })
	return err
}

// learn gives the text matrix of a category by its learned prompts: the mean normal one, and the
// mean anomalous one, of unit length.
func (p *PromptAD) learn(ctx context.Context, category string,
	samples []datasets.Sample) (*tensors.Tensor, error) {
	phrases, words, learned := padPhrases(category)
	sheet, err := p.reader.sheet(phrases)
	if err != nil {
		return nil, err
	}
	store, width := model.NewStore(), p.reader.width()
	if err := layer.Put(store, learnedScope+".", draw(map[string][]int{"context": {padVectors,
		width}}, p.job.Seed), true); err != nil {
		return nil, err
	}
	read := func(scope *model.Scope, g *Graph) *Node { // [D, S]
		v := layer.Param(scope.At(learnedScope), g, "context", padVectors, width)
		return Squeeze(p.reader.Embed(ConstTensor(g, sheet), v), 0)
	}
	o, err := p.options(category, samples)
	if err != nil {
		return nil, err
	}
	f, err := p.space.Extract(ctx, samples)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := train.Run(ctx, p.job.Backend, store, train.Single{N: f.Len, Of: f.Batch},
		func(scope *model.Scope, batch []*Node) (*Node, []*Node) {
			return padLoss(batch[0], read(scope, batch[0].Graph()), words, learned), nil
		}, o); err != nil {
		return nil, err
	}
	return model.CallOnce(p.job.Backend, store, func(scope *model.Scope, g *Graph) *Node {
		text := read(scope, g)
		mean := func(from, to int) *Node {
			return layer.Normalize(ReduceMean(SliceAxis(text, -1, AxisRange(from, to)), -1), 1e-12)
		}
		return Stack([]*Node{mean(0, padNormals), mean(padNormals, len(phrases))}, -1)
	})
}

// options of the training of a category on its samples.
func (p *PromptAD) options(category string, samples []datasets.Sample) (train.Options, error) {
	c := p.job.Common
	steps, rate := cmp.Or(c.Steps, padSteps), cmp.Or(c.Rate, padRate)
	o := train.Options{Steps: steps, Batch: min(cmp.Or(c.Batch, padBatch), len(samples)),
		Seed: c.Seed, Schedule: train.WarmCosine{Base: rate, Final: rate, Total: steps},
		Optimizer: train.NewAdam(0.9, 0.999), ClipNorm: math.Inf(1)}
	bar := p.job.Progress.Bar(fmt.Sprintf("prompts of %s, seed %d", category, c.Seed))
	o.Report = func(s train.Step) { bar(s.Number, s.Of, fmt.Sprintf("steps, loss %.4f", s.Loss)) }
	var digests strings.Builder
	if err := datasets.WriteDigests(&digests, samples); err != nil {
		return o, err
	}
	return addressed(o, p.job.Cache, "promptad %s %d %d %d %g\n%s\n%s\n%s", category, steps,
		o.Batch, c.Seed, rate, p.reader.pair.Digest(), backend.Bits(p.job.Backend),
		digests.String()), nil
}

// knows is what was learned of a category.
func (p *PromptAD) knows(_ context.Context, category string) ([]any, error) {
	banks, err := p.memory.of(p.Name(), category)
	return append([]any{p.texts[category]}, banks...), err
}
