package plot

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJPEGSaysWhatMadeIt(t *testing.T) {
	picture, _ := plate(160, 120, true)
	made := map[string]string{"exhibit": "inp-figure3", "title": "그림 3"}
	b, err := JPEG(picture.Image(), made)
	require.NoError(t, err)
	again, err := JPEG(picture.Image(), made)
	require.NoError(t, err)
	require.Equal(t, b, again)
	shown, err := jpeg.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	require.Equal(t, image.Pt(160, 120), shown.Bounds().Size())

	path := filepath.Join(t.TempDir(), "x.jpg")
	require.NoError(t, os.WriteFile(path, b, 0o666))
	read, err := ReadMade(path)
	require.NoError(t, err)
	require.Equal(t, made, read)
	require.NoError(t, os.WriteFile(path, b[:100], 0o666))
	_, err = ReadMade(path)
	require.ErrorContains(t, err, "truncated JPEG file")
	_, err = JPEG(picture.Image(), map[string]string{"long": strings.Repeat("x", 1<<16)})
	require.ErrorContains(t, err, "less than 64 kB")
	_, err = JPEG(picture.Image(), map[string]string{"zero": "a\x00b"})
	require.Error(t, err)
}

func TestJPEGIsSmallForPhotographs(t *testing.T) {
	picture, _ := plate(160, 120, true)
	shown := Overlay(picture, blob(16, 0.6), 16, Scale{0.1, 0.7})
	small, err := JPEG(shown, nil)
	require.NoError(t, err)
	large, err := PNG(shown, nil)
	require.NoError(t, err)
	require.Less(t, 3*len(small), len(large))
}
