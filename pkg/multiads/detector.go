package multiads

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"
)

// Config is what a detector is made of and how it answers.
type Config struct {
	Model     encoder.Pair // the frozen towers
	Base      *kba.Base
	Sentences *kba.Sentences
	Seed      uint64 // draws the adapters
	// Filter lists the types that can occur on each product: MultiADS-F. Products that it does not
	// name, or nil, keep all.
	Filter map[string][]string
	Rule   ScoreRule // "" is score_blend
	Shots  int       // normal references of each product that Fit keeps; 0 is zero-shot
	Typed  bool      // a map of every type with each prediction
	// Alone scores each image by itself: its largest pixel over all taps' sum, at most 1, is not
	// stretched over the product's list. It is for single images, not for the published numbers.
	Alone bool
	// Cache is the folder of features and of embeddings of texts; "" keeps the texts in memory
	// alone.
	Cache string
	// Passing tells that features of pictures are not kept once they have served; texts are.
	Passing bool
	Tell    func(done, total int) // as features are computed; may be nil
	Note    func(text string)     // of what is odd in a prompt, see odd; may be nil
}

// Detector is MultiADS on a pair of frozen towers. It satisfies detector.Detector: Fit keeps normal
// references for few-shot, and TrainAdapters, on another data set, comes before. Predict is made of
// steps that can be taken one by one: Text, Look, References, Ask, Scores. One goroutine at a time
// may use it, for the towers, the compiled graphs and what the text tower has said are kept.
type Detector struct {
	Config

	backend  compute.Backend
	text     *TextEncoder
	tower    *encoder.Cache
	embed    *model.Exec // the tower's token of the image [1, Dv] in the common space [1, D]
	store    *model.Store
	memories map[string]Memory // of each product
	noted    map[string]bool   // prompts that were looked at for what is odd in them
	exec     map[string]*model.Exec
}

// New makes a detector with untrained adapters, or with those that were trained with the pair.
func New(backend compute.Backend, c Config) (*Detector, error) {
	text, err := NewTextEncoder(backend, c.Model, c.Cache)
	if err != nil {
		return nil, err
	}
	if c.Rule == "" {
		c.Rule = ScoreBlend
	}
	features := c.Cache
	if c.Passing {
		features = ""
	}
	d := &Detector{
		Config: c, backend: backend, text: text, store: model.NewStore(),
		memories: map[string]Memory{}, noted: map[string]bool{}, exec: map[string]*model.Exec{},
		tower: &encoder.Cache{Backend: backend, Encoder: c.Model.Tower(), Dir: features,
			Tell: c.Tell},
	}
	d.embed, err = model.NewExec(backend, c.Model.Store(), c.Model.Image)
	if err != nil {
		return nil, err
	}
	adapters := c.Model.Adapters()
	if adapters == nil {
		adapters = Adapters(len(c.Model.Blocks()), c.Model.Width(), c.Model.Embed(), c.Seed)
	}
	return d, layer.Put(d.store, "", adapters, true)
}

// With is a detector of other settings on the same adapters, apart from this one: another goroutine
// may use it.
func (d *Detector) With(c Config) (*Detector, error) {
	adapters, err := layer.Get(d.store, "")
	if err != nil {
		return nil, err
	}
	other, err := New(d.backend, c)
	if err != nil {
		return nil, err
	}
	return other, layer.Put(other.store, "", adapters, true)
}

// Name is "multiads".
func (d *Detector) Name() string { return "multiads" }

// Store holds the adapters, trained or not.
func (d *Detector) Store() *model.Store { return d.store }

// Encoder is the text tower, with what it has encoded so far.
func (d *Detector) Encoder() *TextEncoder { return d.text }

// Taps is the number of levels of the vision tower that are looked at: what the maps' sums end at.
func (d *Detector) Taps() int { return len(d.Model.Blocks()) }

