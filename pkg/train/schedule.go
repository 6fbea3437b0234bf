package train

import (
	"fmt"
	"math"
)

// WarmCosine is INP-Former's learning rate: linear from 0 to Base over Warmup iterations, both ends
// included (so the very first step changes nothing), then a half cosine from Base to Final.
// pkg/inpformer/SPEC.md 8b.
type WarmCosine struct {
	Base, Final   float64
	Start         float64 // rate of iteration 0
	Warmup, Total int     // iterations
}

// NewWarmCosine has INP-Former's settings for a run of total iterations: 1e-3 to 1e-4 with 100
// iterations of warm-up, or a quarter of the run where that is shorter.
func NewWarmCosine(total int) WarmCosine {
	return WarmCosine{Base: 1e-3, Final: 1e-4, Warmup: min(100, total/4), Total: total}
}

// Validate says in one line which setting cannot be.
func (s WarmCosine) Validate() error {
	if s.Total < 1 || s.Warmup < 0 || s.Warmup > s.Total {
		return fmt.Errorf("schedule: expected at least 1 step and a warm-up within them, got %d "+
			"steps and a warm-up of %d", s.Total, s.Warmup)
	}
	if !(s.Base > 0) || !(s.Final >= 0) || math.IsInf(s.Base, 0) || math.IsInf(s.Final, 0) {
		return fmt.Errorf("learning rate: expected a positive number, got %g (final %g)", s.Base,
			s.Final)
	}
	return nil
}

// Rate is the learning rate of iteration k, counted from 0; beyond the table it is Final.
func (s WarmCosine) Rate(k int) float64 {
	switch {
	case k >= s.Total:
		return s.Final
	case k >= s.Warmup:
		return s.Final +
			(s.Base-s.Final)/2*(1+math.Cos(math.Pi*float64(k-s.Warmup)/float64(s.Total-s.Warmup)))
	case s.Warmup == 1:
		return s.Start
	default:
		return s.Start + (s.Base-s.Start)*float64(k)/float64(s.Warmup-1)
	}
}
