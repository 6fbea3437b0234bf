package imageio

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// tiffFile is a TIFF, or a BigTIFF, of one directory; the strips lie before it, and their tags are
// filled in. Values are short (uint16), long (int) or floating point (float32).
func tiffFile(order binary.ByteOrder, big bool, strips [][]byte, tags map[int]any) []byte {
	b := []byte("II*\x00\x00\x00\x00\x00")
	if order == binary.BigEndian {
		copy(b, "MM")
	}
	entry, room := 12, 4
	order.PutUint16(b[2:], 42)
	if big {
		order.PutUint16(b[2:], 43)
		order.PutUint16(b[4:], 8)
		b, entry, room = append(b, make([]byte, 8)...), 20, 8
	}
	var places, sizes []int
	for _, s := range strips {
		places, sizes = append(places, len(b)), append(sizes, len(s))
		b = append(b, s...)
	}
	at, size := tagStrips, tagStripSizes
	if tags[tagTileWidth] != nil {
		at, size = tagTiles, tagTileSizes
	}
	tags[at], tags[size] = places, sizes
	var ids []int
	for id := range tags {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var directory []byte
	for _, id := range ids {
		var kind, n int
		var data []byte
		switch v := tags[id].(type) {
		case int:
			kind, n, data = 3, 1, must(binary.Append(nil, order, uint16(v)))
		case []uint16:
			kind, n, data = 3, len(v), must(binary.Append(nil, order, v))
		case []int:
			kind, n = 4, len(v)
			for _, x := range v {
				data = must(binary.Append(data, order, uint32(x)))
			}
		case float32:
			kind, n, data = 11, 1, must(binary.Append(nil, order, v))
		case []byte:
			kind, n, data = 7, len(v), v
		}
		e := make([]byte, entry)
		order.PutUint16(e, uint16(id))
		order.PutUint16(e[2:], uint16(kind))
		order.PutUint32(e[4:], uint32(n))
		if big {
			order.PutUint64(e[4:], uint64(n))
		}
		if len(data) <= room {
			copy(e[entry-room:], data)
		} else if order.PutUint32(e[entry-room:], uint32(len(b))); big {
			order.PutUint64(e[entry-room:], uint64(len(b)))
		}
		if len(data) > room {
			b = append(b, data...)
		}
		directory = append(directory, e...)
	}
	if big {
		order.PutUint64(b[8:], uint64(len(b)))
		b = must(binary.Append(b, order, uint64(len(ids))))
	} else {
		order.PutUint32(b[4:], uint32(len(b)))
		b = must(binary.Append(b, order, uint16(len(ids))))
	}
	return append(append(b, directory...), make([]byte, room)...)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func deflated(b []byte) []byte {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	must(z.Write(b))
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

var little, large = binary.ByteOrder(binary.LittleEndian), binary.ByteOrder(binary.BigEndian)

func numbers(order binary.ByteOrder, v any) []byte { return must(binary.Append(nil, order, v)) }

// tags are a picture's of w x h pixels, and those given by number and value.
func tags(w, h, bits, kind int, more ...any) map[int]any {
	out := map[int]any{tagWidth: w, tagHeight: h, tagBits: bits, tagPhotometric: kind}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(int)] = more[i+1]
	}
	return out
}

func TestTIFFSamples(t *testing.T) {
	four := []uint16{8, 8, 8, 8}
	grey := func(v ...uint8) (out []uint8) {
		for _, x := range v {
			out = append(out, x, x, x)
		}
		return out
	}
	differences := numbers(large, []uint16{0x1200, 0x3400, 0x5600, 0x0101, 0x0101, 0x0101})
	floats := []float32{0, 0.25, 0.5, 1}
	var jpg bytes.Buffer
	flat := image.NewYCbCr(image.Rect(0, 0, 8, 8), image.YCbCrSubsampleRatio444)
	for i := range flat.Y {
		flat.Y[i], flat.Cb[i], flat.Cr[i] = 200, 90, 140
	}
	require.NoError(t, jpeg.Encode(&jpg, flat, &jpeg.Options{Quality: 100}))
	r, g, b := color.YCbCrToRGB(200, 90, 140)
	for name, tt := range map[string]struct {
		file []byte
		w, h int
		want []uint8 // RGB of the first pixels
	}{
		"planes apart": {tiffFile(little, false, [][]byte{{1, 2}, {3, 4}, {5, 6}},
			tags(2, 1, 8, rgbPixels, tagSamples, 3, tagPlanar, 2)), 2, 1,
			[]uint8{1, 3, 5, 2, 4, 6}},
		"planes apart in tiles": {tiffFile(little, false, [][]byte{slices.Repeat([]byte{1}, 256),
			slices.Repeat([]byte{3}, 256), slices.Repeat([]byte{5}, 256)},
			tags(2, 1, 8, rgbPixels, tagSamples, 3, tagPlanar, 2, tagTileWidth, 16, tagTileHeight,
				16)), 2, 1, []uint8{1, 3, 5, 1, 3, 5}},
		"a fourth sample": {tiffFile(little, false, [][]byte{{1, 2, 3, 9, 4, 5, 6, 9}},
			tags(2, 1, 8, rgbPixels, tagSamples, 4, tagBits, four, tagExtra, 0)), 2, 1,
			[]uint8{1, 2, 3, 4, 5, 6}},
		"grey and alpha": {tiffFile(little, false, [][]byte{{7, 0, 8, 255}},
			tags(2, 1, 8, blackIsZero, tagSamples, 2, tagExtra, 2)), 2, 1, grey(7, 8)},
		"grey times alpha": {tiffFile(little, false, [][]byte{{50, 128, 8, 255}},
			tags(2, 1, 8, blackIsZero, tagSamples, 2, tagExtra, 1)), 2, 1, grey(99, 8)},
		"inks": {tiffFile(little, false, [][]byte{{0, 0, 0, 0, 255, 0, 0, 0}},
			tags(2, 1, 8, separated, tagSamples, 4)), 2, 1, []uint8{255, 255, 255, 0, 255, 255}},
		"float": {tiffFile(little, false, [][]byte{numbers(little, floats)},
			tags(4, 1, 32, blackIsZero, tagFormat, 3)), 4, 1, grey(0, 64, 128, 255)},
		"float up to 255": {tiffFile(large, false,
			[][]byte{numbers(large, []float64{0, 3, 254.6, 200})},
			tags(4, 1, 64, blackIsZero, tagFormat, 3)), 4, 1, grey(0, 3, 255, 200)},
		"half": {tiffFile(little, false, [][]byte{numbers(little, []uint16{0, 0x3c00, 0x3800})},
			tags(3, 1, 16, blackIsZero, tagFormat, 3)), 3, 1, grey(0, 255, 128)},
		"signed": {tiffFile(little, false, [][]byte{numbers(little, []int16{0, 4095, 256})},
			tags(3, 1, 16, blackIsZero, tagFormat, 2)), 3, 1, grey(0, 255, 16)},
		"12 bits packed": {tiffFile(little, false, [][]byte{{0x12, 0x3f, 0xff}},
			tags(2, 1, 12, blackIsZero)), 2, 1, grey(0x12, 255)},
		"10 bits packed": {tiffFile(large, false, [][]byte{{0xff, 0xc0, 0x10}},
			tags(2, 1, 10, blackIsZero)), 2, 1, grey(255, 0)},
		"4 bits": {tiffFile(little, false, [][]byte{{0x0f, 0x10}}, tags(3, 1, 4, blackIsZero)), 3,
			1, grey(0, 255, 17)},
		"white is zero": {tiffFile(little, false, [][]byte{{0, 255, 55}},
			tags(3, 1, 8, whiteIsZero)), 3, 1, grey(255, 0, 200)},
		"bits, white is zero": {tiffFile(little, false, [][]byte{{0xa0}},
			tags(3, 1, 1, whiteIsZero)), 3, 1, grey(0, 255, 0)},
		"bits in the other order": {tiffFile(little, false, [][]byte{{0x05}},
			tags(3, 1, 1, blackIsZero, tagFillOrder, 2)), 3, 1, grey(255, 0, 255)},
		"palette": {tiffFile(little, false, [][]byte{{1, 0}}, tags(2, 1, 8, paletted, tagColorMap,
			colorMap(256, 257, [3]int{1, 2, 3}, [3]int{200, 100, 50}))), 2, 1,
			[]uint8{200, 100, 50, 1, 2, 3}},
		"palette in 8 bits": {tiffFile(little, false, [][]byte{{0x10}}, tags(2, 1, 4, paletted,
			tagColorMap, colorMap(16, 1, [3]int{1, 2, 3}, [3]int{200, 100, 50}))), 2, 1,
			[]uint8{200, 100, 50, 1, 2, 3}},
		"BigTIFF": {tiffFile(large, true, [][]byte{{7, 8}, {9, 10}}, tags(2, 2, 8, blackIsZero,
			tagRowsPerStrip, 1)), 2, 2, grey(7, 8, 9, 10)},
		"predicted": {tiffFile(large, false, [][]byte{deflated(differences)}, tags(2, 1, 16,
			rgbPixels, tagSamples, 3, tagCompression, 8, tagPredictor, 2)), 2, 1,
			[]uint8{0x12, 0x34, 0x56, 0x13, 0x35, 0x57}},
		"predicted floats": {tiffFile(little, false, [][]byte{deflated(planesOf(floats))},
			tags(4, 1, 32, blackIsZero, tagFormat, 3, tagCompression, 8, tagPredictor, 3)), 4, 1,
			grey(0, 64, 128, 255)},
		"run lengths": {tiffFile(little, false, [][]byte{{0xfe, 9, 0x80, 1, 4, 5}},
			tags(5, 1, 8, blackIsZero, tagCompression, 32773)), 5, 1, grey(9, 9, 9, 4, 5)},
		"JPEG": {tiffFile(little, false, [][]byte{jpg.Bytes()}, tags(8, 8, 8, ycbcrPixels,
			tagSamples, 3, tagCompression, 7)), 8, 8, []uint8{r, g, b}},
		"JPEG of RGB": {tiffFile(little, false, [][]byte{jpg.Bytes()}, tags(8, 8, 8, rgbPixels,
			tagSamples, 3, tagCompression, 7)), 8, 8, []uint8{200, 90, 140}},
		"YCbCr": {tiffFile(little, false, [][]byte{{200, 90, 140}}, tags(1, 1, 8, ycbcrPixels,
			tagSamples, 3, tagSubsampling, []uint16{1, 1})), 1, 1, []uint8{r, g, b}},
		"turned right": {tiffFile(little, false, [][]byte{{1, 2, 3, 4, 5, 6}}, tags(3, 2, 8,
			blackIsZero, tagOrientation, 6)), 2, 3, grey(4, 1, 5, 2, 6, 3)},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "a.tif", tt.file)
			m, err := Decode(path)
			require.NoError(t, err)
			require.Equal(t, []int{tt.w, tt.h, 3}, []int{m.W, m.H, m.C})
			require.Equal(t, tt.want, m.Pix[:len(tt.want)])
			w, h, err := Size(path)
			require.NoError(t, err)
			require.Equal(t, []int{tt.w, tt.h}, []int{w, h})
		})
	}
}

