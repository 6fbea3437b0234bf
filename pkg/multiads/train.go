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

// lessons are the samples that the adapters learn from. They satisfy train.Data.
type lessons struct {
	features *encoder.Features
	side     int
	columns  [][]uint8 // of every pixel of each sample, side²
	products []int32
}

// Len satisfies train.Data.
func (l lessons) Len() int { return len(l.columns) }

// Batch satisfies train.Data: levels [B, levels, 1+N, Dv], columns [B, side, side] and products
// [B, 1], both int32.
func (l lessons) Batch(places []int) []*tensors.Tensor {
	var columns [][]uint8
	var products []int32
	for _, i := range places {
		columns, products = append(columns, l.columns[i]), append(products, l.products[i])
	}
	return []*tensors.Tensor{l.features.Batch(places), columnsTensor(l.side, columns...),
		tensors.FromFlatDataAndDimensions(products, len(places), 1)}
}

// columnsTensor joins samples' columns to [B, side, side] int32.
func columnsTensor(side int, columns ...[]uint8) *tensors.Tensor {
	flat := make([]int32, 0, len(columns)*side*side)
	for _, sample := range columns {
		for _, c := range sample {
			flat = append(flat, int32(c))
		}
	}
	return tensors.FromFlatDataAndDimensions(flat, len(columns), side, side)
}

// lesson takes columns [B, S, S] int32 as columnsOf gives them: which to teach, and the mask, 1
// where anomalous.
func lesson(columns *Node) (taught, mask *Node) {
	mask = ConvertDType(GreaterThan(columns, ZerosLike(columns)), dtypes.Float32)
	none := Scalar(columns.Graph(), dtypes.Int32, untyped)
	return Where(Equal(columns, none), ZerosLike(columns), columns), mask
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
	data := lessons{side: d.Model.Transform().Crop}
	var samples []datasets.Sample
	var products [][][]string // sentences of every column of every product
	widest := 0
	for _, s := range sources {
		known := map[string]int32{}
		for _, x := range s.Samples {
			columns, err := columnsOf(x, s.Base, s.TypeOf, d.Model.Transform())
			if err != nil {
				return err
			}
			if _, ok := known[x.Category]; !ok {
				known[x.Category] = int32(len(products))
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
	if data.features, err = d.tower.Extract(ctx, samples); err != nil {
		return err
	}
	defer data.features.Close()
	loss := func(scope *model.Scope, batch []*Node) (*Node, []*Node) {
		g, product := batch[0].Graph(), batch[2]
		x := Inputs{Taps: d.tapsOf(batch[0]), Text: Gather(ConstTensor(g, texts), product)}
		if closed != nil {
			x.Closed = Gather(ConstTensor(g, closed), product) // [B, C]
		}
		columns, mask := lesson(batch[1])
		total, focal, dice := Forward(scope, x, data.side).Loss(objective, columns, mask)
		return total, []*Node{encoder.Mean(focal), encoder.Mean(dice)}
	}
	return train.Run(ctx, d.backend, d.store, data, loss, o)
}

// never is the logit of a column that a product does not have.
const never = -1e9

// matrices are the text matrices of the products, [P, D, widest]. Where some have fewer columns
// than others, the columns beyond theirs are zeros, and closed [P, widest] is never there and 0
// elsewhere; else nil.
func (d *Detector) matrices(ctx context.Context, products [][][]string, widest int) (texts,
	closed *tensors.Tensor, err error) {
	embed := d.Model.Embed()
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
		m, err := s.ReadMask(masks[raw])
		if err != nil {
			return nil, err
		}
		for i, v := range t.Mask(m) {
			if v > 0.5 {
				out[i] = c
			}
		}
	}
	return out, nil
}
