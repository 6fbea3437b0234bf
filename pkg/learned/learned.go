// Package learned holds the trained systems that INP-Former is set beside in its tables: Dinomaly,
// RD4AD, UniAD, SimpleNet and DeSTSeg. Each was published with an encoder, a size of picture and a
// length of training of its own; here all stand on the frozen tokens of one encoder, the groups of
// its levels, as INP-Former does, so that what is compared are the ideas and not the encoders. Each
// has a file, whose comment says what is the paper's and what had to differ.
//
// What they share differs from the papers in the same way for all: maps go through the
// post-processing of all detectors, and an image's score is detector.TopMean of its map; the rate
// rises and falls as INP-Former's (train.WarmCosine); layers are normalised by layer norm, never by
// batch norm, so that an image's map depends on that image alone and a model file holds nothing but
// what was trained. A few shots are learned from as they are, without variants.
//
// Read in this order: learned.go (what a system is, the detector that trains and asks it),
// method.go (the entries of the table of methods), then one of the five; cosine.go, grid.go,
// weights.go and draws.go are what they share.
//
// Notation: B images, G groups of levels, N = grid² tokens, C channels.
package learned

import (
	"context"
	"iter"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/setting"
	"adlab/pkg/train"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// network is one of the five: its weights, what it is taught, and what it says of tokens.
type network interface {
	// weights are the tensors that are trained.
	weights() weights
	// loss is to be minimised: from the taps of normal pictures, [B, N, C] a group, a scalar. The
	// random numbers of the step are d's.
	loss(scope *model.Scope, taps []*Node, d *draws) *Node
	// distances are large where a token is not as normal ones are: from the taps [B, N], not
	// negative.
	distances(scope *model.Scope, taps []*Node) *Node
}

// shape is that of the features that a network stands on.
type shape struct{ groups, grid, width int }

// tokens is N.
func (s shape) tokens() int { return s.grid * s.grid }

// Detector is one of the systems on a frozen encoder's features. It satisfies detector.Trainable.
type Detector struct {
	Features *encoder.Cache
	Options  train.Options
	name     string
	network  network
	store    *model.Store
	predict  *model.Exec
}

// widest is the most channels that the networks are built for: their weights grow with the square.
const widest = 4096

// newDetector makes an untrained detector with its weights drawn from o.Seed.
func newDetector(name string, n network, x *encoder.Cache, o train.Options) (*Detector, error) {
	if c := x.Encoder.Width(); c > widest {
		return nil, setting.Errorf("Encoder", "%s needs one of at most %d channels a token, got "+
			"%s with %d", name, widest, x.Encoder.Name(), c)
	}
	d := &Detector{Features: x, Options: o, name: name, network: n, store: model.NewStore()}
	return d, layer.Put(d.store, "", n.weights().draw(o.Seed), true)
}

// Name is the method's.
func (d *Detector) Name() string { return d.name }

// Store holds the weights, trained or not.
func (d *Detector) Store() *model.Store { return d.store }

// Fit trains on normal samples, through the feature cache.
func (d *Detector) Fit(ctx context.Context, samples []datasets.Sample) error {
	features, err := d.Features.Extract(ctx, samples)
	if err != nil {
		return err
	}
	defer features.Close()
	if err := layer.Put(d.store, "", seeded(d.Options.Seed), false); err != nil {
		return err
	}
	return train.Run(ctx, d.Features.Backend, d.store,
		train.Single{N: features.Len, Of: features.Batch},
		func(scope *model.Scope, batch []*Node) (*Node, []*Node) {
			return d.network.loss(scope, encoder.Ungroup(batch[0]),
				newDraws(d.store, batch[0].Graph())), nil
		}, d.Options)
}

// Predict scores the samples: maps of the tokens' distances, and the mean of a map's largest
// values.
func (d *Detector) Predict(ctx context.Context,
	samples []datasets.Sample) iter.Seq2[detector.Prediction, error] {
	return detector.PredictFeatures(ctx, d.Features, samples,
		func(batch *tensors.Tensor) (scores, maps *tensors.Tensor, err error) {
			if d.predict == nil {
				e := d.Features.Encoder
				d.predict, err = model.NewExec(d.Features.Backend, d.store,
					func(scope *model.Scope, batch *Node) *Node {
						return detector.PostProcess(d.network.distances(scope,
							encoder.Ungroup(batch)), e.Grid(), e.Transform().Crop)
					})
				if err != nil {
					return nil, nil, err
				}
			}
			maps, err = d.predict.Call1(batch)
			return nil, maps, err
		})
}
