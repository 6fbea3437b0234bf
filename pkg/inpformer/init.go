package inpformer

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"adlab/pkg/layer"
)

// Shapes lists the trainable tensors under the official checkpoint's names, with their shapes.
// SPEC 14.
func Shapes(cfg Config) map[string][]int {
	c := cfg.Width
	shapes := map[string][]int{"prototype_token": {cfg.INPs, c}}
	mlp := func(prefix string) {
		shapes[prefix+"fc1.weight"], shapes[prefix+"fc1.bias"] = []int{4 * c, c}, []int{4 * c}
		shapes[prefix+"fc2.weight"], shapes[prefix+"fc2.bias"] = []int{c, 4 * c}, []int{c}
	}
	block := func(prefix string) {
		mlp(prefix + "mlp.")
		for name, shape := range map[string][]int{
			"norm1.weight": {c}, "norm1.bias": {c}, "norm2.weight": {c}, "norm2.bias": {c},
			"attn.q.weight": {c, c}, "attn.q.bias": {c}, "attn.kv.weight": {2 * c, c},
			"attn.kv.bias":     {2 * c},
			"attn.proj.weight": {c, c}, "attn.proj.bias": {c},
		} {
			shapes[prefix+name] = shape
		}
	}
	mlp("bottleneck.0.")
	block("aggregation.0.")
	for i := range cfg.Blocks {
		prefix := fmt.Sprintf("decoder.%d.", i)
		block(prefix)
		shapes[prefix+"attn.learn_scale"] = []int{cfg.Heads, 1, 1}
	}
	return shapes
}

// Init draws the trainable tensors as the official scripts do: linear weights from a normal of
// deviation 0.01 cut at ±0.03, biases 0, layer norms 1 and 0, prototypes standard normal,
// learn_scale 1. Same seed, same bits, on every backend; the stream is Go's PCG, so the draws are
// not PyTorch's. SPEC 8.
func Init(cfg Config, seed uint64) map[string]layer.Array {
	rng := rand.New(rand.NewPCG(seed, 0x1a7))
	return layer.Draw(Shapes(cfg), func(name string, _ []int, data []float32) {
		switch {
		case name == "prototype_token":
			layer.Fill(data, rng.NormFloat64)
		case strings.HasSuffix(name, "learn_scale"), strings.HasSuffix(name, "norm1.weight"),
			strings.HasSuffix(name, "norm2.weight"):
			layer.Fill(data, layer.One)
		case strings.HasSuffix(name, ".weight"):
			layer.Fill(data, func() float64 { return 0.01 * truncatedNormal(rng, 3) })
		}
	})
}

// truncatedNormal draws a standard normal, cut at ±limit by rejection.
func truncatedNormal(rng *rand.Rand, limit float64) float64 {
	for {
		if x := rng.NormFloat64(); x >= -limit && x <= limit {
			return x
		}
	}
}
