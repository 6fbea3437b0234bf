package plot

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

func TestPictureSaysWhatMadeIt(t *testing.T) {
	path, made := filepath.Join(t.TempDir(), "p.png"),
		map[string]string{"seed": "1", "encoder": "x é", "note": "two\nlines", "empty": ""}
	panel := Panel("title", [][]Tile{{{HeatMap([]float32{0, 1, 2, 3}, 2, Scale{0, 3}), "caption"}}},
		60, &Scale{0, 3})
	require.NoError(t, WritePNG(path, panel, made))
	got, err := ReadMade(path)
	require.NoError(t, err)
	require.Equal(t, made, got)
	m, err := imageio.Decode(path)
	require.NoError(t, err, "a PNG that decoders take")
	require.Equal(t, panel.Bounds().Size(), image.Pt(m.W, m.H))
	one, err := PNG(panel, made)
	require.NoError(t, err)
	stored, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, one, stored, "same picture and entries, same bytes")
}

func TestEntriesThatPNGCannotHold(t *testing.T) {
	dot := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	for key, value := range map[string]string{"": "no key", strings.Repeat("k", 80): "long",
		"clé": "not ASCII", "a\x00b": "zero", " padded": "", "zero": "a\x00b", "bytes": "\xff"} {
		path := filepath.Join(t.TempDir(), "p.png")
		err := WritePNG(path, dot, map[string]string{key: value})
		require.ErrorContains(t, err, path, "%q", key)
		require.NoFileExists(t, path)
	}
}

func TestReadMadeOfADamagedFile(t *testing.T) {
	folder := t.TempDir()
	whole, err := PNG(image.NewNRGBA(image.Rect(0, 0, 1, 1)), map[string]string{"seed": "1"})
	require.NoError(t, err)
	damaged := []byte(strings.Replace(string(whole), "seed", "sead", 1))
	for name, c := range map[string]struct {
		bytes []byte
		want  string
	}{
		"empty.png":  {nil, "expected a PNG or JPEG file"},
		"text.png":   {[]byte("<html>"), "expected a PNG or JPEG file"},
		"short.png":  {whole[:len(whole)-5], "truncated PNG file"},
		"header.png": {whole[:8], "truncated PNG file"},
		"huge.png": {append([]byte(pngHeader), "\xff\xff\xff\xffiTXt12345678"...),
			"truncated PNG file"},
		"damaged.png": {damaged,
			`damaged PNG file: the checksum of its "iTXt" chunk does not match`},
	} {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, c.bytes, 0o600))
		_, err := ReadMade(path)
		require.EqualError(t, err, path+": "+c.want)
	}
	_, err = ReadMade(filepath.Join(folder, "absent.png"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
