package lab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"adlab/pkg/inpformer"
)

// ablations are those of INP-Former by name. Source: section 16 of the numerical specification.
var ablations = []struct {
	name string
	set  func(*inpformer.Config)
}{
	{"no-coherence", func(c *inpformer.Config) { c.CoherenceWeight = 0 }},
	{"no-mining", func(c *inpformer.Config) { c.MiningPower = 0 }},
	{"table", func(c *inpformer.Config) { c.Prototypes = inpformer.FromTable }},
	{"self-attention", func(c *inpformer.Config) { c.Prototypes = inpformer.SelfAttention }},
	{"residual", func(c *inpformer.Config) { c.Residual = true }},
	{"softmax", func(c *inpformer.Config) { c.Softmax = true }},
}

// Ablations lists the ablations of INP-Former.
func Ablations() (names []string) {
	for _, v := range ablations {
		names = append(names, v.name)
	}
	return names
}

// head is INP-Former's shape and switches for an encoder of the given width and grid.
func (e *Experiment) head(width, grid int) inpformer.Config {
	cfg := inpformer.Default(width, grid)
	cfg.INPs, cfg.Blocks = e.INPs, cmp.Or(e.Blocks, cfg.Blocks)
	for _, v := range ablations {
		if v.name == e.Ablation {
			v.set(&cfg)
		}
	}
	return cfg
}

// validateHead checks what is INP-Former's alone.
func (e *Experiment) validateHead() error {
	switch {
	case e.Ablation != "" && !slices.Contains(Ablations(), e.Ablation):
		return fmt.Errorf("--ablation: expected one of %s, got %q", strings.Join(Ablations(), ", "),
			e.Ablation)
	case e.Ablation != "" && e.Detector != "inp-former":
		return fmt.Errorf("--ablation: %s has none; it is for inp-former", e.Detector)
	case e.Blocks < 0 || e.Blocks%2 != 0:
		return fmt.Errorf("--blocks: expected an even number of decoder blocks, got %d", e.Blocks)
	}
	return nil
}
