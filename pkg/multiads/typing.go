package multiads

import (
	"context"

	"adlab/datasets"
	"adlab/pkg/detector"
)

// MeasuresTypes satisfies detector.Typed.
func (t *Transfer) MeasuresTypes() bool { return t.types }

// Columns satisfies detector.Typed.
func (t *Transfer) Columns(product string) ([]string, error) {
	base, err := t.BaseOf(product)
	if err != nil {
		return nil, err
	}
	return Columns(base), nil
}

// Truth satisfies detector.Typed.
func (t *Transfer) Truth(s datasets.Sample) ([]uint8, error) {
	base, err := t.BaseOf(s.Category)
	if err != nil {
		return nil, err
	}
	return Truth(s, base, t.knowledge.TypeOf, t.Model.Transform())
}

// Known satisfies detector.Typed. A type is seen where a source has the same concept under any
// name; that is not known where the target is of no published data set.
func (t *Transfer) Known() (names []string, seen map[string]bool) {
	if t.knowledge == nil {
		return nil, nil
	}
	names = t.knowledge.Base.Names()
	if t.knowledge.Vocabulary.Key == "" {
		return names, nil
	}
	seen = map[string]bool{}
	for _, key := range t.learning.Keys() {
		source, err := datasets.VocabularyOf(key)
		if err != nil {
			return names, nil
		}
		for name, known := range datasets.Seen(source, t.knowledge.Vocabulary) {
			seen[name] = seen[name] || known
		}
	}
	return names, seen
}

// Answer satisfies detector.Typed.
func (t *Transfer) Answer(p detector.Prediction) []detector.Found {
	return Shown(Strength(p.Types, t.Taps()))
}

// Remember satisfies detector.Referencing: all of the references are kept.
func (t *Transfer) Remember(ctx context.Context, references []datasets.Sample) error {
	clear(t.memories)
	byProduct := map[string][]datasets.Sample{}
	for _, s := range references {
		byProduct[s.Category] = append(byProduct[s.Category], s)
	}
	for product, own := range byProduct {
		memory, err := t.References(ctx, own)
		if err != nil {
			return err
		}
		t.SetMemory(product, memory)
	}
	return nil
}
