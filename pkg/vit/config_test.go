package vit

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

func TestTapsForEveryDepth(t *testing.T) {
	for depth := 1; depth <= 40; depth++ {
		taps := TapsFor(depth)
		require.NoError(t, Config{Width: 8, Heads: 2, Depth: depth, Patch: 14, StoredGrid: 3,
			Grid: 2, Taps: taps}.Validate(), "depth %d: %v", depth, taps)
	}
	TapsFor(12)[0] = 99
	require.Equal(t, 2, TapsFor(12)[0], "the caller owns what he gets")
}

func TestConfigValidate(t *testing.T) {
	good := Config{Width: 8, Heads: 2, Depth: 4, Patch: 14, Registers: 4, StoredGrid: 3, Grid: 2,
		Taps: []int{1, 3}}
	require.NoError(t, good.Validate())
	for message, spoil := range map[string]func(*Config){
		"heads to divide the width 8, got 3":       func(c *Config) { c.Heads = 3 },
		"heads to divide the width 8, got 0":       func(c *Config) { c.Heads = 0 },
		"heads to divide the width 0, got 2":       func(c *Config) { c.Width = 0 },
		"patch 0":                                  func(c *Config) { c.Patch = 0 },
		"grid 0":                                   func(c *Config) { c.Grid = 0 },
		"stored grid 0":                            func(c *Config) { c.StoredGrid = 0 },
		"depth 0":                                  func(c *Config) { c.Depth = 0 },
		"at least one block from 0 to 3, got none": func(c *Config) { c.Taps = nil },
		"ascending blocks from 0 to 3, each once, got [3 1]": func(c *Config) {
			c.Taps = []int{3, 1}
		},
		"ascending blocks from 0 to 3, each once, got [-1 1]": func(c *Config) {
			c.Taps = []int{-1, 1}
		},
		"ascending blocks from 0 to 3, each once, got [1 4]": func(c *Config) {
			c.Taps = []int{1, 4}
		},
		"ascending blocks from 0 to 3, each once, got [1 1 3]": func(c *Config) {
			c.Taps = []int{1, 1, 3}
		},
		"ascending blocks from 0 to 3, each once, got [0 1 2 3 3]": func(c *Config) {
			c.Taps = []int{0, 1, 2, 3, 3}
		},
	} {
		c := good
		spoil(&c)
		require.ErrorContains(t, c.Validate(), message, message)
	}
}

// noise is a tiny random network.
func noise(cfg Config) map[string]layer.Array {
	rng := rand.New(rand.NewPCG(1, 1))
	arrays := weights(cfg)
	for name := range Shapes(cfg) {
		for i := range arrays[name].Data {
			arrays[name].Data[i] = float32(rng.NormFloat64())
		}
	}
	return arrays
}

func TestPositionLeavesTheStoredGridAlone(t *testing.T) {
	table := noise(tiny)["pos_embed"]
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnceN(b.Backend, func(x *Node) []*Node {
			return []*Node{Position(x, 3, 3, 3, OffsetScale), Position(x, 3, 5, 5, BySizes)}
		},
			tensors.FromFlatDataAndDimensions(table.Data, table.Shape...))
		require.NoError(t, err)
		require.Equal(t, table.Data, tensors.MustCopyFlatData[float32](out[0]))
		require.Equal(t, []int{1, 26, 8}, out[1].Shape().Dimensions)
		require.Equal(t, table.Data[:8], tensors.MustCopyFlatData[float32](out[1])[:8],
			"the class row is kept")
	}
}

func TestForwardGivesEveryTap(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		e, err := New(noise(tiny), Options{Crop: 28, Heads: 2, Taps: []int{0, 2}})
		require.NoError(t, err)
		require.Equal(t, [][]int{{0}, {1}}, e.Groups())
		require.Equal(t, 2, e.Grid())
		require.Equal(t, 8, e.Width())
		levels, err := model.CallOnceN(b.Backend, e.Store(),
			func(scope *model.Scope, x *Node) []*Node {
				return e.Forward(scope, x)
			},
			tensors.FromFlatDataAndDimensions(make([]float32, 2*28*28*3), 2, 28, 28, 3))
		require.NoError(t, err)
		require.Len(t, levels, 2)
		for _, l := range levels {
			require.Equal(t, []int{2, 4, 8}, l.Shape().Dimensions)
		}
		require.NotEqual(t, levels[0].Value(), levels[1].Value())
	}
}

func TestDigestCoversWeightsAndSettings(t *testing.T) {
	digests := map[string]string{}
	for label, opt := range map[string]Options{
		"plain": {Crop: 28, Heads: 2}, "crop": {Crop: 42, Heads: 2},
		"resize": {Crop: 28, Resize: 40, Heads: 2},
		"heads":  {Crop: 28, Heads: 4}, "taps": {Crop: 28, Heads: 2, Taps: []int{1}},
	} {
		e, err := New(noise(tiny), opt)
		require.NoError(t, err)
		require.NotContains(t, digests, e.Digest(), fmt.Sprint(label, " and ", digests[e.Digest()]))
		digests[e.Digest()] = label
	}
	w := noise(tiny)
	w["blocks.2.mlp.fc2.bias"].Data[0]++
	e, err := New(w, Options{Crop: 28, Heads: 2})
	require.NoError(t, err)
	require.NotContains(t, digests, e.Digest(), "another weight")
}

func TestCheckpointsWithoutWhatIsNeeded(t *testing.T) {
	for _, name := range []string{"cls_token", "pos_embed", "patch_embed.proj.weight"} {
		w := weights(tiny)
		delete(w, name)
		_, err := New(w, Options{Crop: 28})
		require.ErrorContains(t, err, name)
	}
	w := weights(tiny)
	w["mask_token"] = layer.Array{Shape: []int{1, 8}, Data: make([]float32, 8)}
	_, err := New(w, Options{Crop: 28, Heads: 2})
	require.NoError(t, err, "tensors that are never run do no harm")
	_, err = New(map[string]layer.Array{}, Options{})
	require.Error(t, err)
}
