package inpformer

import (
	"context"
	"fmt"
	"iter"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/train"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Detector is INP-Former on a frozen encoder's features. It satisfies detector.Detector.
type Detector struct {
	Config   Config
	Features *encoder.Cache
	Options  train.Options
	FewShot  bool // learn from the 22 variants of every image
	store    *model.Store
	predict  *model.Exec
}

// New makes an untrained detector with its parameters drawn from Options.Seed.
func New(cfg Config, features *encoder.Cache, options train.Options) (*Detector, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("inp-former: %w", err)
	}
	if e := features.Encoder; cfg.Width != e.Width() || cfg.Grid != e.Grid() {
		return nil, fmt.Errorf("inp-former: expected width %d and grid %d as the encoder %s has, "+
			"got %d and %d", e.Width(), e.Grid(), e.Name(), cfg.Width, cfg.Grid)
	}
	levels := 0
	for _, size := range encoder.Sizes(features.Encoder.Groups()) {
		levels += size
	}
	if err := encoder.CheckGroups(features.GroupsInUse(), levels); err != nil {
		return nil, fmt.Errorf("inp-former: %w", err)
	}
	if n := len(features.GroupsInUse()); cfg.Blocks%n != 0 {
		return nil, fmt.Errorf("inp-former: expected a number of decoder blocks divisible by the "+
			"%d groups, got %d", n, cfg.Blocks)
	}
	d := &Detector{Config: cfg, Features: features, Options: options, store: model.NewStore()}
	return d, layer.Put(d.store, "", Init(cfg, options.Seed), true)
}

// Name is "inp-former".
func (d *Detector) Name() string { return "inp-former" }

// Store holds the parameters, trained or not.
func (d *Detector) Store() *model.Store { return d.store }

// forward builds the graph on cached features [B, groups, N, C].
func (d *Detector) forward(scope *model.Scope, batch *Node) *Trace {
	return Forward(scope, d.Config, encoder.Ungroup(batch), encoder.Sizes(d.Features.GroupsInUse()))
}

// Fit trains on normal samples, through the feature cache.
func (d *Detector) Fit(ctx context.Context, samples []datasets.Sample) error {
	extract := d.Features.Extract
	if d.FewShot {
		extract = func(ctx context.Context, samples []datasets.Sample) (*encoder.Features, error) {
			return d.Features.ExtractVariants(ctx, samples, FewShot)
		}
	}
	features, err := extract(ctx, samples)
	if err != nil {
		return err
	}
	defer features.Close()
	data := train.Single{N: features.Len, Of: features.Batch}
	return train.Run(ctx, d.Features.Backend, d.store, data,
		func(scope *model.Scope, batch []*Node) (*Node, []*Node) {
			total, reconstruction, coherence := d.forward(scope, batch[0]).Loss(d.Config)
			return total, []*Node{reconstruction, coherence}
		}, d.Options)
}

// Predict scores the samples: the score is the mean of the map's largest values. SPEC 9c.
func (d *Detector) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return detector.PredictFeatures(ctx, d.Features, samples,
		func(batch *tensors.Tensor) (scores, maps *tensors.Tensor, err error) {
			if d.predict == nil {
				d.predict, err = model.NewExec(d.Features.Backend, d.store,
					func(scope *model.Scope, batch *Node) *Node {
						return d.forward(scope, batch).AnomalyMap(d.Config,
							d.Features.Encoder.Transform().Crop)
					})
				if err != nil {
					return nil, nil, err
				}
			}
			maps, err = d.predict.Call1(batch)
			return nil, maps, err
		})
}

// Trace runs the forward pass on one image's features, Groups·Tokens·Width values, and gives the
// tensors that pick chooses, for figures.
func (d *Detector) Trace(features []float32, pick func(t *Trace) []*Node) ([]*tensors.Tensor,
	error) {
	exec, err := model.NewExec(d.Features.Backend, d.store,
		func(scope *model.Scope, inputs []*Node) []*Node {
			return pick(d.forward(scope, inputs[0]))
		})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	e := d.Features.Encoder
	return exec.Call(tensors.FromFlatDataAndDimensions(features, 1, len(d.Features.GroupsInUse()),
		e.Grid()*e.Grid(), e.Width()))
}
