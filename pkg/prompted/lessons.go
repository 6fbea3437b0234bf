package prompted

import (
	"context"
	"fmt"
	"slices"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/multiads"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// lessons are samples to learn from. They satisfy train.Data.
type lessons struct {
	features *encoder.Features
	columns  [][]uint8 // of every pixel of each sample's map, S²
	labels   []int32
	products []int32
}

// Len satisfies train.Data.
func (l lessons) Len() int { return len(l.labels) }

// Batch satisfies train.Data: features [B, 1, 1+N, D], columns [B, S, S], labels [B, 1] and
// products [B, 1], all but the first int32.
func (l lessons) Batch(places []int) []*tensors.Tensor {
	columns := make([]int32, 0, len(places)*detector.MapSide*detector.MapSide)
	var labels, products []int32
	for _, i := range places {
		for _, c := range l.columns[i] {
			columns = append(columns, int32(c))
		}
		labels, products = append(labels, l.labels[i]), append(products, l.products[i])
	}
	n := len(places)
	return []*tensors.Tensor{l.features.Batch(places),
		tensors.FromFlatDataAndDimensions(columns, n, detector.MapSide, detector.MapSide),
		tensors.FromFlatDataAndDimensions(labels, n, 1),
		tensors.FromFlatDataAndDimensions(products, n, 1)}
}

// lessons reads the sources' masks and what is seen of their images, and gives the names of their
// products.
func (l *Learner) lessons(ctx context.Context, sources []multiads.Source) (data lessons,
	products []string, err error) {
	var samples []datasets.Sample
	for _, s := range sources {
		for _, x := range s.Samples {
			columns, err := multiads.Truth(x, s.Base, s.TypeOf, l.reader.pair.Transform())
			if err != nil {
				return data, nil, err
			}
			if !slices.Contains(products, x.Category) {
				products = append(products, x.Category)
			}
			data.columns, data.labels = append(data.columns, columns),
				append(data.labels, int32(x.Label))
			data.products = append(data.products, int32(slices.Index(products, x.Category)))
		}
		samples = append(samples, s.Samples...)
	}
	if len(samples) == 0 {
		return data, nil, fmt.Errorf("%s: expected images with masks to learn the prompts from, "+
			"got none", l.name)
	}
	data.features, err = l.space.Extract(ctx, samples)
	return data, products, err
}

// int32s is a shape.
func int32s(dims ...int) shapes.Shape { return shapes.Make(dtypes.Int32, dims...) }
