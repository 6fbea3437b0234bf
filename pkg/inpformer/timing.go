package inpformer

import (
	"math/rand/v2"
	"time"

	"adlab/pkg/layer"
	"adlab/pkg/train"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// StepSeconds measures how long a training step of so many images takes here, on random features
// that are moved to the backend, as a batch is, at each step. The detector's parameters change: it
// is of no further use.
func (d *Detector) StepSeconds(batch int) (float64, error) {
	stepper, err := train.NewStepper(d.Features.Backend, d.store,
		func(scope *model.Scope, batch []*Node) (*Node, []*Node) {
			total, _, _ := d.forward(scope, batch[0]).Loss(d.Config)
			return total, nil
		}, train.NewStableAdamW(), 0.1)
	if err != nil {
		return 0, err
	}
	defer stepper.Close()
	groups, tokens := len(d.Features.GroupsInUse()), d.Config.Grid*d.Config.Grid
	data, rng := make([]float32, batch*groups*tokens*d.Config.Width), rand.New(rand.NewPCG(1, 1))
	layer.Fill(data, rng.NormFloat64)
	var seconds float64
	for t := range 3 { // the first compiles
		start := time.Now()
		features := tensors.FromFlatDataAndDimensions(data, batch, groups, tokens, d.Config.Width)
		if _, _, _, err := stepper.Step([]*tensors.Tensor{features}, 1e-4, t+1); err != nil {
			return 0, err
		}
		seconds = time.Since(start).Seconds()
	}
	return seconds, nil
}
