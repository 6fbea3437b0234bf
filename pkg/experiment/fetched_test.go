package experiment

import (
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/encoder"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// TestFetchedEncoders: one that is not here says what brings it, and what would be refused is said
// before anything is fetched.
func TestFetchedEncoders(t *testing.T) {
	t.Setenv("ADLAB_DATA", t.TempDir())
	v, err := Open("go", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	e := Default("mvtec")
	e.Detector, e.Encoder = "knn", "dinov2-small"
	_, err = v.NewEncoder(e)
	require.ErrorContains(t, err, "dinov2-small is not here: `adlab encoders fetch dinov2-small`")
	require.NotContains(t, err.Error(), "\n")
	_, err = v.FetchEncoder(t.Context(), "resnet")
	require.ErrorContains(t, err, "expected dinov2-small, dinov2-minilm, got \"resnet\"")

	path := filepath.Join(encoder.Dir(), "dinov2-small.safetensors")
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	shipped, err := os.ReadFile(filepath.Join("..", "..", "testdata", "dinov2",
		"weights_hf.safetensors"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, shipped, 0o666))
	there, err := v.FetchEncoder(t.Context(), "dinov2-small")
	require.NoError(t, err, "one that is there is left alone")
	require.Equal(t, path, there)
	var enc encoder.Encoder
	e.Resize, e.Crop = 80, 70
	enc, err = v.NewEncoder(e)
	require.NoError(t, err)
	require.Equal(t, 128, enc.Width())
}
