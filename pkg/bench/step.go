package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"adlab/pkg/backend"
	"adlab/pkg/encoder"
	"adlab/pkg/inpformer"
	"adlab/pkg/layer"
	"adlab/pkg/multiads"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// The methods.
const (
	INPFormer = "inp-former"
	MultiADS  = "multiads"
)

// config is INP-Former's, of a task.
func (t Task) config() inpformer.Config {
	cfg := inpformer.Default(t.Width, t.Grid)
	cfg.Heads, cfg.INPs, cfg.Blocks = t.Head.Heads, t.Head.INPs, t.Head.Blocks
	cfg.CoherenceWeight, cfg.MiningPower = t.Head.Coherence, t.Head.Mining
	return cfg
}

// drawHead draws what is trained.
func (t Task) drawHead(data map[string]tensorfile.Tensor) {
	var arrays map[string]layer.Array
	if t.Method == INPFormer {
		arrays = inpformer.Init(t.config(), t.Seed)
	} else {
		arrays = multiads.Adapters(t.Taps, t.Width, t.Embed, t.Seed)
	}
	for name, tensor := range layer.Tensors(arrays) {
		data["head."+name] = tensor
	}
}

// drawStep draws what a step learns from: images, or features; for MultiADS a text matrix, and the
// columns of every pixel, too.
func (t Task) drawStep(data map[string]tensorfile.Tensor) {
	if t.Encoder != nil {
		t.drawImages(data)
		return
	}
	rng := rand.New(rand.NewPCG(t.Seed, 0x737470))
	groups := t.Taps
	if t.Method == INPFormer {
		groups = len(t.Head.Sizes)
	}
	features := make([]float32, t.Batch*groups*t.Grid*t.Grid*t.Width)
	layer.Fill(features, rng.NormFloat64)
	data["features"] = tensorfile.F32(features, t.Batch, groups, t.Grid*t.Grid, t.Width)
	if t.Method == INPFormer {
		return
	}
	text := make([]float32, t.Embed*t.Columns)
	for c := range t.Columns {
		norm := 0.0
		for d := range t.Embed {
			v := rng.NormFloat64()
			text[d*t.Columns+c], norm = float32(v), norm+v*v
		}
		for d := range t.Embed {
			text[d*t.Columns+c] /= float32(math.Sqrt(norm))
		}
	}
	data["text"] = tensorfile.F32(text, t.Embed, t.Columns)
	columns := make([]uint8, t.Batch*t.Side*t.Side)
	for i := range columns { // a square of one type in every image
		x, y, at := i%t.Side, i/t.Side%t.Side, i/t.Side/t.Side
		if x > t.Side/4 && x < t.Side/2 && y > t.Side/4 && y < t.Side/2 {
			columns[i] = uint8(1 + at%(t.Columns-1))
		}
	}
	data["columns"] = tensorfile.U8(columns, t.Batch, t.Side, t.Side)
}

// losses are how many steps' losses the answer has.
const losses = 3

