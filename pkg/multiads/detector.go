package multiads

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/clip"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Detector is MultiADS on a pair of frozen towers. It satisfies detector.Detector: Fit keeps normal
// references for few-shot, and TrainAdapters, on another data set, comes before.
type Detector struct {
	Base      *kba.Base
	Sentences *kba.Sentences
	// Filter lists the types that can occur on each product: MultiADS-F. Products that it does not
	// name, or nil, keep all.
	Filter map[string][]string
	Rule   ScoreRule
	Shots  int // normal references of each product; 0 is zero-shot
	// Typed asks for a map of every type with each prediction.
	Typed bool
	// Alone scores each image by itself: its largest pixel over all taps' sum, at most 1, is not
	// stretched over the product's list. It is for single images, not for the published numbers.
	Alone bool

	model      *clip.Model
	backend    compute.Backend
	text       *TextEncoder
	taps       *encoder.Cache
	embeddings *encoder.Cache
	store      *model.Store
	memories   map[string][]*tensors.Tensor // of each product, one [Shots·N, Dv] a tap
	exec       map[bool]*model.Exec         // with and without references
}

// New makes a detector with untrained adapters drawn from seed. Features and embeddings of texts
// are kept in the folder cache; tell, which may be nil, is called as they are computed.
func New(backend compute.Backend, m *clip.Model, base *kba.Base, sentences *kba.Sentences,
	seed uint64, cache string, tell func(done, total int)) (*Detector, error) {
	text, err := NewTextEncoder(backend, m, cache)
	if err != nil {
		return nil, err
	}
	d := &Detector{
		Base: base, Sentences: sentences, Rule: ScoreBlend, model: m, backend: backend, text: text,
		store: model.NewStore(), exec: map[bool]*model.Exec{},
		taps: &encoder.Cache{Backend: backend, Encoder: clip.TapEncoder{Model: m},
			Dir: cache, Tell: tell},
		embeddings: &encoder.Cache{Backend: backend, Encoder: clip.EmbeddingEncoder{Model: m},
			Dir: cache, Tell: tell},
	}
	return d, layer.Put(d.store, "", Adapters(len(m.Config.Taps), m.Config.Vision.Width,
		m.Config.Embed, seed), true)
}

// Name is "multiads".
func (d *Detector) Name() string { return "multiads" }

// Store holds the adapters, trained or not.
func (d *Detector) Store() *model.Store { return d.store }

// Text is the text side, with what it has encoded so far.
func (d *Detector) Text() *TextEncoder { return d.text }

// Model is the pair of towers.
func (d *Detector) Model() *clip.Model { return d.model }

// BaseOf is what is used of the knowledge base for a product: all of it, or what Filter keeps.
func (d *Detector) BaseOf(product string) (*kba.Base, error) {
	if types, ok := d.Filter[product]; ok {
		return d.Base.Keep(types...)
	}
	return d.Base, nil
}

// Fit keeps Shots normal references of each product, the first of its samples.
func (d *Detector) Fit(ctx context.Context, samples []datasets.Sample) error {
	d.memories = map[string][]*tensors.Tensor{}
	if d.Shots == 0 {
		return nil
	}
	byProduct := map[string][]datasets.Sample{}
	for _, s := range samples {
		if len(byProduct[s.Category]) < d.Shots {
			byProduct[s.Category] = append(byProduct[s.Category], s)
		}
	}
	for product, references := range byProduct {
		if len(references) < d.Shots {
			return fmt.Errorf("multiads: expected %d normal references of %q, got %d", d.Shots,
				product, len(references))
		}
		f, err := d.taps.Extract(ctx, references)
		if err != nil {
			return err
		}
		size := f.Tokens * f.Width
		for g := range f.Groups {
			rows := make([]float32, 0, f.Len*size)
			for i := range f.Len {
				rows = append(rows, f.At(i)[g*size:(g+1)*size]...)
			}
			d.memories[product] = append(d.memories[product],
				tensors.FromFlatDataAndDimensions(rows, f.Len*f.Tokens, f.Width))
		}
		f.Close()
	}
	return nil
}