// colorMap is a palette of size colours, each value times scale.
func colorMap(size, scale int, colours ...[3]int) []uint16 {
	out := make([]uint16, 3*size)
	for i, c := range colours {
		for k, v := range c {
			out[k*size+i] = uint16(v * scale)
		}
	}
	return out
}

// planesOf is a row as the prediction of floating point leaves it: the bytes of each place
// together, the highest first, and of them the differences.
func planesOf(row []float32) []byte {
	out := make([]byte, 4*len(row))
	for i, v := range row {
		for k, x := range binary.BigEndian.AppendUint32(nil, math.Float32bits(v)) {
			out[k*len(row)+i] = x
		}
	}
	for i := len(out) - 1; i > 0; i-- {
		out[i] -= out[i-1]
	}
	return out
}

// The two strips are a 64 x 64 mask as libtiff codes it; only PhotometricInterpretation says which
// value is black.
func TestTIFFFax(t *testing.T) {
	coded := must(hex.DecodeString("fffffffff22a1a3ffffffffffffff1ff001001"))
	for kind, inside := range map[int]uint8{blackIsZero: 0, whiteIsZero: 255} {
		path := write(t, "fax.tif", tiffFile(little, false, [][]byte{coded},
			tags(64, 64, 1, kind, tagCompression, 4)))
		m, err := DecodeMask(path)
		require.NoError(t, err)
		require.Equal(t, 1, m.C)
		require.Equal(t, inside, m.Pix[0], "white runs are 0 bits")
		require.Equal(t, 255-inside, m.Pix[44*64+44])
	}
}

