package datasets

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

// deepPNG is a 16-bit grey PNG of two pixels.
func deepPNG(t *testing.T, values ...uint16) []byte {
	m := image.NewGray16(image.Rect(0, 0, len(values), 1))
	for i, v := range values {
		m.SetGray16(i, 0, color.Gray16{Y: v})
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

// floatTIFF is a TIFF of float32 in one row.
func floatTIFF(values ...float32) []byte {
	le := binary.LittleEndian
	b := append([]byte("II*\x00"), make([]byte, 4)...)
	for _, v := range values {
		b = le.AppendUint32(b, math.Float32bits(v))
	}
	le.PutUint32(b[4:], uint32(len(b)))
	tags := [][2]uint32{{256, uint32(len(values))}, {257, 1}, {258, 32}, {262, 1}, {273, 8},
		{279, uint32(4 * len(values))}, {339, 3}}
	b = le.AppendUint16(b, uint16(len(tags)))
	for _, tag := range tags {
		b = le.AppendUint16(b, uint16(tag[0]))
		b = le.AppendUint16(b, 4)
		b = le.AppendUint32(le.AppendUint32(b, 1), tag[1])
	}
	return append(b, 0, 0, 0, 0)
}

func TestDeepImagesShareOneRange(t *testing.T) {
	files := []string{"train/0.png", "train/1.png", "test/good/0.png", "test/bad/0.png"}
	for label, c := range map[string]struct {
		content [][]byte // of the files; what is left stays in 8 bits
		want    imageio.Range
		note    string
		levels  []uint8 // of the first file
	}{
		"8 bits": {nil, imageio.Range{}, "", []uint8{0}},
		"12 bits": {[][]byte{deepPNG(t, 16, 1600), deepPNG(t, 16, 4000), deepPNG(t, 0, 900)},
			imageio.Range{High: 4095}, "3 16-bit images hold values from 0 to 4000: all are read " +
				"in the range 0 to 4095", []uint8{1, 100}},
		"16 bits": {[][]byte{deepPNG(t, 0x1234, 1600), deepPNG(t, 16, 40000)}, imageio.Range{}, "",
			[]uint8{0x12, 6}},
		"floating point": {[][]byte{floatTIFF(0, 0.5), floatTIFF(0.1, 2)},
			imageio.Range{High: 255}, "2 deep images hold values from 0 to 2: all", []uint8{0, 1}},
	} {
		t.Run(label, func(t *testing.T) {
			root := tree(t, files...)
			for i, b := range c.content {
				require.NoError(t, os.WriteFile(filepath.Join(root, files[i]), b, 0o666))
			}
			set, err := Open("folder", root, Options{})
			require.NoError(t, err)
			require.Equal(t, c.want, set.Range)
			if c.note == "" {
				require.Empty(t, set.Notes)
			} else {
				require.Contains(t, set.Notes[0], c.note)
			}
			train := set.Categories[0].Train
			m, err := train[0].Decode()
			require.NoError(t, err)
			for i, v := range c.levels {
				require.Equal(t, v, m.Pix[3*i])
			}
			var with, without bytes.Buffer
			require.NoError(t, WriteDigests(&with, train))
			plain := train[0]
			plain.Range = imageio.Range{}
			require.NoError(t, WriteDigests(&without, append([]Sample{plain}, train[1:]...)))
			require.Equal(t, c.want == imageio.Range{}, with.String() == without.String())
		})
	}
	root := tree(t, files...)
	require.NoError(t, os.WriteFile(filepath.Join(root, files[0]), deepPNG(t, 1, 2), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(root, files[1]), floatTIFF(1, 2), 0o666))
	_, err := Open("folder", root, Options{})
	require.ErrorContains(t, err, "expected one kind in a set")
}
