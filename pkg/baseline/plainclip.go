package baseline

import (
	"context"
	"iter"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/multiads"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// PlainCLIP is CLIP as it was trained (Radford et al., ICML 2021), asked whether a picture is
// closer to texts of the normal state or of any other. The image score is the probability of the
// latter under a softmax of the image's embedding; the map is the same of each patch of the last
// block, brought to the texts' space as the class token is. It learns nothing, and the tower was
// not trained to have such patches: the map is what comes of trying.
type PlainCLIP struct {
	Base      *kba.Base // its types together are the other state
	Sentences *kba.Sentences
	text      *multiads.TextEncoder
	space     *encoder.Cache
	exec      *model.Exec
}

// NewPlainCLIP is for a pair of towers and the prompts of Anomaly. Features and embeddings of texts
// are kept in the folder cache; tell, which may be nil, is called as features are computed.
func NewPlainCLIP(backend compute.Backend, m encoder.Pair, sentences *kba.Sentences, cache string,
	tell func(done, total int)) (*PlainCLIP, error) {
	text, err := multiads.NewTextEncoder(backend, m, cache)
	if err != nil {
		return nil, err
	}
	exec, err := model.NewExec(backend, m.Store(), func(_ *model.Scope, x []*Node) []*Node {
		tokens, text := Squeeze(x[0], 1), x[1] // [B, 1+N, D], [D, C]
		embedding := Squeeze(Slice(tokens, AxisRange(), AxisRange(0, 1)), 1)
		patches := layer.Normalize(Slice(tokens, AxisRange(), AxisRangeToEnd(1)), 1e-12)
		maps := multiads.Probabilities(multiads.Logits(patches, text), detector.MapSide)
		return []*Node{multiads.TextScore(embedding, text), multiads.AnomalyMap(maps)}
	})
	return &PlainCLIP{
		Base: Anomaly(), Sentences: sentences, text: text, exec: exec,
		space: &encoder.Cache{Backend: backend, Encoder: m.Space(), Dir: cache, Tell: tell},
	}, err
}

// Name is "clip".
func (p *PlainCLIP) Name() string { return "clip" }

// Fit has nothing to learn.
func (p *PlainCLIP) Fit(context.Context, []datasets.Sample) error { return nil }

// Predict compares each image with the texts of its category.
func (p *PlainCLIP) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return func(yield func(detector.Prediction, error) bool) {
		if err := p.predict(ctx, samples, func(x detector.Prediction) bool {
			return yield(x, nil)
		}); err != nil {
			yield(detector.Prediction{}, err)
		}
	}
}

// predict hands on each prediction until it is told to stop.
func (p *PlainCLIP) predict(ctx context.Context, samples []datasets.Sample,
	hand func(detector.Prediction) bool) error {
	seen, err := p.space.Extract(ctx, samples)
	if err != nil {
		return err
	}
	defer seen.Close()
	texts := map[string]*tensors.Tensor{}
	for i, s := range samples {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if texts[s.Category] == nil {
			if texts[s.Category],
				err = p.text.Matrix(ctx, p.Base.Columns(p.Sentences, s.Category)); err != nil {
				return err
			}
		}
		out, err := p.exec.Call(seen.Batch([]int{i}), texts[s.Category])
		if err != nil {
			return err
		}
		x := detector.Prediction{Score: float64(tensors.MustCopyFlatData[float32](out[0])[0]),
			Map: tensors.MustCopyFlatData[float32](out[1])}
		for _, o := range out {
			o.FinalizeAll()
		}
		if !hand(x) {
			return nil
		}
	}
	return nil
}
