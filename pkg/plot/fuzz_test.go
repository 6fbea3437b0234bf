package plot

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzReadMade fuzzes a picture that is asked what made it.
func FuzzReadMade(f *testing.F) {
	m, made := image.NewGray(image.Rect(0, 0, 2, 2)), map[string]string{"adlab": "x", "b": "ü"}
	for _, encode := range []func(image.Image, map[string]string) ([]byte, error){PNG, JPEG} {
		b, err := encode(m, made)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add([]byte(pngHeader + "\xff\xff\xff\xffiTXt"))
	f.Add([]byte(jpegHeader + "\xff\xfe\x00\x00"))
	path := filepath.Join(f.TempDir(), "x.png")
	f.Fuzz(func(t *testing.T, b []byte) {
		require.NoError(t, os.WriteFile(path, b, 0o666))
		if _, err := ReadMade(path); err != nil {
			require.ErrorContains(t, err, path)
			require.NotContains(t, err.Error(), "\n")
		}
	})
}
