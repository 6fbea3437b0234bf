package inpformer

import (
	"cmp"
	"slices"
	"strings"

	"adlab/pkg/detector"
	"adlab/pkg/setting"
)

// Settings are INP-Former's own, as an experiment states them.
type Settings struct {
	INPs     int    // prototypes, M; the paper's 6
	Ablation string // one of Ablations; "" for the paper's method
	Blocks   int    // of the decoder; 0 for the paper's 8
}

// ablations are those of the paper and its supplement by name. See SPEC.md.
var ablations = []struct {
	name string
	set  func(*Config)
}{
	{"no-coherence", func(c *Config) { c.CoherenceWeight = 0 }},
	{"no-mining", func(c *Config) { c.MiningPower = 0 }},
	{"table", func(c *Config) { c.Prototypes = FromTable }},
	{"self-attention", func(c *Config) { c.Prototypes = SelfAttention }},
	{"residual", func(c *Config) { c.Residual = true }},
	{"softmax", func(c *Config) { c.Softmax = true }},
}

// Ablations lists the ablations by name.
func Ablations() (names []string) {
	for _, v := range ablations {
		names = append(names, v.name)
	}
	return names
}

// Validate satisfies detector.Settings.
func (s Settings) Validate(detector.Common) error {
	switch {
	case s.INPs < 1:
		return setting.Errorf("INPs", "expected at least 1 prototype (M), got %d", s.INPs)
	case s.Ablation != "" && !slices.Contains(Ablations(), s.Ablation):
		return setting.Errorf("Ablation", "expected one of %s, got %q",
			strings.Join(Ablations(), ", "), s.Ablation)
	case s.Blocks < 0 || s.Blocks%2 != 0:
		return setting.Errorf("Blocks", "expected an even number of decoder blocks, got %d",
			s.Blocks)
	}
	return nil
}

// Config is the shape and the switches for an encoder of the given width and grid.
func (s Settings) Config(width, grid int) Config {
	cfg := Default(width, grid)
	cfg.INPs, cfg.Blocks = s.INPs, cmp.Or(s.Blocks, cfg.Blocks)
	for _, v := range ablations {
		if v.name == s.Ablation {
			v.set(&cfg)
		}
	}
	return cfg
}
