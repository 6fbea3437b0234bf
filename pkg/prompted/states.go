package prompted

import (
	"slices"

	"adlab/datasets/kba"
	"adlab/pkg/baseline"
)

// The words that states are composed of, written for adlab: what a sound product is called, what a
// spoiled one is, and what one has or has not.
var (
	sound   = []string{"sound", "pristine", "faultless", "unharmed", "well-made"}
	spoiled = []string{"blemished", "broken", "deformed", "contaminated", "imperfect"}
	marks   = []string{"a blemish", "a fault", "an irregularity", "a foreign spot"}
)

// Ensemble is the compositional ensemble of WinCLIP, section 4.1: states by words of either kind,
// each to be put into each template. It is added to the phrases that adlab has for a normal product
// and for one with any anomaly; the base has the latter as its only type.
func Ensemble(s *kba.Sentences) (*kba.Base, *kba.Sentences) {
	base := baseline.Anomaly()
	normal := slices.Clone(s.Normal)
	bad := slices.Clone(base.Types[0].Prompts)
	for i := range sound {
		normal = append(normal, sound[i]+" "+kba.Product)
		bad = append(bad, spoiled[i]+" "+kba.Product)
	}
	for _, mark := range marks {
		normal = append(normal, kba.Product+" free of "+mark)
		bad = append(bad, kba.Product+" showing "+mark)
	}
	base.Types[0].Prompts = bad
	return base, &kba.Sentences{Source: s.Source, Normal: normal, Templates: s.Templates}
}
