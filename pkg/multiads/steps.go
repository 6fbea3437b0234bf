package multiads

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// mapPixels is the number of values of a map.
const mapPixels = detector.MapSide * detector.MapSide

// Text is what the text tower says of a product: one column for the normal state, one for each type
// of the base.
type Text struct {
	Base   *kba.Base
	Matrix *tensors.Tensor // [D, C], each column of unit length
}

// Text gives the text matrix of a product under a base. Only sentences that are new go through the
// tower.
func (d *Detector) Text(ctx context.Context, product string, base *kba.Base) (*Text, error) {
	d.note(base, product)
	matrix, err := d.text.Matrix(ctx, base.Columns(d.Sentences, product))
	return &Text{base, matrix}, err
}

// Prompts gives the embedding of every prompt of a product under a base, by column: the mean over
// its sentences, of unit length.
func (d *Detector) Prompts(ctx context.Context, product string,
	base *kba.Base) (embeddings [][][]float32, err error) {
	d.note(base, product)
	templates := len(d.Sentences.Templates)
	for _, sentences := range base.Columns(d.Sentences, product) {
		all, err := d.text.Embed(ctx, sentences)
		if err != nil {
			return nil, err
		}
		var column [][]float32
		for at := 0; at < len(all); at += templates { // prompt by prompt
			mean := make([]float32, len(all[0]))
			for _, e := range all[at : at+templates] {
				for i, v := range e {
					mean[i] += v / float32(templates)
				}
			}
			column = append(column, unit(mean))
		}
		embeddings = append(embeddings, column)
	}
	return embeddings, nil
}

// Look is what the vision tower sees in one image.
type Look struct {
	Levels    *tensors.Tensor // as encoder.Pair's Tower gives them: [1, levels, 1+N, Dv]
	Embedding *tensors.Tensor // [1, D]
}

// tapsOf are the taps' patch tokens [B, N, Dv] of what the tower sees, [B, levels, 1+N, Dv].
func (d *Detector) tapsOf(levels *Node) (taps []*Node) {
	for _, level := range encoder.Ungroup(levels)[:d.Taps()] {
		taps = append(taps, Slice(level, AxisRange(), AxisRangeToEnd(1)))
	}
	return taps
}

// Looks are those of a list of images, from the cache of features.
type Looks struct {
	levels *encoder.Features
	of     *Detector
}

// Looks takes the samples through the vision tower, but for those that the cache knows. Close lets
// go of the cache's files.
func (d *Detector) Looks(ctx context.Context, samples []datasets.Sample) (*Looks, error) {
	levels, err := d.tower.Extract(ctx, samples)
	return &Looks{levels, d}, err
}

// At is the i-th image's.
func (l *Looks) At(i int) (*Look, error) { return l.of.look(l.levels.At(i)) }

// Close lets go of the cache's files.
func (l *Looks) Close() { l.levels.Close() }

// Look takes one image of no data set through the vision tower: Crop·Crop·3 values, as the tower's
// transform gives them. Nothing is kept of it.
func (d *Detector) Look(pixels []float32) (*Look, error) {
	batch := encoder.Together(d.backend) // what is compiled for the cache serves here, too
	images := make([]float32, batch*len(pixels))
	copy(images, pixels)
	flat, err := d.tower.Run(images, batch)
	if err != nil {
		return nil, err
	}
	return d.look(flat[:len(flat)/batch])
}

// look is a look of its levels' values.
func (d *Detector) look(flat []float32) (*Look, error) {
	levels, width := len(d.tower.GroupsInUse()), d.tower.Encoder.Width()
	per := len(flat) / levels // the class token of the last level begins it
	class := flat[len(flat)-per : len(flat)-per+width]
	embedding, err := d.embed.Call1(tensors.FromFlatDataAndDimensions(class, 1, width))
	return &Look{tensors.FromFlatDataAndDimensions(flat, 1, levels, per/width, width),
		embedding}, err
}

// Memory is a memory bank: the patch tokens of normal references, [K·N, Dv], one a tap.
type Memory []*tensors.Tensor

// References makes the memory bank of normal images of one product.
func (d *Detector) References(ctx context.Context, samples []datasets.Sample) (Memory, error) {
	if len(samples) == 0 {
		return nil, nil
	}
	f, err := d.tower.Extract(ctx, samples)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var memory Memory
	size := f.Tokens * f.Width
	for g := range d.Taps() {
		rows := make([]float32, 0, f.Len*size)
		for i := range f.Len {
			rows = append(rows, f.At(i)[g*size+f.Width:(g+1)*size]...) // without the class token
		}
		memory = append(memory, tensors.FromFlatDataAndDimensions(rows, f.Len*(f.Tokens-1),
			f.Width))
	}
	return memory, nil
}