// BaseOf is what is used of the knowledge base for a product: all of it, or what Filter keeps.
func (d *Detector) BaseOf(product string) (*kba.Base, error) {
	if types, ok := d.Filter[product]; ok {
		return d.Base.Keep(types...)
	}
	return d.Base, nil
}

// Fit keeps Shots normal references of each product, the first of its samples.
func (d *Detector) Fit(ctx context.Context, samples []datasets.Sample) error {
	clear(d.memories)
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
		memory, err := d.References(ctx, references)
		if err != nil {
			return err
		}
		d.SetMemory(product, memory)
	}
	return nil
}

// SetMemory makes a memory bank the product's for Predict, in place of the one before; nil is
// zero-shot.
func (d *Detector) SetMemory(product string, memory Memory) { d.memories[product] = memory }

// alonePart is how many samples are looked at before their predictions are given, where each is
// scored by itself: memory does not grow with their number.
const alonePart = 64

// Predict scores the samples product by product, because image scores depend on a product's whole
// list unless they stand alone, and gives them in their order.
func (d *Detector) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	if !d.Alone {
		return d.predictAll(ctx, samples)
	}
	return func(yield func(detector.Prediction, error) bool) {
		for part := range slices.Chunk(samples, alonePart) {
			if !d.predictAlone(ctx, part, yield) {
				return
			}
		}
	}
}

// predictAlone scores samples each by itself, and gives each as soon as it is known, for typed maps
// are large; false where no more is wanted.
func (d *Detector) predictAlone(ctx context.Context, part []datasets.Sample,
	yield func(detector.Prediction, error) bool) bool {
	fail := func(err error) bool {
		yield(detector.Prediction{}, err)
		return false
	}
	texts := map[string]*Text{}
	for _, s := range part {
		if texts[s.Category] != nil {
			continue
		}
		base, err := d.BaseOf(s.Category)
		if err != nil {
			return fail(err)
		}
		if texts[s.Category], err = d.Text(ctx, s.Category, base); err != nil {
			return fail(err)
		}
	}
	looks, err := d.Looks(ctx, part)
	if err != nil {
		return fail(err)
	}
	defer looks.Close()
	for i, s := range part {
		if err := context.Cause(ctx); err != nil {
			return fail(err)
		}
		a, err := d.answer(looks, i, texts[s.Category], s.Category)
		if err != nil {
			return fail(err)
		}
		scores, err := d.Scores([]*Answer{a}, true)
		if err != nil {
			return fail(err)
		}
		if !yield(detector.Prediction{Score: scores[0], Map: a.Anomaly, Types: a.Types}, nil) {
			return false
		}
	}
	return true
}

func (d *Detector) predictAll(ctx context.Context,
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
	text, err := d.Text(ctx, product, base)
	if err != nil {
		return err
	}
	var own []datasets.Sample
	for _, i := range places {
		own = append(own, samples[i])
	}
	looks, err := d.Looks(ctx, own)
	if err != nil {
		return err
	}
	defer looks.Close()
	var answers []*Answer
	for k, i := range places { // one at a time: a typed map of many columns is large
		if err := context.Cause(ctx); err != nil {
			return err
		}
		a, err := d.answer(looks, k, text, product)
		if err != nil {
			return err
		}
		answers = append(answers, a)
		out[i] = detector.Prediction{Map: a.Anomaly, Types: a.Types}
	}
	scores, err := d.Scores(answers, d.Alone)
	if err != nil {
		return err
	}
	for k, i := range places {
		out[i].Score = scores[k]
	}
	return nil
}

// answer asks about the i-th look, with what is remembered of its product.
func (d *Detector) answer(looks *Looks, i int, text *Text, product string) (*Answer, error) {
	look, err := looks.At(i)
	if err != nil {
		return nil, err
	}
	defer look.Levels.FinalizeAll()
	defer look.Embedding.FinalizeAll()
	return d.Ask(look, text, d.memories[product], d.Typed)
}
