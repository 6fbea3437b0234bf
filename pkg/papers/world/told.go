package world

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/datasets/synth"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/sentence"

	"gonum.org/v1/gonum/floats"
)

// told is what a pair tells without training on a generated benchmark, none of whose categories it
// has seen: how often the type of a flaw, among all types of the benchmark, and among those of the
// category. Shares are fractions.
type told struct {
	Images     int     `json:"images"` // with one flaw
	Candidates int     `json:"candidates"`
	Chance     float64 `json:"chance"`
	Plain      float64 `json:"plain"`   // "[cls] with a hole"
	Synonym    float64 `json:"synonym"` // the same with words that no caption has
	OwnChance  float64 `json:"own_chance"`
	OwnPlain   float64 `json:"own_plain"`
	OwnSynonym float64 `json:"own_synonym"`
	// on how many images with a hole the map of "[cls] with a hole" has a higher mean inside the
	// hole than outside
	Holes  int `json:"holes"`
	Higher int `json:"higher"`
}

// tell measures a pair on a benchmark. An image has the type whose text it shows most.
func tell(ctx context.Context, v *experiment.Env, m encoder.Pair, b synth.Benchmark,
	set *datasets.Set) (told, error) {
	text, err := multiads.NewTextEncoder(v.Backend.Backend, m, v.Cache)
	if err != nil {
		return told{}, err
	}
	drawn := drawings(b)
	var samples []datasets.Sample
	for _, s := range flawedOnce(set) {
		if drawn[s.Category][s.DefectType] != "" {
			samples = append(samples, s)
		}
	}
	images, err := look(ctx, v.Features(m.Space()), samples)
	if err != nil {
		return told{}, err
	}
	t, err := types(ctx, text, images, drawn)
	if err != nil {
		return told{}, err
	}
	for _, x := range images {
		if drawn[x.Category][x.DefectType] != "hole" {
			continue
		}
		up, err := holeLights(ctx, text, x, m)
		if err != nil {
			return told{}, err
		}
		t.Holes++
		if up {
			t.Higher++
		}
	}
	return t, nil
}

// drawings are the grammar's types by a benchmark's categories and their names for them.
func drawings(b synth.Benchmark) map[string]map[string]string {
	out := map[string]map[string]string{}
	vocabulary, err := datasets.VocabularyOf(b.Name)
	for _, c := range b.Categories {
		out[c.Name] = map[string]string{}
		for _, t := range c.Types {
			out[c.Name][t.Name] = t.Draw
			if name, ok := vocabulary.Type(t.Name); err == nil && ok {
				out[c.Name][name] = t.Draw
			}
		}
	}
	return out
}

// flawedOnce are the test images with one type of flaw.
func flawedOnce(set *datasets.Set) (samples []datasets.Sample) {
	for _, c := range set.Categories {
		for _, s := range c.Test {
			if types := s.DefectTypes(); len(types) == 1 {
				s.DefectType = types[0]
				samples = append(samples, s)
			}
		}
	}
	return samples
}

// seen is an image as the pair sees it: unit vectors in the common space.
type seen struct {
	datasets.Sample
	image   []float32
	patches [][]float32
}

func look(ctx context.Context, space *encoder.Cache, samples []datasets.Sample) ([]seen, error) {
	f, err := space.Extract(ctx, samples)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := make([]seen, len(samples))
	for i, s := range samples {
		tokens := slices.Collect(slices.Chunk(f.At(i), f.Width)) // the embedding in front
		out[i] = seen{Sample: s, image: unitVector(tokens[0])}
		for _, patch := range tokens[1:] {
			out[i].patches = append(out[i].patches, unitVector(patch))
		}
	}
	return out, nil
}

func unitVector(v []float32) []float32 {
	n := math.Sqrt(pretrain.Product(v, v))
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(float64(x) / n)
	}
	return out
}

// How an image is read: cosines are multiplied by sharpness before the softmax, and strongest is
// how many patches say what an image shows.
const sharpness, strongest = 20, 3

// shows is how much of each text is seen in an image: the part that it has among all texts, in the
// mean of its strongest patches and in the whole image.
func (x seen) shows(texts [][]float32) []float64 {
	parts := make([][]float64, len(texts)) // of each text, at every patch
	for _, p := range x.patches {
		for i, part := range among(p, texts) {
			parts[i] = append(parts[i], part)
		}
	}
	shown := among(x.image, texts)
	for i, part := range parts {
		slices.Sort(part)
		n := min(strongest, len(part))
		shown[i] += floats.Sum(part[len(part)-n:]) / float64(n)
	}
	return shown
}

// among is the softmax of a vector's similarities to texts.
func among(v []float32, texts [][]float32) []float64 {
	parts := make([]float64, len(texts))
	for i, t := range texts {
		parts[i] = math.Exp(sharpness * pretrain.Product(v, t))
	}
	floats.Scale(1/floats.Sum(parts), parts)
	return parts
}

// spoken is a category's name as one says it.
func spoken(category string) string { return strings.ReplaceAll(category, "_", " ") }

// types tells the flaw of each image by the most similar text.
func types(ctx context.Context, text *multiads.TextEncoder, images []seen,
	drawn map[string]map[string]string) (told, error) {
	g, kinds := sentence.Captions(), map[string]bool{}
	for _, types := range drawn {
		for _, k := range types {
			kinds[k] = true
		}
	}
	all := slices.Sorted(maps.Keys(kinds))
	row := told{Images: len(images), Candidates: len(all), Chance: 1 / float64(len(all))}
	for _, x := range images {
		truth := drawn[x.Category][x.DefectType]
		own := slices.Compact(slices.Sorted(maps.Values(drawn[x.Category])))
		row.OwnChance += 1 / float64(len(own)) / float64(len(images))
		for _, way := range []struct {
			words    func(kind string) string
			all, own *float64
		}{
			{func(k string) string { return g.Types[k].Words[0] }, &row.Plain, &row.OwnPlain},
			{func(k string) string { return g.Types[k].Kept }, &row.Synonym, &row.OwnSynonym},
		} {
			for goal, candidates := range map[*float64][]string{way.all: all, way.own: own} {
				sentences := []string{"good " + spoken(x.Category)}
				for _, k := range candidates {
					sentences = append(sentences, spoken(x.Category)+" with "+way.words(k))
				}
				vectors, err := text.Embed(ctx, sentences)
				if err != nil {
					return row, err
				}
				shown := x.shows(vectors)[1:]
				if candidates[slices.Index(shown, slices.Max(shown))] == truth {
					*goal += 1 / float64(len(images))
				}
			}
		}
	}
	return row, nil
}

// holeLights tells whether the patches' similarity to "[cls] with a hole" has a higher mean in the
// hole than elsewhere.
func holeLights(ctx context.Context, text *multiads.TextEncoder, x seen, m encoder.Pair) (bool,
	error) {
	vectors, err := text.Embed(ctx, []string{spoken(x.Category) + " with a hole"})
	if err != nil {
		return false, err
	}
	mask, err := x.ReadMask(x.Mask)
	if err != nil {
		return false, err
	}
	side, patch := m.Transform().Crop, m.Transform().Crop/m.Grid()
	var in, out, inside, outside float64
	for i, v := range m.Transform().Mask(mask) {
		s := pretrain.Product(x.patches[i/side/patch*m.Grid()+i%side/patch], vectors[0])
		in, inside = in+float64(v), inside+float64(v)*s
		out, outside = out+1-float64(v), outside+(1-float64(v))*s
	}
	return inside/in > outside/out, nil
}
