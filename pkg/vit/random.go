package vit

import (
	"math"
	"math/rand/v2"
	"strings"

	"adlab/pkg/layer"
)

// Random draws a network as it stands before any training and before any picture was seen: what the
// distilled one is compared with. Normal weights that keep the size of what goes through, norms
// that do nothing, LayerScale 1.
func Random(cfg Config, seed uint64) map[string]layer.Array {
	rng := rand.New(rand.NewPCG(seed, 0x717))
	return layer.Draw(Shapes(cfg), func(name string, shape []int, data []float32) {
		fan := float64(len(data) / shape[0])
		deviation := 0.0
		switch {
		case strings.Contains(name, ".norm") && strings.HasSuffix(name, ".weight"),
			strings.HasSuffix(name, ".gamma"):
			layer.Fill(data, layer.One)
		// what is added to the stream
		case strings.HasSuffix(name, "attn.proj.weight"), strings.HasSuffix(name, "fc2.weight"):
			deviation = 1 / math.Sqrt(fan*float64(2*cfg.Depth))
		case strings.HasSuffix(name, ".weight"):
			deviation = 1 / math.Sqrt(fan)
		case strings.HasSuffix(name, "token"), strings.HasSuffix(name, "tokens"),
			name == "pos_embed":
			deviation = 0.1
		}
		if deviation > 0 {
			layer.Fill(data, func() float64 { return deviation * rng.NormFloat64() })
		}
	})
}