// Answer is what MultiADS says of an image.
type Answer struct {
	Anomaly   []float32            // anomaly map, MapSide², the sum over the taps
	TextScore float64              // 0 to 1
	Types     map[string][]float32 // such a map of every type, where they were asked for; else nil
	Taps      int
}

// Ask compares a look with a text and, for few-shot, a memory bank, which may be nil. typed asks
// for the maps of the types, too.
func (d *Detector) Ask(look *Look, text *Text, memory Memory, typed bool) (*Answer, error) {
	name := "ask"
	if memory != nil {
		name = "ask with references"
	}
	inputs := []any{look.Levels, look.Embedding, text.Matrix}
	for _, m := range memory {
		inputs = append(inputs, m)
	}
	out, err := d.run(name, func(scope *model.Scope, x []*Node) []*Node {
		t := Forward(scope, Inputs{Taps: d.tapsOf(x[0]), Embedding: x[1],
			Text: x[2], Memory: x[3:]}, detector.MapSide)
		types := TransposeAllAxes(Squeeze(t.Typed, 0), 2, 0, 1) // [C, S, S]
		return []*Node{t.Anomaly, t.TextScore, types}
	}, inputs...)
	if err != nil {
		return nil, err
	}
	a := &Answer{Anomaly: tensors.MustCopyFlatData[float32](out[0]), Taps: d.Taps(),
		TextScore: float64(tensors.MustCopyFlatData[float32](out[1])[0])}
	if typed {
		a.Types = map[string][]float32{}
		flat := tensors.MustCopyFlatData[float32](out[2])[mapPixels:] // the normal state is first
		for i, t := range text.Base.Types {
			a.Types[t.Name] = flat[i*mapPixels : (i+1)*mapPixels]
		}
	}
	for _, o := range out {
		o.FinalizeAll()
	}
	return a, nil
}

// run runs a graph over the adapters, which is compiled once for each name and shape.
func (d *Detector) run(name string, build func(scope *model.Scope, x []*Node) []*Node,
	inputs ...any) ([]*tensors.Tensor, error) {
	if d.exec[name] == nil {
		exec, err := model.NewExec(d.backend, d.store, build)
		if err != nil {
			return nil, err
		}
		d.exec[name] = exec
	}
	return d.exec[name].Call(inputs...)
}

// Scores gives the image scores of the answers, which are all of one product, by Rule. alone scores
// each by itself, not stretched over the list.
func (d *Detector) Scores(answers []*Answer, alone bool) ([]float64, error) {
	var largest [][3]float64
	var texts []float64
	for _, a := range answers {
		largest, texts = append(largest, Largest(a.Anomaly)), append(texts, a.TextScore)
	}
	if alone {
		return AloneScores(d.Taps())(d.Rule, largest, texts)
	}
	return ImageScores(d.Rule, largest, texts)
}

// Found is a defect type that an image shows, and its map's largest pixel over all taps' sum.
type Found = detector.Found

// Strength is every type's, the strongest first: maps of sums over so many taps.
func Strength(types map[string][]float32, taps int) (found []Found) {
	for _, name := range slices.Sorted(maps.Keys(types)) {
		found = append(found, Found{Type: name,
			Value: Largest(types[name])[0] / float64(taps)})
	}
	slices.SortStableFunc(found, func(a, b Found) int { return cmp.Compare(b.Value, a.Value) })
	return found
}

// Shown are the types that an image shows, of its Strength: those of at least half, or else the
// strongest alone.
func Shown(strength []Found) []Found {
	for i, f := range strength {
		if i > 0 && f.Value < passes {
			return strength[:i]
		}
	}
	return strength
}

// passes is what a type's largest pixel must reach to be an answer: it is likelier there than all
// others and the normal state together.
const passes = 0.5

// Says is what an image is, of the types that it shows: good where none of them passes, with the
// strongest beside it.
func Says(shown []Found) string {
	switch {
	case len(shown) == 0:
		return datasets.Good
	case shown[0].Value < passes:
		return fmt.Sprintf("%s (strongest %s)", datasets.Good, Words(shown[:1]))
	}
	return Words(shown)
}

// Words is an answer as a person reads it, such as "scratch 0.83, hole 0.61".
func Words(found []Found) string {
	var words []string
	for _, f := range found {
		words = append(words, fmt.Sprintf("%s %.2f", f.Type, f.Value))
	}
	return strings.Join(words, ", ")
}
