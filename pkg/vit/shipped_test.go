package vit

import (
	"path/filepath"
	"testing"

	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

var _ encoder.Encoder = (*Encoder)(nil)

func TestTiny(t *testing.T) {
	e, err := Tiny(Options{})
	require.NoError(t, err)
	require.Equal(t, TinyName, e.Name())
	require.Equal(t, 14, e.Grid())
	require.Equal(t, 224, e.Transform().Resize, "the whole image")
	require.NoError(t, encoder.CheckGroups(e.Groups(), len(e.Config.Taps)))
	small, err := Tiny(Options{Crop: 112})
	require.NoError(t, err)
	require.Equal(t, 112, small.Transform().Resize, "the whole image at any size")
	require.NotEqual(t, e.Digest(), small.Digest())

	random, err := RandomTiny(Options{}, 1)
	require.NoError(t, err)
	require.Equal(t, e.Config, random.Config)
	require.Equal(t, e.Transform(), random.Transform())
	require.Equal(t, TinyName+"-random-1", random.Name())
	again, err := RandomTiny(Options{}, 1)
	require.NoError(t, err)
	require.Equal(t, random.Digest(), again.Digest())
	other, err := RandomTiny(Options{}, 2)
	require.NoError(t, err)
	require.NotEqual(t, random.Digest(), other.Digest())
}

func TestAFileSaysHowItIsRead(t *testing.T) {
	write := func(metadata map[string]string) string {
		path := filepath.Join(t.TempDir(), "w.safetensors")
		require.NoError(t, tensorfile.Write(path, layer.Tensors(weights(tiny)), metadata))
		return path
	}
	e, err := Open(write(map[string]string{"name": "x", "taps": "1,2", "crop": "28",
		"resize": "56"}), Options{Heads: 2})
	require.NoError(t, err)
	require.Equal(t, "x", e.Name())
	require.Equal(t, []int{1, 2}, e.Config.Taps)
	require.Equal(t, [2]int{56, 28}, [2]int{e.Transform().Resize, e.Transform().Crop})
	e, err = Open(write(map[string]string{"name": "x", "taps": "1,2", "crop": "28",
		"resize": "56"}), Options{Heads: 2, Taps: []int{0}, Crop: 42, Name: "y"})
	require.NoError(t, err)
	require.Equal(t, "y", e.Name())
	require.Equal(t, []int{0}, e.Config.Taps, "the caller's choice goes first")
	require.Equal(t, [2]int{84, 42}, [2]int{e.Transform().Resize, e.Transform().Crop})
	e, err = Open(write(nil), Options{Heads: 2})
	require.NoError(t, err)
	require.Equal(t, [2]int{448, 392}, [2]int{e.Transform().Resize, e.Transform().Crop},
		"the paper's")
	for message, metadata := range map[string]map[string]string{
		"expected resize and crop": {"crop": "28"}, "expected taps as 3,4,5": {"taps": "a"},
		"taps: expected": {"taps": "2,1", "crop": "28", "resize": "28"},
	} {
		_, err = Open(write(metadata), Options{Heads: 2})
		require.ErrorContains(t, err, message)
		require.NotContains(t, err.Error(), "\n")
	}
}
