package inpformer

import (
	"math/rand/v2"
	"time"

	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/train"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// StepSeconds measures how long a training step on so many images takes here, on random features
// that are moved to the backend, as a batch is, at each step; first is the step that compiles. The
// detector's parameters change: it is of no further use.
func StepSeconds(d *Detector, batch int) (seconds, first float64, err error) {
	sizes := encoder.Sizes(d.Features.GroupsInUse())
	stepper, err := train.NewStepper(d.Features.Backend, d.Store(),
		func(scope *model.Scope, batch []*graph.Node) (*graph.Node, []*graph.Node) {
			total, _, _ := Forward(scope, d.Config, encoder.Ungroup(batch[0]),
				sizes).Loss(d.Config)
			return total, nil
		}, train.NewStableAdamW(), 0.1)
	if err != nil {
		return 0, 0, err
	}
	defer stepper.Close()
	tokens := d.Config.Grid * d.Config.Grid
	data := make([]float32, batch*len(sizes)*tokens*d.Config.Width)
	rng := rand.New(rand.NewPCG(1, 1))
	layer.Fill(data, rng.NormFloat64)
	for t := range 3 {
		start := time.Now()
		features := tensors.FromFlatDataAndDimensions(data, batch, len(sizes), tokens,
			d.Config.Width)
		if _, _, _, err := stepper.Step([]*tensors.Tensor{features}, 1e-4, t+1); err != nil {
			return 0, 0, err
		}
		if seconds = time.Since(start).Seconds(); t == 0 {
			first = seconds
		}
	}
	return seconds, first, nil
}