func TestTIFFRefusals(t *testing.T) {
	one := [][]byte{{1, 2, 3, 4, 5, 6, 7, 8}}
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"Lab": {tiffFile(little, false, one, tags(2, 1, 8, 8, tagSamples, 3)), "CIE L*a*b*"},
		"raw": {tiffFile(little, false, one, tags(2, 1, 8, 32803)), "colour filter array"},
		"Zstandard": {tiffFile(little, false, one, tags(2, 1, 8, 1, tagCompression, 50000)),
			"Zstandard"},
		"fax in 2D": {tiffFile(little, false, one, tags(8, 1, 1, 1, tagCompression, 3, tagT4Options,
			1)), "two dimensions"},
		"depths": {tiffFile(little, false, one, tags(1, 1, 8, rgbPixels, tagBits,
			[]uint16{5, 6, 5})), "different depths"},
		"complex": {tiffFile(little, false, one, tags(1, 1, 64, 1, tagFormat, 6)), "format 6"},
		"not numbers": {tiffFile(little, false, [][]byte{numbers(little, float32(math.NaN()))},
			tags(1, 1, 32, 1, tagFormat, 3)), "no numbers"},
		"subsampled": {tiffFile(little, false, one, tags(2, 2, 8, ycbcrPixels, tagSamples, 3)),
			"subsampled"},
		"other inks": {tiffFile(little, false, one, tags(1, 1, 8, separated, tagSamples, 4,
			tagInkSet, 2)), "other inks"},
	} {
		_, err := Decode(write(t, "a.tif", tt.file))
		require.ErrorIs(t, err, ErrImage, name)
		require.ErrorContains(t, err, tt.want, name)
		require.ErrorContains(t, err, "is not read here, though the file may be sound; convert it")
		require.NotContains(t, err.Error(), "damaged", name)
	}
	sound := tiffFile(little, false, [][]byte{make([]byte, 4000)}, tags(100, 40, 8, 1))
	copy(sound[8:], bytes.Repeat([]byte{7}, 100))
	_, err := Decode(write(t, "cut.tif", sound[:3000]))
	require.ErrorContains(t, err, "truncated")
}

