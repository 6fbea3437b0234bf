package vit

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"adlab/pkg/layer"
)

// Random draws a network as it stands before any training and before any picture was seen: what the
// distilled one is compared with. Normal weights that keep the size of what goes through, norms
// that do nothing, LayerScale 1.
func Random(cfg Config, seed uint64) map[string]layer.Array {
	shapes, arrays := Shapes(cfg), map[string]layer.Array{}
	rng := rand.New(rand.NewPCG(seed, 0x717))
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		size := 1
		for _, d := range shapes[name] {
			size *= d
		}
		data := make([]float32, size)
		fan := float64(size / shapes[name][0])
		deviation := 0.0
		switch {
		case strings.Contains(name, ".norm") && strings.HasSuffix(name, ".weight"),
			strings.HasSuffix(name, ".gamma"):
			for i := range data {
				data[i] = 1
			}
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
			for i := range data {
				data[i] = float32(deviation * rng.NormFloat64())
			}
		}
		arrays[name] = layer.Array{Shape: shapes[name], Data: data}
	}
	return arrays
}
