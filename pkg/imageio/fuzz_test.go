package imageio

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
)

// fuzzLimit is how many pixels a fuzzed picture may have, so that many of them are decoded in a
// second.
const fuzzLimit = 1 << 14

// readsOrRefuses reads a file in every way that there is: each gives a picture of the size that the
// header says, or one line that names the file.
func readsOrRefuses(t *testing.T, path string) {
	w, h, sized := Size(path)
	for _, decode := range []func(string) (*Image, error){Decode, DecodeMask,
		func(path string) (*Image, error) { return ReadMask(path, false) },
		func(path string) (*Image, error) { return DecodeRange(path, Range{Low: 1, High: 3}) },
	} {
		m, err := decode(path)
		if err != nil {
			require.ErrorIs(t, err, ErrImage)
			require.ErrorContains(t, err, path)
			require.NotContains(t, err.Error(), "\n")
			continue
		}
		require.NoError(t, sized)
		require.Equal(t, []int{w, h}, []int{m.W, m.H})
		require.Len(t, m.Pix, m.W*m.H*m.C)
	}
	if vw, vh, values, err := ReadValues(path); err == nil {
		require.Equal(t, []int{w, h, w * h}, []int{vw, vh, len(values)})
	}
	require.GreaterOrEqual(t, Pages(path), 1)
	_, _ = ExtentOf(path)
	_ = DepthOf(path)
}

func smallPictures() func() {
	pixels, side := MaxPixels, MaxSide
	MaxPixels, MaxSide = fuzzLimit, 1024
	return func() { MaxPixels, MaxSide = pixels, side }
}

// seeds are small pictures of every format that is read, and headers that promise too much.
func seeds(f *testing.F) (all [][]byte) {
	two := image.Rect(0, 0, 5, 3)
	colours := filled(image.NewNRGBA(two), color.NRGBA{1, 2, 3, 255}, color.NRGBA{250, 128, 0, 90})
	for _, encode := range []func(io.Writer, image.Image) error{png.Encode, encodeJPEG, bmp.Encode,
		encodeTIFF, func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }} {
		for _, m := range []image.Image{colours, filled(image.NewGray(two), color.Gray{7}),
			filled(image.NewGray16(two), color.Gray16{0x12ff}),
			filled(image.NewPaletted(two, palette.Plan9[:16]), color.Gray{3})} {
			all = append(all, encoded(f, encode, m))
		}
	}
	for _, name := range []string{"lossy.webp", "lossless_alpha.webp", "cmyk.jpg"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		all = append(all, b)
	}
	for _, text := range []string{"P1\n2 2\n1 0\n0 1\n", "P2 2 1 9 3 9 ", "P3\n1 1\n65535 1 2 3 ",
		"P4 9 1 \xff\x80", "P5\n# c\n2 1 255\n\x00\xff", "P6 1 1 65535\n\x01\x02\x03\x04\x05\x06",
		"P5 99999 99999 255\n", "P2 1 1 0 0", "\xff\xd8\xff\xe1\x00\x08Exif\x00\x00", "BM"} {
		all = append(all, []byte(text))
	}
	return append(all, headerPNG(250_000, 200_000), headerPNG(1, 1<<20), headerPNG(0, 0),
		withEXIF(encoded(f, encodeJPEG, colours), binary.LittleEndian, 6))
}

func FuzzDecode(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	defer smallPictures()()
	path := filepath.Join(f.TempDir(), "fuzzed")
	f.Fuzz(func(t *testing.T, b []byte) {
		require.NoError(t, os.WriteFile(path, b, 0o666))
		readsOrRefuses(t, path)
	})
}

