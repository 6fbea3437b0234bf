package vit

import (
	"testing"

	"adlab/pkg/layer"

	"github.com/stretchr/testify/require"
)

func weights(cfg Config) map[string]layer.Array {
	arrays := map[string]layer.Array{}
	for name, shape := range Shapes(cfg) {
		arrays[name] = layer.Array{Shape: shape, Data: make([]float32, layer.Size(shape))}
	}
	return arrays
}

var tiny = Config{Width: 8, Depth: 3, Patch: 14, Registers: 4, StoredGrid: 3}

func TestNewReadsTheShape(t *testing.T) {
	e, err := New(weights(tiny), Options{Crop: 28, Heads: 2})
	require.NoError(t, err)
	require.Equal(t, Config{Width: 8, Heads: 2, Depth: 3, Patch: 14, Registers: 4, StoredGrid: 3,
		Grid: 2, Taps: []int{0}}, e.Config)
	require.Equal(t, 32, e.Transform().Resize, "eight sevenths of the crop")
}

func TestBadWeights(t *testing.T) {
	w := weights(tiny)
	delete(w, "blocks.1.ls2.gamma")
	w["surplus"] = layer.Array{Shape: []int{1}, Data: []float32{0}}
	_, err := New(w, Options{Crop: 28})
	require.ErrorContains(t, err, "1 missing: blocks.1.ls2.gamma; 1 unexpected: surplus")
	w = weights(tiny)
	w["blocks.0.attn.qkv.bias"] = layer.Array{Shape: []int{7}, Data: make([]float32, 7)}
	_, err = New(w, Options{Crop: 28})
	require.ErrorContains(t, err, "blocks.0.attn.qkv.bias expected [24] got [7]")
	_, err = New(weights(tiny), Options{Crop: 30})
	require.ErrorContains(t, err, "use 28 or 42")
	_, err = New(weights(tiny), Options{Crop: 28, Heads: 3})
	require.ErrorContains(t, err, "heads")
	_, err = New(weights(tiny), Options{Crop: 28, Taps: []int{1, 3}})
	require.ErrorContains(t, err, "taps")
}

func TestTaps(t *testing.T) {
	require.Equal(t, []int{2, 3, 4, 5, 6, 7, 8, 9}, TapsFor(12))
	require.Equal(t, []int{4, 6, 8, 10, 12, 14, 16, 18}, TapsFor(24))
	require.Equal(t, [][]int{{0, 1, 2, 3}, {4, 5, 6, 7}}, Halves(8))
}

func TestBicubicRowsSumToOne(t *testing.T) {
	for _, row := range BicubicWeights(9, 6, OffsetScale) {
		sum := float32(0)
		for _, w := range row {
			sum += w
		}
		require.InDelta(t, 1, sum, 1e-6)
	}
}