// Predict scores the samples product by product, because image scores depend on a product's whole
// list, and gives them in their order.
func (d *Detector) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return func(yield func(detector.Prediction, error) bool) {
		predictions := make([]detector.Prediction, len(samples))
		places := map[string][]int{}
		var products []string
		for i, s := range samples {
			if places[s.Category] == nil {
				products = append(products, s.Category)
			}
			places[s.Category] = append(places[s.Category], i)
		}
		for _, product := range products {
			if err := d.predict(ctx, product, samples, places[product], predictions); err != nil {
				yield(detector.Prediction{}, err)
				return
			}
		}
		for _, p := range predictions {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// predict fills in the predictions of one product.
func (d *Detector) predict(ctx context.Context, product string, samples []datasets.Sample,
	places []int, out []detector.Prediction) error {
	base, err := d.BaseOf(product)
	if err != nil {
		return err
	}
	text, err := d.text.Matrix(ctx, base.Columns(d.Sentences, product))
	if err != nil {
		return err
	}
	var own []datasets.Sample
	for _, i := range places {
		own = append(own, samples[i])
	}
	features, err := d.taps.Extract(ctx, own)
	if err != nil {
		return err
	}
	defer features.Close()
	embeddings, err := d.embeddings.Extract(ctx, own)
	if err != nil {
		return err
	}
	defer embeddings.Close()
	exec, err := d.executable(len(d.memories[product]) > 0)
	if err != nil {
		return err
	}
	var largest [][3]float64
	var texts []float64
	columns := len(base.Types) + 1
	const pixels = detector.MapSide * detector.MapSide
	for k, i := range places { // one at a time: a typed map of many columns is large
		if err := context.Cause(ctx); err != nil {
			return err
		}
		inputs := []any{features.Batch([]int{k}), embeddings.Batch([]int{k}), text}
		for _, m := range d.memories[product] {
			inputs = append(inputs, m)
		}
		results, err := exec.Call(inputs...)
		if err != nil {
			return err
		}
		p := detector.Prediction{Map: tensors.MustCopyFlatData[float32](results[0])}
		if d.Typed {
			typed := tensors.MustCopyFlatData[float32](results[2])
			p.Types = map[string][]float32{}
			for c, t := range base.Types {
				m := make([]float32, pixels)
				for at := range m {
					m[at] = typed[at*columns+c+1]
				}
				p.Types[t.Name] = m
			}
		}
		largest, texts = append(largest, Largest(p.Map)),
			append(texts, float64(tensors.MustCopyFlatData[float32](results[1])[0]))
		for _, r := range results {
			r.FinalizeAll()
		}
		out[i] = p
	}
	score := ImageScores
	if d.Alone {
		score = AloneScores(len(d.model.Config.Taps))
	}
	scores, err := score(d.Rule, largest, texts)
	for k, i := range places {
		out[i].Score = scores[k]
	}
	return err
}

// executable is the prediction's graph: anomaly map, text score, typed map.
func (d *Detector) executable(references bool) (*model.Exec, error) {
	if e := d.exec[references]; e != nil {
		return e, nil
	}
	n := len(d.model.Config.Taps)
	e, err := model.NewExec(d.backend, d.store, func(scope *model.Scope, x []*Node) []*Node {
		// [B, 1, 1, D] to [B, D]
		taps, embedding, text := encoder.Ungroup(x[0]), Squeeze(x[1], 1, 2), x[2]
		typed := TypedMap(Maps(scope, taps, text, nil, detector.MapSide))
		anomaly := AnomalyMap(typed)
		if references {
			_, few := FewShotMap(taps, x[3:3+n], detector.MapSide)
			anomaly = Add(anomaly, few)
		}
		return []*Node{anomaly, TextScore(embedding, text), typed}
	})
	if err == nil {
		d.exec[references] = e
	}
	return e, err
}

// Found is a defect type that an image shows.
type Found = detector.Found

// Answer is what a prediction with typed maps shows, the strongest types first: those of at least
// half, or else the strongest alone.
func Answer(p detector.Prediction, taps int) (found []Found) {
	for _, name := range slices.Sorted(maps.Keys(p.Types)) {
		found = append(found, Found{Type: name, Value: Largest(p.Types[name])[0] / float64(taps)})
	}
	slices.SortStableFunc(found, func(a, b Found) int { return cmp.Compare(b.Value, a.Value) })
	for i, f := range found {
		if i > 0 && f.Value < 0.5 {
			return found[:i]
		}
	}
	return found
}

// Words is an answer as a person reads it, such as "scratch 0.83, hole 0.61".
func Words(found []Found) string {
	var words []string
	for _, f := range found {
		words = append(words, fmt.Sprintf("%s %.2f", f.Type, f.Value))
	}
	return strings.Join(words, ", ")
}
