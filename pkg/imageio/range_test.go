package imageio

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		extents []Extent
		want    Range
	}{
		{nil, Range{0, 255}},
		{[]Extent{{3, 200, false}}, Range{0, 255}},
		{[]Extent{{0, 1023, false}, {7, 1024, false}}, Range{0, 2047}},
		{[]Extent{{0, 4095, false}, {0, 12, false}}, Range{0, 4095}},
		{[]Extent{{0, 40000, false}}, Range{0, 65535}},
		{[]Extent{{-2, 300, false}}, Range{-512, 511}},
		{[]Extent{{0.2, 0.9, true}, {0, 1, true}}, Range{0, 1}},
		{[]Extent{{-0.2, 0.9, true}}, Range{-1, 1}},
		{[]Extent{{0, 1.5, true}}, Range{0, 255}},
		{[]Extent{{0, 1, false}}, Range{0, 255}},
	} {
		require.Equal(t, c.want, Span(c.extents...), "%v", c.extents)
	}
}

// withSignificant puts a chunk sBIT after a PNG's header.
func withSignificant(b []byte, bits ...byte) []byte {
	chunk := append([]byte("sBIT"), bits...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk))
	chunk = append(binary.BigEndian.AppendUint32(nil, uint32(len(bits))), chunk...)
	return bytes.Join([][]byte{b[:33], chunk, b[33:]}, nil)
}

func TestDeepPictures(t *testing.T) {
	two := image.Rect(0, 0, 2, 1)
	grey := func(values ...uint16) []byte {
		m := image.NewGray16(two)
		for i, v := range values {
			m.SetGray16(i, 0, color.Gray16{Y: v})
		}
		return encoded(t, png.Encode, m)
	}
	for name, tt := range map[string]struct {
		file string
		b    []byte
		want Extent
		pix  []uint8 // of the pixels' first channel, in the range of 12 bits
	}{
		"narrow": {"a.png", grey(16, 4095), Extent{16, 4095, false}, []uint8{1, 255}},
		"beyond": {"a.png", grey(16, 9000), Extent{16, 9000, false}, []uint8{1, 255}},
		"significant": {"a.png", withSignificant(grey(0, 1500), 12), Extent{0, 4095, false},
			[]uint8{0, 93}},
		"significant, scaled": {"a.png", withSignificant(grey(0, 5000), 12),
			Extent{0, 65535, false}, []uint8{0, 255}},
		"colours": {"a.png", encoded(t, png.Encode, filled(image.NewNRGBA64(two),
			color.NRGBA64{160, 320, 4000, 0xffff})), Extent{160, 4000, false}, []uint8{10, 10}},
		"told by a TIFF": {"a.tif", tiffFile(little, false,
			[][]byte{numbers(little, []uint16{16, 1000})}, tags(2, 1, 16, blackIsZero,
				tagMaxSample, 4095)), Extent{16, 4095, false}, []uint8{1, 62}},
		"signed": {"a.tif", tiffFile(large, false, [][]byte{numbers(large, []int16{-3, 16})},
			tags(2, 1, 16, blackIsZero, tagFormat, 2)), Extent{-3, 16, false}, []uint8{0, 1}},
		"white is zero": {"a.tif", tiffFile(little, false,
			[][]byte{numbers(little, []uint16{16, 4095})}, tags(2, 1, 16, whiteIsZero)),
			Extent{16, 4095, false}, []uint8{254, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, tt.file, tt.b)
			require.NotEqual(t, Shallow, DepthOf(path))
			e, err := ExtentOf(path)
			require.NoError(t, err)
			require.Equal(t, tt.want, e)
			m, err := DecodeRange(path, Range{0, 4095})
			require.NoError(t, err)
			require.Equal(t, tt.pix, []uint8{m.Pix[0], m.Pix[3]})
		})
	}
	for name, b := range map[string][]byte{
		"8 bits.png": encoded(t, png.Encode, filled(image.NewGray(two), color.Gray{7})),
		"12.tif":     tiffFile(little, false, [][]byte{{1, 2, 3}}, tags(2, 1, 12, blackIsZero)),
		"a.pgm":      []byte("P2 2 1 4095 16 4095"),
		"text.png":   []byte("hello"),
	} {
		path := write(t, name, b)
		require.Equal(t, Shallow, DepthOf(path), name)
		if m, err := DecodeRange(path, Range{0, 4095}); name != "text.png" {
			require.NoError(t, err)
			same, err := Decode(path)
			require.NoError(t, err)
			require.Equal(t, same, m, "what the file says itself stands")
		}
	}
}

func TestNetpbm(t *testing.T) {
	for content, want := range map[string][]uint8{
		"P1\n# two\n2 1\n01":                   {255, 0},
		"P4 2 1 \x40":                          {255, 0},
		"P2 2 1 255\n7 250":                    {7, 250},
		"P2 2 1 15 15 1":                       {255, 17},
		"P5 2 1 255\n\x07\xfa":                 {7, 250},
		"P5 2 1 4095\n\x0f\xff\x00\x10":        {255, 1},
		"P5 2 1 1000\n\x03\xe8\x01\xf4":        {255, 128},
		"P6 2 1 255\n\x01\x01\x01\x02\x02\x02": {1, 2},
		"P3 2 1 255 1 1 1 2 2 2":               {1, 2},
	} {
		path := write(t, "a.pgm", []byte(content))
		m, err := Decode(path)
		require.NoError(t, err, content)
		require.Equal(t, want, []uint8{m.Pix[0], m.Pix[3]}, content)
		w, h, err := Size(path)
		require.NoError(t, err)
		require.Equal(t, []int{2, 1}, []int{w, h})
	}
	for content, want := range map[string]string{"P5 2 1 255\n\x07": "truncated",
		"P5 2 1 99999 ": "expected 1 to 65535", "P2 2 x 1 ....": "expected a number",
		"P5 99999 1 255 ": "at most 65535 a side"} {
		_, err := Decode(write(t, "a.pgm", []byte(content)))
		require.ErrorIs(t, err, ErrImage)
		require.ErrorContains(t, err, want)
	}
}

func TestSoundFilesAreNotCalledDamaged(t *testing.T) {
	for want, content := range map[string]string{
		"JPEG 2000":    "\x00\x00\x00\x0cjP  \r\n\x87\n....",
		"HEIC or AVIF": "\x00\x00\x00\x20ftypheic....",
		"an animated WebP": "RIFF\x30\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00" +
			"\x07\x00\x00\x07\x00\x00ANIM\x06\x00\x00\x00......",
		"a PAM": "P7\nWIDTH 1\n",
	} {
		_, err := Decode(write(t, "a.png", []byte(content)))
		require.ErrorIs(t, err, ErrImage)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "not read here")
		require.ErrorContains(t, err, "PNG")
	}
}
