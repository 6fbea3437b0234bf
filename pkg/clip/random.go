package clip

import (
	"fmt"
	"math/rand/v2"
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
	rng := rand.New(rand.NewPCG(seed, 0x636c6970))
	arrays := layer.Draw(Shapes(cfg), func(name string, shape []int, data []float32) {
		deviation, depth := 0.02, cfg.Text.Layers
		if strings.HasPrefix(name, "visual.") {
			depth = cfg.Vision.Layers
		}
		switch {
		case strings.HasSuffix(name, "bias"):
			deviation = 0
		case strings.Contains(name, "ln_"):
			deviation = 0
			layer.Fill(data, layer.One)
		case strings.Contains(name, "out_proj.weight"), strings.Contains(name, "c_proj.weight"):
			deviation = 0.05 / float64(depth)
		case len(shape) > 1 && !strings.Contains(name, "embedding"):
			deviation = 0.05
		}
		if deviation > 0 {
			layer.Fill(data, func() float64 { return deviation * rng.NormFloat64() })
		}
	})
	return New(fmt.Sprintf("random pair, seed %d", seed), arrays, cfg.options())
}

// options are what the weights of a pair of that shape do not tell.
func (c Config) options() Options {
	return Options{Image: c.Grid * c.Patch, Taps: c.Taps, VisionHeads: c.Vision.Heads,
		TextHeads: c.Text.Heads, QuickGELU: c.QuickGELU}
}