func TestPages(t *testing.T) {
	one := tiffFile(little, false, [][]byte{{7}}, tags(1, 1, 8, blackIsZero))
	require.Equal(t, 1, Pages(write(t, "a.tif", one)))
	require.Equal(t, 1, Pages(write(t, "a.tif", one[:len(one)-4])), "ends with its directory")
	for sub, want := range map[int]int{0: 2, 1: 1, 4: 1} {
		for _, big := range []bool{false, true} {
			first := tiffFile(large, big, [][]byte{{7}}, tags(1, 1, 8, blackIsZero))
			second := tags(1, 1, 8, blackIsZero, tagSubfile, sub)
			whole := tiffFile(large, big, [][]byte{first}, second)
			room, at := 4, 4 // the second file's directory follows the first's
			if big {
				room, at = 8, 8
			}
			both := append(bytes.Clone(first), whole[len(first):]...)
			copy(both[len(first)-room:], whole[at:at+room])
			require.Equal(t, want, Pages(write(t, "a.tif", both)), "%d %v", sub, big)
			m, err := Decode(write(t, "a.tif", both))
			require.NoError(t, err)
			require.Equal(t, uint8(7), m.Pix[0])
		}
	}
	require.Equal(t, 1, Pages(write(t, "a.png", headerPNG(1, 1))))
}

func TestCorruptTIFFNeverPanics(t *testing.T) {
	for k, file := range [][]byte{
		tiffFile(little, true, [][]byte{deflated(make([]byte, 16*8*6))}, tags(16, 8, 16, rgbPixels,
			tagSamples, 3, tagCompression, 8, tagPredictor, 2, tagOrientation, 5)),
		tiffFile(large, false, [][]byte{make([]byte, 256*4)}, tags(9, 9, 32, blackIsZero, tagFormat,
			3, tagTileWidth, 16, tagTileHeight, 16, tagSMaxSample, float32(9))),
		tiffFile(little, false, [][]byte{{0x10}}, tags(2, 1, 4, paletted, tagColorMap,
			colorMap(16, 1))),
		tiffFile(little, false, [][]byte{make([]byte, 40)}, tags(64, 64, 1, 1, tagCompression, 4)),
	} {
		for i := range file {
			for _, flip := range []byte{0x01, 0x5a, 0xff} {
				c := bytes.Clone(file)
				c[i] ^= flip
				path := write(t, "c.tif", c)
				for _, decode := range []func(string) error{
					func(p string) error { _, err := Decode(p); return err },
					func(p string) error { _, err := ReadMask(p, false); return err },
					func(p string) error { _, err := ExtentOf(p); return err },
				} {
					if err := decode(path); err != nil {
						require.ErrorContains(t, err, path, "file %d byte %d", k, i)
						require.NotContains(t, err.Error(), "\n")
					}
				}
			}
		}
	}
}
