package inpformer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

func small() Config {
	c := Default(24, 4)
	c.Heads, c.Blocks, c.INPs = 3, 4, 5
	return c
}

func TestValidate(t *testing.T) {
	require.NoError(t, small().Validate())
	for name, spoil := range map[string]func(*Config){
		"M = 0":       func(c *Config) { c.INPs = 0 },
		"M too large": func(c *Config) { c.INPs = 17 },
		"heads":       func(c *Config) { c.Heads = 5 },
		"odd blocks":  func(c *Config) { c.Blocks = 3 },
		"a million":   func(c *Config) { c.Blocks = 1_000_000 },
		"no grid":     func(c *Config) { c.Grid = 0 },
		"NaN":         func(c *Config) { c.CoherenceWeight = math.NaN() },
		"power":       func(c *Config) { c.MiningPower = -1 },
		"prototypes":  func(c *Config) { c.Prototypes = "x" },
	} {
		c := small()
		spoil(&c)
		require.ErrorContains(t, c.Validate(), "expected", name)
	}
}

func TestInit(t *testing.T) {
	one, two, other := Init(small(), 1), Init(small(), 1), Init(small(), 2)
	require.Equal(t, one, two)
	require.NotEqual(t, one["prototype_token"], other["prototype_token"])
	for name, shape := range Shapes(small()) {
		require.Equal(t, shape, one[name].Shape, name)
	}
	for _, x := range one["decoder.0.mlp.fc1.weight"].Data {
		require.LessOrEqual(t, math.Abs(float64(x)), 0.03001)
	}
}

// TestEveryVariantLearns builds every ablation: the loss is finite and every parameter that takes
// part has a gradient that is finite, and not all zero unless the extractor's output is unused by
// design.
func TestEveryVariantLearns(t *testing.T) {
	variants := map[string]func(*Config){
		"paper":          func(*Config) {},
		"no coherence":   func(c *Config) { c.CoherenceWeight = 0 },
		"no mining":      func(c *Config) { c.MiningPower = 0 },
		"static table":   func(c *Config) { c.Prototypes = FromTable },
		"self-attention": func(c *Config) { c.Prototypes = SelfAttention },
		"residual":       func(c *Config) { c.Residual = true },
		"softmax":        func(c *Config) { c.Softmax = true },
	}
	rng := rand.New(rand.NewPCG(1, 1))
	features := make([]float32, 2*2*16*24)
	for i := range features {
		features[i] = float32(rng.NormFloat64())
	}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		for variant, change := range variants {
			t.Run(fmt.Sprint(name, "/", variant), func(t *testing.T) {
				cfg := small()
				cfg.Blocks = 2 // compiling takes longest
				change(&cfg)
				store := model.NewStore()
				require.NoError(t, layer.Put(store, "", Init(cfg, 1), true))
				var labels []string
				out, err := model.CallOnceN(b.Backend, store,
					func(scope *model.Scope, batch *Node) []*Node {
						loss, _, _ := Forward(scope, cfg, encoder.Ungroup(batch),
							[]int{3, 1}).Loss(cfg)
						labels = nil
						var params []*Node
						for v := range store.IterVariables() {
							if v.InUseByGraph(batch.Graph()) {
								labels, params = append(labels, layer.Name(v.Path())),
									append(params, v.NodeValue(batch.Graph()))
							}
						}
						return append(Gradient(loss, params...), loss)
					}, tensors.FromFlatDataAndDimensions(features, 2, 2, 16, 24))
				require.NoError(t, err)
				loss := tensors.MustCopyFlatData[float32](out[len(out)-1])[0]
				require.False(t, math.IsNaN(float64(loss)) || math.IsInf(float64(loss), 0))
				for i, label := range labels {
					sum := 0.0
					for _, g := range tensors.MustCopyFlatData[float32](out[i]) {
						require.False(t, math.IsNaN(float64(g)), label)
						sum += math.Abs(float64(g))
					}
					require.Positive(t, sum, label)
				}
				if variant == "paper" {
					require.Len(t, labels, len(Shapes(cfg)))
				}
			})
		}
	}
}

// TestDeadTokens: with one prototype and one head about half of the tokens face away from it, and
// what the ReLU leaves of them is exactly zero in every block. Their gradient must not grow from
// block to block until it overflows.
func TestDeadTokens(t *testing.T) {
	cfg := small()
	cfg.INPs, cfg.Heads, cfg.Blocks = 1, 1, 8
	rng := rand.New(rand.NewPCG(1, 1))
	features := make([]float32, 2*2*16*24)
	for i := range features {
		features[i] = float32(rng.NormFloat64())
	}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		store := model.NewStore()
		require.NoError(t, layer.Put(store, "", Init(cfg, 1), true))
		out, err := model.CallOnceN(b.Backend, store,
			func(scope *model.Scope, batch *Node) []*Node {
				trace := Forward(scope, cfg, encoder.Ungroup(batch), []int{3, 1})
				loss, _, _ := trace.Loss(cfg)
				var params []*Node
				for v := range store.IterVariables() {
					params = append(params, v.NodeValue(batch.Graph()))
				}
				var square *Node
				for _, g := range Gradient(loss, params...) {
					s := ReduceAllSum(Square(g))
					if square == nil {
						square = s
					} else {
						square = Add(square, s)
					}
				}
				return []*Node{square, ReduceAllMax(Abs(trace.Decoder[0])),
					ReduceAllMin(ReduceMax(Abs(trace.Decoder[0]), -1))}
			}, tensors.FromFlatDataAndDimensions(features, 2, 2, 16, 24))
		require.NoError(t, err)
		require.Positive(t, tensors.ToScalar[float32](out[1]), "not all tokens are dead")
		require.Zero(t, tensors.ToScalar[float32](out[2]), "the test needs a dead token")
		require.Less(t, tensors.ToScalar[float32](out[0]), float32(math.MaxFloat32), name)
	}
}

func TestAugment(t *testing.T) {
	image := make([]float32, 3*8*8)
	for i := range image {
		image[i] = float32(i % 17)
	}
	variants := Augment(image, 8)
	require.Len(t, variants, Augmentations)
	require.Equal(t, image, variants[0])
	half := rearrange(variants[19], 8, func(x, y int) (int, int) { return 7 - y, x })
	require.Equal(t, variants[20], half, "two quarter turns are a half turn")
}
