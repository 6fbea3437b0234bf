package clip

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"adlab/pkg/layer"
)

// Small is the shape of a pair that a laptop trains and runs: 112 pixels, 14 × 14 patches.
var Small = Config{Vision: Tower{128, 4, 6}, Text: Tower{64, 2, 3}, Embed: 96, Patch: 8,
	StoredGrid: 14, Grid: 14, Words: Vocabulary, Taps: []int{2, 3, 5, 6}}

// Random is an untrained pair of the given shape: what a trained one must beat. Weights are drawn
// from a normal distribution, those of the residual branches' ends smaller with depth; norms start
// at 1 and biases at 0.
func Random(cfg Config, seed uint64) (*Model, error) {
	arrays := map[string]layer.Array{}
	shapes := Shapes(cfg)
	rng := rand.New(rand.NewPCG(seed, 0x636c6970))
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		shape := shapes[name]
		size := 1
		for _, d := range shape {
			size *= d
		}
		a := layer.Array{Shape: shape, Data: make([]float32, size)}
		deviation, depth := 0.02, cfg.Text.Layers
		if strings.HasPrefix(name, "visual.") {
			depth = cfg.Vision.Layers
		}
		switch {
		case strings.HasSuffix(name, "bias"):
			deviation = 0
		case strings.Contains(name, "ln_"):
			deviation = 0
			for i := range a.Data {
				a.Data[i] = 1
			}
		case strings.Contains(name, "out_proj.weight"), strings.Contains(name, "c_proj.weight"):
			deviation = 0.05 / float64(depth)
		case len(shape) > 1 && !strings.Contains(name, "embedding"):
			deviation = 0.05
		}
		if deviation > 0 {
			for i := range a.Data {
				a.Data[i] = float32(deviation * rng.NormFloat64())
			}
		}
		arrays[name] = a
	}
	return New(fmt.Sprintf("random pair, seed %d", seed), arrays, cfg.options())
}

// options are what the weights of a pair of that shape do not tell.
func (c Config) options() Options {
	return Options{Image: c.Grid * c.Patch, Taps: c.Taps, VisionHeads: c.Vision.Heads,
		TextHeads: c.Text.Heads, QuickGELU: c.QuickGELU}
}
