package learned

import (
	"math"
	"math/rand/v2"
	"strings"

	"adlab/pkg/layer"
)

// weights are the shapes of a network's tensors by name.
type weights map[string][]int

// linear adds those of layer.Linear.
func (w weights) linear(name string, in, out int) {
	w[name+".weight"], w[name+".bias"] = []int{out, in}, []int{out}
}

// norm adds those of layer.LayerNorm.
func (w weights) norm(name string, dim int) {
	w[name+".weight"], w[name+".bias"] = []int{dim}, []int{dim}
}

// mlp adds those of layer.MLP.
func (w weights) mlp(name string, dim int) {
	w.linear(name+".fc1", dim, 4*dim)
	w.linear(name+".fc2", 4*dim, dim)
}

// draw draws the tensors: matrices and tables from a normal of Glorot's deviation,
// √(2/(in + out)), the scales of norms 1, biases 0. Same seed, same bits, on every backend.
func (w weights) draw(seed uint64) map[string]layer.Array {
	rng := rand.New(rand.NewPCG(seed, 0x1ea))
	return layer.Draw(w, func(name string, shape []int, data []float32) {
		switch {
		case strings.HasSuffix(name, ".bias"):
		case len(shape) == 1:
			layer.Fill(data, layer.One)
		default:
			deviation := math.Sqrt(2 / float64(shape[0]+shape[1]))
			layer.Fill(data, func() float64 { return deviation * rng.NormFloat64() })
		}
	})
}
