package pretrain

import (
	"context"
	"errors"
	"fmt"

	"adlab/pkg/train"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"
)

// Train trains a store by the optimiser that both vision-language pairs have, the loss of each step
// kept in the curve and told. Schedule, ClipNorm, Optimizer and Report of the options are set here;
// of the rate, Base and Final are the caller's, and warm-up and length follow from the steps.
func (c *Curve) Train(ctx context.Context, b compute.Backend, store *model.Store, data train.Data,
	loss train.Loss, rate train.WarmCosine, o train.Options,
	tell func(done, total int, unit string)) error {
	if err := c.Open(); err != nil {
		return err
	}
	rate.Warmup, rate.Total = min(100, o.Steps/4), o.Steps
	o.Schedule, o.ClipNorm = rate, 1
	o.Optimizer = train.StableAdamW{Beta1: 0.9, Beta2: 0.98, Epsilon: 1e-8, WeightDecay: 0.02,
		Threshold: 1}
	o.Report = func(s train.Step) {
		c.Add(s.Number, s.Loss)
		tell(s.Number, s.Of, fmt.Sprintf("steps, loss %.3f, terms %.3f", s.Loss, s.Parts))
	}
	return errors.Join(train.Run(ctx, b, store, data, loss, o), c.Close())
}
