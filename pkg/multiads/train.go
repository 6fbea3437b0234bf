package multiads

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

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

// TypeOf names the column of the knowledge base that a sample's defect type stands for; false where
// there is none.
type TypeOf func(raw string) (string, bool)

// packed gives a batch as one tensor [B, K]: features of every tap, the column of every pixel, and
// the product.
type packed struct {
	features *encoder.Features
	columns  [][]uint8 // of each sample, Side²
	products []int
}

// Batch gives [B, K].
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

// Source is a data set to learn from: normal and anomalous images with masks, its test split.
type Source struct {
	Samples []datasets.Sample
	Base    *kba.Base
	TypeOf  TypeOf // brings the samples' types to the base's
}

// TrainAdapters trains the adapters, and nothing else, on one source, or on several together, each
// image with the text matrix of its own source. Source: SPEC 8.
func (d *Detector) TrainAdapters(ctx context.Context, sources []Source, objective Objective,
	o train.Options) error {
	if err := objective.Validate(); err != nil {
		return err
	}
	side, data := d.model.Transform().Crop, packed{}
	var samples []datasets.Sample
	var products [][][]string // sentences of every column of every product
	widest := 0
	for _, s := range sources {
		known := map[string]int{}
		for _, x := range s.Samples {
			columns, err := columnsOf(x, s.Base, s.TypeOf, d.model.Transform())
			if err != nil {
				return err
			}
			if _, ok := known[x.Category]; !ok {
				known[x.Category] = len(products)
				products = append(products, s.Base.Columns(d.Sentences, x.Category))
				widest = max(widest, len(s.Base.Types)+1)
			}
			data.columns, data.products = append(data.columns, columns),
				append(data.products, known[x.Category])
		}
		samples = append(samples, s.Samples...)
	}
	if len(samples) == 0 {
		return fmt.Errorf("multiads: expected images with masks to train the adapters on, got none")
	}
	texts, closed, err := d.matrices(ctx, products, widest)
	if err != nil {
		return err
	}
	if data.features, err = d.taps.Extract(ctx, samples); err != nil {
		return err
	}
	defer data.features.Close()
	f := data.features
	rows := train.Single{N: len(samples), Of: data.Batch}
	loss := func(scope *model.Scope, inputs []*Node) (*Node, []*Node) {
		batch := inputs[0]
		g, b, size := batch.Graph(), batch.Shape().Dimensions[0], f.Groups*f.Tokens*f.Width
		part := func(from, to int) *Node { return Slice(batch, AxisRange(), AxisRange(from, to)) }
		taps := encoder.Ungroup(Reshape(part(0, size), b, f.Groups, f.Tokens, f.Width))
		columns := ConvertDType(Reshape(part(size, size+side*side), b, side, side), dtypes.Int32)
		product := ConvertDType(part(size+side*side, size+side*side+1), dtypes.Int32) // [B, 1]
		text := Gather(ConstTensor(g, texts), product)                                // [B, D, C]
		var shut *Node
		if closed != nil {
			shut = Gather(ConstTensor(g, closed), product) // [B, C]
		}
		mask := ConvertDType(GreaterThan(columns, ZerosLike(columns)), batch.DType()) // [B, S, S]
		columns = Where(Equal(columns, Scalar(g, dtypes.Int32, untyped)), ZerosLike(columns),
			columns)
		loss, focal, dice := Loss(objective, Maps(scope, taps, text, shut, side), columns, mask)
		return loss, []*Node{encoder.Mean(focal), encoder.Mean(dice)}
	}
	return train.Run(ctx, d.backend, d.store, rows, loss, o)
}

// never is the logit of a column that a product does not have.
const never = -1e9

// matrices are the text matrices of the products, [P, D, widest]. Where some have fewer columns
// than others, the columns beyond theirs are zeros, and closed [P, widest] is never there and 0
// elsewhere; else nil.
func (d *Detector) matrices(ctx context.Context, products [][][]string, widest int) (texts,
	closed *tensors.Tensor, err error) {
	embed := d.model.Config.Embed
	flat, shut := make([]float32, 0, len(products)*embed*widest),
		make([]float32, 0, len(products)*widest)
	uneven := false
	for _, columns := range products {
		matrix, err := d.text.Matrix(ctx, columns)
		if err != nil {
			return nil, nil, err
		}
		rows, own := tensors.MustCopyFlatData[float32](matrix), len(columns)
		for i := range embed {
			flat = append(append(flat, rows[i*own:(i+1)*own]...), make([]float32, widest-own)...)
		}
		shut = append(shut, make([]float32, own)...)
		for range widest - own {
			shut, uneven = append(shut, never), true
		}
	}
	texts = tensors.FromFlatDataAndDimensions(flat, len(products), embed, widest)
	if uneven {
		closed = tensors.FromFlatDataAndDimensions(shut, len(products), widest)
	}
	return texts, closed, nil
}

// untyped marks an anomalous pixel that is taught as normal to the types, and as anomalous to the
// mask.
const untyped = 255

// columnsOf gives the column of every pixel of a sample as the tower sees it: 0 where normal.
func columnsOf(s datasets.Sample, base *kba.Base, typeOf TypeOf, t imageio.Transform) ([]uint8,
	error) {
	if s.Label == 1 && len(typedMasks(s)) == 0 {
		return nil, fmt.Errorf("multiads: %s: expected a mask of the anomalous image, got none",
			s.ID)
	}
	return typedMask(s, t, func(raw string) (uint8, error) {
		// of a mosaic in place of a normal image, as the first release labels it
		if raw == datasets.Good {
			return untyped, nil
		}
		if name, ok := typeOf(raw); ok {
			if c := slices.Index(base.Names(), name); c >= 0 {
				return uint8(c + 1), nil
			}
		}
		return 0, fmt.Errorf("multiads: %s: expected a defect type of the knowledge base (%s), "+
			"got %q", s.ID, strings.Join(base.Names(), ", "), raw)
	})
}

// typedMask gives every pixel of a sample, as the tower sees it, what column says of its raw type;
// 0 where normal.
func typedMask(s datasets.Sample, t imageio.Transform, column func(raw string) (uint8,
	error)) ([]uint8, error) {
	out := make([]uint8, t.Crop*t.Crop)
	masks := typedMasks(s)
	for _, raw := range slices.Sorted(maps.Keys(masks)) {
		c, err := column(raw)
		if err != nil {
			return nil, err
		}
		m, err := imageio.DecodeMask(masks[raw])
		if err != nil {
			return nil, err
		}
		for i, v := range t.Mask(imageio.Binary(m)) {
			if v > 0.5 {
				out[i] = c
			}
		}
	}
	return out, nil
}