// FuzzTIFF is FuzzDecode of what begins as a TIFF does, or a BigTIFF, in either order of bytes.
func FuzzTIFF(f *testing.F) {
	block := encoded(f, encodeJPEG, filled(image.NewGray(image.Rect(0, 0, 8, 8)), color.Gray{9}))
	for _, b := range [][]byte{
		tiffFile(little, true, [][]byte{deflated(make([]byte, 16*8*6))}, tags(16, 8, 16, rgbPixels,
			tagSamples, 3, tagCompression, 8, tagPredictor, 2, tagOrientation, 5)),
		tiffFile(large, false, [][]byte{make([]byte, 256*4)}, tags(9, 9, 32, blackIsZero, tagFormat,
			3, tagTileWidth, 16, tagTileHeight, 16, tagSMaxSample, float32(9))),
		tiffFile(little, false, [][]byte{{0x10}}, tags(2, 1, 4, paletted, tagColorMap,
			colorMap(16, 1))),
		tiffFile(little, false, [][]byte{make([]byte, 40)}, tags(64, 64, 1, 1, tagCompression, 4)),
		tiffFile(little, false, [][]byte{block}, tags(8, 8, 8, blackIsZero, tagCompression, 7)),
		tiffFile(little, false, [][]byte{{2, 1, 2, 3, 0xf0, 7}}, tags(4, 2, 8, whiteIsZero,
			tagCompression, 32773)),
	} {
		f.Add(byte(0), b)
	}
	defer smallPictures()()
	path := filepath.Join(f.TempDir(), "fuzzed.tif")
	heads := []string{"II*\x00", "MM\x00*", "II+\x00", "MM\x00+"}
	f.Fuzz(func(t *testing.T, head byte, b []byte) {
		if len(b) >= 4 && head > 0 {
			b = append([]byte(heads[int(head)%len(heads)]), b[4:]...)
		}
		require.NoError(t, os.WriteFile(path, b, 0o666))
		readsOrRefuses(t, path)
	})
}

// TestAStripMayNotBeLargerThanAPicture: the JPEG in a strip has a header of its own, which may
// promise what the TIFF's does not.
func TestAStripMayNotBeLargerThanAPicture(t *testing.T) {
	block := encoded(t, encodeJPEG, filled(image.NewGray(image.Rect(0, 0, 8, 8)), color.Gray{9}))
	for at := 0; at+9 < len(block); at++ { // SOF0: marker, length, depth, height, width
		if block[at] == 0xff && block[at+1] == 0xc0 {
			binary.BigEndian.PutUint16(block[at+5:], 60_000)
			binary.BigEndian.PutUint16(block[at+7:], 60_000)
			break
		}
	}
	path := write(t, "bomb.tif", tiffFile(little, false, [][]byte{block}, tags(8, 8, 8, blackIsZero,
		tagCompression, 7)))
	_, err := Decode(path)
	require.ErrorIs(t, err, ErrImage)
	require.ErrorContains(t, err, "60000 x 60000 pixels in a strip or tile of 8 x 8")
}

// TestAPictureHasTheSizeOfItsHeader: the first frame of a GIF may be a part of its screen.
func TestAPictureHasTheSizeOfItsHeader(t *testing.T) {
	b := encoded(t, func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) },
		filled(image.NewPaletted(image.Rect(0, 0, 2, 2), palette.Plan9), color.Gray{9}))
	binary.LittleEndian.PutUint16(b[6:], 9)
	binary.LittleEndian.PutUint16(b[8:], 7)
	path := write(t, "part.gif", b)
	_, err := Decode(path)
	require.ErrorIs(t, err, ErrImage)
	require.ErrorContains(t, err, "of 9 x 7 pixels as the header says, got 2 x 2")
}

// TestTilesMayNotBeMuchMoreThanThePicture: thousands of narrow and endless tiles, all at one place
// of a small file, would take hours.
func TestTilesMayNotBeMuchMoreThanThePicture(t *testing.T) {
	block := deflated(make([]byte, 1<<12))
	for _, side := range [][2]int{{1, 1 << 15}, {1 << 15, 1 << 15}} {
		blocks := [][]byte{}
		for range min(20_000/side[0]+1, 20_000) {
			blocks = append(blocks, block)
		}
		path := write(t, "long.tif", tiffFile(little, false, blocks, tags(20_000, 1, 8, blackIsZero,
			tagCompression, 8, tagTileWidth, side[0], tagTileHeight, side[1])))
		_, err := Decode(path)
		require.ErrorIs(t, err, ErrImage)
		require.ErrorContains(t, err, "tiles of ")
		require.NotContains(t, err.Error(), "\n")
	}
	_, err := Decode(write(t, "wide.tif", tiffFile(large, false, [][]byte{block}, tags(9, 9, 8,
		blackIsZero, tagTileWidth, []int{1 << 30}, tagTileHeight, []int{1 << 30}))))
	require.ErrorContains(t, err, "tiles of 1073741824 x 1073741824 pixels")
}
