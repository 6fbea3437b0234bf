package vit

import (
	"path/filepath"
	"testing"

	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// TestFilesAsPeopleHaveThem reads the shipped weights below a prefix and the same with a half that
// overflowed, which is said by the tensor's name.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	shipped, err := tensorfile.Parse("shipped", tinyWeights)
	require.NoError(t, err)
	save := func(prefix, infinite string) string {
		all := map[string]tensorfile.Tensor{}
		for _, name := range shipped.Names() {
			x, err := shipped.Tensor(name)
			require.NoError(t, err)
			if name == infinite {
				x.Data = append([]byte{0, 0x7c}, x.Data[2:]...)
			}
			all[prefix+name] = x
		}
		path := filepath.Join(t.TempDir(), "vit.safetensors")
		require.NoError(t, tensorfile.Write(path, all, shipped.Metadata()))
		return path
	}
	want, err := Tiny(Options{})
	require.NoError(t, err)
	got, err := Open(save("teacher.backbone.", ""), Options{})
	require.NoError(t, err)
	require.Equal(t, want.Digest(), got.Digest())
	_, err = Open(save("module.", "blocks.0.mlp.fc1.weight"), Options{})
	require.ErrorContains(t, err, `vit.safetensors: tensor "blocks.0.mlp.fc1.weight": element 0 `+
		"is +Inf, expected finite weights")
	require.NoError(t, (&Options{}).fill(map[string]string{"heads": "6"}))
	require.ErrorContains(t, (&Options{}).fill(map[string]string{"heads": "0"}), "number of heads")
}
