package tensorfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzShards fuzzes an index of shards and the config.json beside it: nothing but a file beside
// them is opened.
func FuzzShards(f *testing.F) {
	f.Add([]byte(`{"weight_map": {"a": "there.safetensors"}}`),
		[]byte(`{"num_attention_heads": 6}`))
	f.Add([]byte(`{"weight_map": {"a": "../there.safetensors"}}`), []byte(`[]`))
	f.Add([]byte(`{"weight_map": {"a": "x.safetensors.index.json"}}`), []byte(`null`))
	f.Add([]byte(`{"weight_map": {"z": "/etc/passwd", "a": "."}}`), []byte(`{"num_attention_heads":
		-1}`))
	dir := filepath.Join(f.TempDir(), "model")
	require.NoError(f, Write(filepath.Join(dir, "there.safetensors"),
		map[string]Tensor{"a": F32([]float32{1}, 1)}, nil))
	index := filepath.Join(dir, "model.safetensors.index.json")
	f.Fuzz(func(t *testing.T, shards, config []byte) {
		require.NoError(t, os.WriteFile(index, shards, 0o666))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), config, 0o666))
		for _, path := range []string{index, dir} {
			x, err := Open(path)
			if err != nil {
				require.ErrorContains(t, err, dir)
				require.NotContains(t, err.Error(), "\n")
				continue
			}
			require.Equal(t, []string{"a"}, x.Names())
			require.NoError(t, x.Close())
		}
	})
}
