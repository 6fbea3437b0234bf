package inpformer

import (
	"math/rand/v2"
	"strings"

	"adlab/pkg/inpformer"
	"adlab/pkg/layer"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/model"
)

// cost is what one attention module costs for one image. Biases do not count; a multiply-add is two
// operations. Source: pkg/inpformer/SPEC.md 15.
type cost struct {
	Parameters  int
	Projections int // operations
	Attention   int // operations of both products with the attention matrix
	MapValues   int // float32 values of the attention maps
}

// selfAttentionCost is that of tokens which look at each other: C channels, h heads, N tokens.
func selfAttentionCost(c, h, n int) cost {
	return cost{4*c*c + 4*c, 8 * n * c * c, 4 * n * n * c, h * n * n}
}

// guidedCost is that of tokens which look at m prototypes.
func guidedCost(c, h, n, m int) cost {
	return cost{4*c*c + 4*c + h, 4*n*c*c + 4*m*c*c, 4 * n * m * c, h * n * m}
}

// module is a compiled attention module with random tokens to run it on.
type module struct {
	exec   *model.Exec
	inputs []any
}

// newAttention makes the attention module of cfg for n tokens of one image: the INP-guided one, or
// with self the usual softmax attention of all tokens to all.
func newAttention(backend compute.Backend, cfg inpformer.Config, n int, self bool) (*module,
	error) {
	store := model.NewStore()
	params := map[string]layer.Array{}
	for name, a := range inpformer.Init(cfg, 1) {
		if short, ok := strings.CutPrefix(name, "decoder.0."); ok {
			params[short] = a
		}
	}
	if err := layer.Put(store, "", params, false); err != nil {
		return nil, err
	}
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, inputs []*Node) *Node {
		if self {
			return selfAttention(scope, cfg, inputs[0])
		}
		y, _ := inpformer.Guided(scope, cfg, inputs[0], inputs[1])
		return y
	})
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	draw := func(rows int) *tensors.Tensor {
		data := make([]float32, rows*cfg.Width)
		layer.Fill(data, rng.NormFloat64)
		return tensors.FromFlatDataAndDimensions(data, 1, rows, cfg.Width)
	}
	return &module{exec, []any{draw(n), draw(cfg.INPs)}}, nil
}

// run runs the module once, to the end; the first time it compiles.
func (a *module) run() error {
	y, err := a.exec.Call1(a.inputs...)
	if err != nil {
		return err
	}
	y.MustConstFlatData(func(any) {}) // wait
	y.FinalizeAll()
	return nil
}

// close frees the compiled graph.
func (a *module) close() { a.exec.Finalize() }

// selfAttention is the usual attention of tokens [B, N, C] to each other, with the block's
// projections: q, k and v, softmax, output.
func selfAttention(scope *model.Scope, cfg inpformer.Config, x *Node) *Node {
	x = layer.LayerNorm(scope.At("norm1"), x, inpformer.Epsilon)
	q := layer.Linear(layer.At(scope, "attn.q"), x, cfg.Width)
	kv := Split(layer.Linear(layer.At(scope, "attn.kv"), x, 2*cfg.Width), -1, 2)
	y, _ := attention.Core(layer.Heads(q, cfg.Heads), layer.Heads(kv[0], cfg.Heads),
		layer.Heads(kv[1], cfg.Heads),
		attention.LayoutBHSD, attention.CoreOptions{WantCoefficients: true})
	return layer.Linear(layer.At(scope, "attn.proj"), layer.MergeHeads(y), cfg.Width)
}
