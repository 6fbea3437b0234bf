package inpformer

import (
	"context"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/store"
)

// Attended is what one compiled attention module took on this machine for one image.
type Attended struct {
	Tokens  int     `json:"tokens"`
	INPs    int     `json:"inps"`    // 0 for self-attention
	Seconds float64 `json:"seconds"` // the fastest of several runs
	// by which the process grew at most while it ran; 0 where the system does not say
	Bytes int64 `json:"bytes"`
}

// Attend measures the INP-guided attention of cfg, with INPs prototypes each, or self-attention
// where that is 0, for each number of tokens, or takes what was measured on this machine before.
func Attend(ctx context.Context, v *experiment.Env, cfg inpformer.Config, all []Attended) (
	[]Attended, error) {
	path := exhibit.CostPath(v, "attended 2", cfg, all, v.Backend.Bits())
	return store.JSON(ctx, path, func() ([]Attended, error) {
		for i := range all {
			if err := context.Cause(ctx); err != nil {
				return nil, err
			}
			x := &all[i]
			v.Progress.Say("attention of %d tokens to %d prototypes", x.Tokens, x.INPs)
			if err := x.measure(v, cfg); err != nil {
				return nil, err
			}
		}
		return all, nil
	})
}

// measure compiles the module and runs it.
func (x *Attended) measure(v *experiment.Env, cfg inpformer.Config) error {
	if x.INPs > 0 {
		cfg.INPs = x.INPs
	}
	a, err := newAttention(v.Backend.Backend, cfg, x.Tokens, x.INPs == 0)
	if err != nil {
		return err
	}
	defer a.close()
	x.Seconds, x.Bytes, err = spend(a.run)
	return err
}
