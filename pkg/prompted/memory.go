package prompted

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"adlab/datasets"
	"adlab/pkg/encoder"

	. "github.com/gomlx/gomlx/core/graph"
)

// memory is what is kept of each category's normal references: banks of unit vectors [M, D], one a
// scale.
type memory map[string][]any

// remember keeps shots references of each category, the first of its samples, or all of them where
// shots is 0. scales gives of an image's patches [B, N, D] what is kept, [B, n, D] a scale. name is
// the detector's.
func remember(ctx context.Context, name string, space *encoder.Cache, samples []datasets.Sample,
	shots int, scales func(image, patches *Node) []*Node) (memory, error) {
	exec, err := NewExec(space.Backend, func(x []*Node) (banks []*Node) {
		for _, s := range scales(cut(x[0])) {
			banks = append(banks, Reshape(s, -1, s.Shape().Dimensions[s.Rank()-1]))
		}
		return banks
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	kept, of := memory{}, byCategory(samples, shots)
	for _, category := range slices.Sorted(maps.Keys(of)) {
		if got := len(of[category]); got < shots {
			return nil, fmt.Errorf("%s: expected %d normal references of %q, got %d", name, shots,
				category, got)
		}
		f, err := space.Extract(ctx, of[category])
		if err != nil {
			return nil, err
		}
		places := make([]int, f.Len)
		for i := range places {
			places[i] = i
		}
		banks, err := exec.Call(f.Batch(places))
		f.Close()
		if err != nil {
			return nil, err
		}
		for _, b := range banks {
			kept[category] = append(kept[category], b)
		}
	}
	return kept, nil
}

// of are the banks of a category; an error where it has none.
func (m memory) of(name, category string) ([]any, error) {
	banks, ok := m[category]
	if !ok {
		return nil, fmt.Errorf("%s: expected normal references of %q, got none: Fit comes before "+
			"Predict", name, category)
	}
	return banks, nil
}

// byCategory are the samples of each category, the first shots of them, or all where shots is 0.
func byCategory(samples []datasets.Sample, shots int) map[string][]datasets.Sample {
	of := map[string][]datasets.Sample{}
	for _, s := range samples {
		if shots == 0 || len(of[s.Category]) < shots {
			of[s.Category] = append(of[s.Category], s)
		}
	}
	return of
}