// loadStep trains, a step at a time, always on the same batch. The answer is the losses of the
// first steps.
func loadStep(dir string, t Task, b *backend.Choice) (*work, error) {
	f, err := tensorfile.Open(filepath.Join(dir, dataFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	arrays, err := head(f)
	if err != nil {
		return nil, err
	}
	store := model.NewStore()
	if err := layer.Put(store, "", arrays, true); err != nil {
		return nil, err
	}
	var batch func() ([]*tensors.Tensor, error)
	var loss train.Loss
	optimizer, limit := train.NewStableAdamW(), t.Clip
	if t.Method == INPFormer {
		cfg, sizes := t.config(), t.Head.Sizes
		loss = func(scope *model.Scope, batch []*graph.Node) (*graph.Node, []*graph.Node) {
			total, _, _ := inpformer.Forward(scope, cfg, encoder.Ungroup(batch[0]), sizes).Loss(cfg)
			return total, nil
		}
		batch, err = t.features(dir, f, b)
	} else {
		optimizer, limit = train.NewAdam(0.5, 0.999), math.Inf(1)
		loss = func(scope *model.Scope, batch []*graph.Node) (*graph.Node, []*graph.Node) {
			mask := graph.ConvertDType(graph.GreaterThan(batch[2], graph.ZerosLike(batch[2])),
				dtypes.Float32)
			total, _, _ := multiads.Forward(scope, multiads.Inputs{
				Taps: encoder.Ungroup(batch[0]), Text: batch[1]}, t.Side).Loss(multiads.Sum,
				batch[2], mask)
			return total, nil
		}
		batch, err = t.lesson(f)
	}
	if err != nil {
		return nil, err
	}
	stepper, err := train.NewStepper(b.Backend, store, loss, optimizer, limit)
	if err != nil {
		return nil, err
	}
	done := 0
	return &work{close: stepper.Close, run: func(answer bool) (told []float64, err error) {
		steps := 1
		if answer {
			steps = losses
		}
		for range steps {
			inputs, err := batch()
			if err != nil {
				return nil, err
			}
			done++
			loss, _, _, err := stepper.Step(inputs, t.Rate, done)
			if err != nil {
				return nil, err
			}
			told = append(told, loss)
		}
		return told, nil
	}}, nil
}

// head is what is trained.
func head(f *tensorfile.File) (map[string]layer.Array, error) {
	arrays := map[string]layer.Array{}
	for _, name := range f.Names() {
		if short, ok := strings.CutPrefix(name, "head."); ok {
			shape := f.Shape(name)
			data, err := f.Float32s(name, shape...)
			if err != nil {
				return nil, err
			}
			arrays[short] = layer.Array{Shape: shape, Data: data}
		}
	}
	if len(arrays) == 0 {
		return nil, fmt.Errorf("%s: nothing to train in it", f.Path())
	}
	return arrays, nil
}

// features gives a batch's group means as training gets them: from the host, or from the encoder,
// which then is part of the step.
func (t Task) features(dir string, f *tensorfile.File, b *backend.Choice) (
	func() ([]*tensors.Tensor, error), error) {
	shape := []int{t.Batch, len(t.Head.Sizes), t.Grid * t.Grid, t.Width}
	given := func(flat []float32) []*tensors.Tensor {
		return []*tensors.Tensor{tensors.FromFlatDataAndDimensions(flat, shape...)}
	}
	if t.Encoder == nil {
		flat, err := f.Float32s("features", shape...)
		return func() ([]*tensors.Tensor, error) { return given(flat), nil }, err
	}
	pixels, enc, err := t.seen(dir, f)
	if err != nil {
		return nil, err
	}
	x := &encoder.Cache{Backend: b.Backend, Encoder: enc, Groups: t.Groups}
	return func() ([]*tensors.Tensor, error) {
		flat, err := x.Run(pixels, t.Batch)
		return given(flat), err
	}, nil
}

// lesson gives a batch of MultiADS's adapters: features, text matrix, columns.
func (t Task) lesson(f *tensorfile.File) (func() ([]*tensors.Tensor, error), error) {
	features, err := f.Float32s("features", t.Batch, t.Taps, t.Grid*t.Grid, t.Width)
	if err != nil {
		return nil, err
	}
	text, err := f.Float32s("text", t.Embed, t.Columns)
	if err != nil {
		return nil, err
	}
	bytes, err := f.Uint8s("columns", t.Batch, t.Side, t.Side)
	if err != nil {
		return nil, err
	}
	columns := make([]int32, len(bytes))
	for i, c := range bytes {
		columns[i] = int32(c)
	}
	return func() ([]*tensors.Tensor, error) {
		return []*tensors.Tensor{
			tensors.FromFlatDataAndDimensions(features, t.Batch, t.Taps, t.Grid*t.Grid, t.Width),
			tensors.FromFlatDataAndDimensions(text, t.Embed, t.Columns),
			tensors.FromFlatDataAndDimensions(columns, t.Batch, t.Side, t.Side)}, nil
	}, nil
}
