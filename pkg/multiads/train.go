package multiads

import (
	"context"
	"fmt"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/train"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// TypeOf names the column of the knowledge base that a sample's defect type stands for; false where there is none.
type TypeOf func(raw string) (string, bool)

// packed gives a batch as one tensor [B, K]: features of every tap, the column of every pixel, and the product.
type packed struct {
	features *encoder.Features
	columns  [][]uint8 // of each sample, Side²
	products []int
}

// Batch satisfies train.Data.
func (p packed) Batch(places []int) *tensors.Tensor {
	size := p.features.Groups * p.features.Tokens * p.features.Width
	k := size + len(p.columns[0]) + 1
	flat := make([]float32, 0, len(places)*k)
	for _, i := range places {
		flat = append(flat, p.features.At(i)...)
		for _, c := range p.columns[i] {
			flat = append(flat, float32(c))
		}
		flat = append(flat, float32(p.products[i]))
	}
	return tensors.FromFlatDataAndDimensions(flat, len(places), k)
}

// TrainAdapters trains the adapters, and nothing else, on normal and anomalous images with masks: the test split of a source data
// set. base is the source's, typeOf brings its samples' types to the base's. Options.Samples and Backend are filled in. Source:
// section 7 of the numerical specification.
func (d *Detector) TrainAdapters(ctx context.Context, samples []datasets.Sample, base *kba.Base, typeOf TypeOf, objective Objective, o train.Options) error {
	if err := objective.Validate(); err != nil {
		return err
	}
	side := d.model.Transform().Crop
	data := packed{}
	products := map[string]int{}
	var order []string
	for _, s := range samples {
		columns, err := columnsOf(s, base, typeOf, d.model.Transform())
		if err != nil {
			return err
		}
		if _, known := products[s.Category]; !known {
			products[s.Category] = len(products)
			order = append(order, s.Category)
		}
		data.columns, data.products = append(data.columns, columns), append(data.products, products[s.Category])
	}
	var err error
	if data.features, err = d.taps.Extract(ctx, samples); err != nil {
		return err
	}
	defer data.features.Close()
	width, c := d.model.Config.Embed, len(base.Types)+1
	texts := make([]float32, 0, len(order)*width*c)
	for _, product := range order {
		matrix, err := d.text.Matrix(ctx, base.Columns(d.Sentences, product))
		if err != nil {
			return err
		}
		texts = append(texts, tensors.MustCopyFlatData[float32](matrix)...)
	}
	matrices := tensors.FromFlatDataAndDimensions(texts, len(order), width, c)
	o.Backend, o.Samples = d.backend, len(samples)
	f := data.features
	return train.Run(ctx, d.store, data, func(scope *model.Scope, batch *Node) (*Node, []*Node) {
		b, size := batch.Shape().Dimensions[0], f.Groups*f.Tokens*f.Width
		part := func(from, to int) *Node { return Slice(batch, AxisRange(), AxisRange(from, to)) }
		taps := encoder.Ungroup(Reshape(part(0, size), b, f.Groups, f.Tokens, f.Width))
		columns := ConvertDType(Reshape(part(size, size+side*side), b, side, side), dtypes.Int32)
		product := ConvertDType(part(size+side*side, size+side*side+1), dtypes.Int32) // [B, 1]
		text := Gather(ConstTensor(batch.Graph(), matrices), product)                 // [B, D, C]
		mask := ConvertDType(GreaterThan(columns, ZerosLike(columns)), batch.DType()) // [B, S, S]
		loss, focal, dice := Loss(objective, Maps(scope, taps, text, side), columns, mask)
		return loss, []*Node{encoder.Mean(focal), encoder.Mean(dice)}
	}, o)
}

// columnsOf gives the column of every pixel of a sample as the tower sees it: 0 where normal.
func columnsOf(s datasets.Sample, base *kba.Base, typeOf TypeOf, t imageio.Transform) ([]uint8, error) {
	out := make([]uint8, t.Crop*t.Crop)
	if s.Label == 0 {
		return out, nil
	}
	masks := s.TypedMasks
	if len(masks) == 0 {
		if s.Mask == "" {
			return nil, fmt.Errorf("multiads: %s: expected a mask of the anomalous image, got none", s.ID)
		}
		masks = map[string]string{s.DefectType: s.Mask}
	}
	for _, raw := range s.DefectTypes() {
		name, ok := typeOf(raw)
		column := 0
		for c, t := range base.Types {
			if ok && t.Name == name {
				column = c + 1
			}
		}
		if column == 0 {
			return nil, fmt.Errorf("multiads: %s: expected a defect type of the knowledge base (%v), got %q", s.ID, base.Names(), raw)
		}
		m, err := imageio.DecodeMask(masks[raw])
		if err != nil {
			return nil, err
		}
		for i, v := range t.Mask(imageio.Binary(m)) {
			if v > 0.5 {
				out[i] = uint8(column)
			}
		}
	}
	return out, nil
}
