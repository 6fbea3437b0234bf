package convnet

import (
	"math/rand/v2"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
)

var _ encoder.Encoder = (*Encoder)(nil)

func TestConfigValidate(t *testing.T) {
	require.NoError(t, Default().Validate())
	require.NoError(t, encoder.CheckGroups(Default().Groups, len(Default().Taps)))
	for label, spoil := range map[string]func(*Config){
		"no taps":        func(c *Config) { c.Taps = []int{} },
		"too shallow":    func(c *Config) { c.Taps = []int{FirstTap - 1, 4} },
		"too deep":       func(c *Config) { c.Taps = []int{4, Blocks} },
		"descending":     func(c *Config) { c.Taps = []int{5, 4} },
		"twice the same": func(c *Config) { c.Taps = []int{4, 4, 5} },
		"negative":       func(c *Config) { c.Image = -16 },
		"odd side":       func(c *Config) { c.Image = 72 },
	} {
		c := Default()
		spoil(&c)
		require.Error(t, c.Validate(), label)
	}
}

func TestDigestCoversTapsAndGroups(t *testing.T) {
	seen := map[string]string{}
	for label, change := range map[string]func(*Config){
		"plain":  func(*Config) {},
		"taps":   func(c *Config) { c.Taps = []int{3, 5, 6, 7, 8, 9, 10} },
		"groups": func(c *Config) { c.Groups = [][]int{{0, 1, 2, 3, 4, 5, 6}} },
	} {
		c := config(64)
		change(&c)
		e, err := New(c)
		require.NoError(t, err)
		require.NotContains(t, seen, e.Digest(), label)
		seen[e.Digest()] = label
		again, err := New(c)
		require.NoError(t, err)
		require.Equal(t, e.Digest(), again.Digest())
		require.Equal(t, "efficientnet-lite0", e.Name())
		require.Equal(t, 4, e.Grid())
		require.Equal(t, c.Groups, e.Groups())
	}
}

func TestOpenNamesTheFile(t *testing.T) {
	_, err := Open(t.TempDir()+"/none.safetensors", config(64))
	require.ErrorContains(t, err, "none.safetensors")
	require.False(t, IsWeights(t.TempDir()+"/none.safetensors"))
	require.True(t, IsWeights("weights/efficientnet-lite0-block10.safetensors"))
	e, err := Open("weights/efficientnet-lite0-block10.safetensors", config(64))
	require.NoError(t, err)
	embedded, err := New(config(64))
	require.NoError(t, err)
	require.Equal(t, embedded.Digest(), e.Digest())
}

func TestShallowBlocksArePooledByTheMean(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnce(b.Backend, func(x *Node) *Node {
			return toGrid(x, 1)
		}, tensors.FromFlatDataAndDimensions([]float32{1, 2, 3, 6}, 1, 2, 2, 1))
		require.NoError(t, err)
		require.Equal(t, []float32{3}, tensors.MustCopyFlatData[float32](out))
	}
}

func TestStridesReachTheTokens(t *testing.T) {
	require.Equal(t, []int{4, 24}, []int{Stride(FirstTap), Channels(FirstTap)})
	for i := FirstTap; i < Blocks; i++ {
		require.Zero(t, TokenStride%Stride(i), "block %d", i)
	}
	require.Equal(t, TokenStride, Stride(Blocks-1))
}

func TestCropsAndCloudsAreDeterministic(t *testing.T) {
	draw := func(seed uint64) *imageio.Image { return cloud(rand.New(rand.NewPCG(seed, 0))) }
	one := draw(1)
	require.Equal(t, one, draw(1))
	require.NotEqual(t, one, draw(2))
	photographs := []*imageio.Image{one}
	crops := Crops(photographs, 3, 5)
	require.Len(t, crops, 3)
	require.Equal(t, crops, Crops(photographs, 3, 5))
	require.NotEqual(t, crops, Crops(photographs, 3, 6))
	for _, c := range crops {
		require.Equal(t, []int{calibrationSide, calibrationSide}, []int{c.W, c.H})
	}
}
