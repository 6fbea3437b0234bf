package inpformer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

func TestValidateIsOneLineOnTheSetting(t *testing.T) {
	for message, spoil := range map[string]func(*Config){
		"width: expected at least 1 channel, got 0": func(c *Config) {
			c.Width = 0
		},
		"heads: expected a divisor of the width 24, got 0": func(c *Config) {
			c.Heads = 0
		},
		"heads: expected a divisor of the width 24, got -3": func(c *Config) {
			c.Heads = -3
		},
		"INPs: expected 1 to 16 prototypes (the number of patch tokens), got -1": func(c *Config) {
			c.INPs = -1
		},
		"decoder blocks: expected an even number of 2 to 64, got 0": func(c *Config) {
			c.Blocks = 0
		},
		"coherence weight: expected 0 or more, got -0.1": func(c *Config) {
			c.CoherenceWeight = -0.1
		},
		"coherence weight: expected 0 or more, got +Inf": func(c *Config) {
			c.CoherenceWeight = math.Inf(1)
		},
		"soft-mining power: expected 0 or more, got NaN": func(c *Config) {
			c.MiningPower = math.NaN()
		},
	} {
		c := small()
		spoil(&c)
		err := c.Validate()
		require.Error(t, err, message)
		require.ErrorContains(t, err, message)
	}
	c := small()
	c.INPs = 16
	require.NoError(t, c.Validate(), "as many prototypes as tokens")
	for _, width := range []int{1, 24, 64, 192, 384, 768, 1024} {
		require.NoError(t, Default(width, 14).Validate(), "width %d", width)
	}
}

func TestInitIsTheOfficialOne(t *testing.T) {
	params := Init(small(), 3)
	require.Len(t, params, len(Shapes(small())))
	largest, zeros, ones := 0.0, 0, 0
	for name, a := range params {
		require.Len(t, a.Data, layer.Size(a.Shape), name)
		for _, x := range a.Data {
			switch {
			case name == "prototype_token":
				continue
			case x == 0:
				zeros++
			case x == 1:
				ones++
			default:
				largest = max(largest, math.Abs(float64(x)))
			}
		}
	}
	require.LessOrEqual(t, largest, 0.030001)
	require.Greater(t, largest, 0.025, "the tails are there")
	require.Positive(t, zeros)
	require.Equal(t, 24*2*(1+4)+3*4, ones, "layer norms and learn_scale")
	require.NotEqual(t, params["decoder.0.attn.q.weight"].Data,
		params["decoder.1.attn.q.weight"].Data)
}

// gradients builds cfg on random features and gives loss, gradients and what takes no part.
func gradients(t *testing.T, b *backend.Choice, cfg Config, seed uint64) (loss float64,
	grads map[string][]float32, unused []string) {
	rng := rand.New(rand.NewPCG(seed, 1))
	features := make([]float32, 2*2*cfg.Grid*cfg.Grid*cfg.Width)
	for i := range features {
		features[i] = float32(rng.NormFloat64())
	}
	store := model.NewStore()
	require.NoError(t, layer.Put(store, "", Init(cfg, seed), true))
	var labels []string
	out, err := model.CallOnceN(b.Backend, store, func(scope *model.Scope, batch *Node) []*Node {
		targets := []*Node{Squeeze(Slice(batch, AxisRange(), AxisElem(0)), 1),
			Squeeze(Slice(batch, AxisRange(), AxisElem(1)), 1)}
		total, _, _ := Forward(scope, cfg, targets, []int{1, 1}).Loss(cfg)
		labels, unused = nil, nil
		var params []*Node
		for v := range store.IterVariables() {
			if !v.InUseByGraph(batch.Graph()) {
				unused = append(unused, layer.Name(v.Path()))
				continue
			}
			labels, params = append(labels, layer.Name(v.Path())),
				append(params, v.NodeValue(batch.Graph()))
		}
		return append(Gradient(total, params...), total)
	}, tensors.FromFlatDataAndDimensions(features, 2, 2, cfg.Grid*cfg.Grid, cfg.Width))
	require.NoError(t, err)
	grads = map[string][]float32{}
	for i, label := range labels {
		grads[label] = tensors.MustCopyFlatData[float32](out[i])
	}
	return float64(tensors.MustCopyFlatData[float32](out[len(labels)])[0]), grads, unused
}

// TestUnusedParameters: the ablations that do without the extractor leave it, and nothing else,
// out.
func TestUnusedParameters(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	for prototypes, left := range map[Prototypes]int{FromImage: 0, FromTable: 14,
		SelfAttention: 15} {
		cfg := small()
		cfg.Prototypes = prototypes
		_, _, unused := gradients(t, b, cfg, 1)
		require.Len(t, unused, left, prototypes)
		for _, name := range unused {
			require.Regexp(t, `^(aggregation\.0\.|prototype_token$)`, name)
		}
	}
}

// TestDeadTokensDoNotSpoilTheGradients: with a single prototype and a single head, ReLU cuts about
// half of the tokens off. At the start they are zero vectors from there on, and the gradients stay
// finite.
func TestDeadTokensDoNotSpoilTheGradients(t *testing.T) {
	for _, name := range backend.Available() {
		for _, m := range map[string][]int{"xla": {1}, "go": {1, 2, 6}}[name] {
			t.Run(fmt.Sprint(name, "/", m), func(t *testing.T) {
				b, err := backend.Open(name)
				require.NoError(t, err)
				cfg := small()
				cfg.INPs, cfg.Heads, cfg.Blocks = m, 1, 2
				loss, grads, _ := gradients(t, b, cfg, 1)
				require.False(t, math.IsNaN(loss))
				for label, g := range grads {
					for _, x := range g {
						require.False(t, math.IsNaN(float64(x)), label)
					}
				}
			})
		}
	}
}

func TestFourQuarterTurnsAreNone(t *testing.T) {
	const side = 6
	image := make([]float32, 3*side*side)
	for i := range image {
		image[i] = float32(i)
	}
	variants := Augment(image, side)
	require.Len(t, variants, 22)
	for i, v := range variants {
		require.Len(t, v, len(image))
		if i > 0 {
			require.NotEqual(t, image, v, "variant %d", i)
		}
	}
	quarter := variants[19]
	require.Equal(t, image[side-1], quarter[0],
		"counter-clockwise: the right upper corner goes to the left")
	require.Equal(t, image, Augment(variants[21], side)[19], "the third and one more")
	require.Equal(t, variants[20], Augment(quarter, side)[19])
	require.Equal(t, image, Augment(variants[17], side)[17], "mirrored twice")
	for i := range side * side {
		g := variants[18]
		require.Equal(t, g[i], g[side*side+i])
		require.Equal(t, g[i], g[2*side*side+i])
	}
	require.InDeltaSlice(t, image, rotate(image, side, 0), 1e-3)
}
