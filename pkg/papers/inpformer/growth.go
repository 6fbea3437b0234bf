package inpformer

import (
	"context"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/store"
)

// Attended is how long one attention module takes for one image.
type Attended struct {
	Tokens  int     `json:"tokens"`
	INPs    int     `json:"inps"` // 0 for self-attention
	Seconds float64 `json:"seconds"`
}

// Attend measures the INP-guided attention of cfg, with INPs prototypes each, or self-attention
// where that is 0, for each number of tokens, or takes what was measured on this machine before.
func Attend(ctx context.Context, v *experiment.Env, cfg inpformer.Config, all []Attended) (
	[]Attended, error) {
	path := exhibit.CostPath(v, "attended 1", cfg, all, v.Backend.Bits())
	return store.JSON(ctx, path, func() ([]Attended, error) {
		for i := range all {
			if err := context.Cause(ctx); err != nil {
				return nil, err
			}
			x := &all[i]
			v.Progress.Say("attention of %d tokens to %d prototypes", x.Tokens, x.INPs)
			cfg := cfg
			cfg.INPs = max(1, x.INPs)
			s, err := spendOn(v, cfg, x.Tokens, x.INPs == 0)
			if err != nil {
				return nil, err
			}
			x.Seconds = s.Seconds
		}
		return all, nil
	})
}
