package imageio

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// write puts b into a fresh file of that name.
func write(t testing.TB, name string, b []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, b, 0o666))
	return path
}

func encoded(t testing.TB, encode func(io.Writer, image.Image) error, m image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, encode(&b, m))
	return b.Bytes()
}

func encodeTIFF(w io.Writer, m image.Image) error { return tiff.Encode(w, m, nil) }
func encodeJPEG(w io.Writer, m image.Image) error {
	return jpeg.Encode(w, m, &jpeg.Options{Quality: 100})
}

// filled sets every pixel in turn from colours.
func filled[I interface {
	image.Image
	Set(x, y int, c color.Color)
}](m I, colours ...color.Color) I {
	b := m.Bounds()
	for i := range b.Dx() * b.Dy() {
		m.Set(b.Min.X+i%b.Dx(), b.Min.Y+i/b.Dx(), colours[i%len(colours)])
	}
	return m
}

func TestDecodeConverts(t *testing.T) {
	two := image.Rect(0, 0, 2, 1)
	palette := color.Palette{color.NRGBA{1, 2, 3, 255}, color.NRGBA{200, 100, 50, 255},
		color.NRGBA{9, 8, 7, 40}}
	tests := []struct {
		name      string
		encode    func(io.Writer, image.Image) error
		source    image.Image
		rgb, mask []uint8
	}{
		{"grey.png", png.Encode, filled(image.NewGray(two), color.Gray{7}, color.Gray{250}),
			[]uint8{7, 7, 7, 250, 250, 250}, []uint8{7, 250}},
		{"grey16.png", png.Encode, filled(image.NewGray16(two), color.Gray16{0x12ff},
			color.Gray16{0xff00}), []uint8{0x12, 0x12, 0x12, 255, 255, 255}, []uint8{0x12, 255}},
		{"rgb.png", png.Encode, filled(image.NewNRGBA(two), color.NRGBA{1, 2, 3, 255},
			color.NRGBA{250, 128, 0, 255}), []uint8{1, 2, 3, 250, 128, 0}, nil},
		{"alpha.png", png.Encode, filled(image.NewNRGBA(two), color.NRGBA{201, 102, 53, 1},
			color.NRGBA{250, 128, 3, 0}), []uint8{201, 102, 53, 250, 128, 3}, nil},
		{"rgb16.png", png.Encode,
			filled(image.NewNRGBA64(two), color.NRGBA64{0x1280, 0x34ff, 0x5600, 0xffff}),
			[]uint8{0x12, 0x34, 0x56, 0x12, 0x34, 0x56}, nil},
		{"alpha16.png", png.Encode,
			filled(image.NewNRGBA64(two), color.NRGBA64{0x1280, 0x34ff, 0x5600, 0x0001}),
			[]uint8{0x12, 0x34, 0x56, 0x12, 0x34, 0x56}, nil},
		{"palette.png", png.Encode, filled(image.NewPaletted(two, palette[:2]), palette[0],
			palette[1]), []uint8{1, 2, 3, 200, 100, 50}, nil},
		{"palette_alpha.png", png.Encode, filled(image.NewPaletted(two, palette), palette[1],
			palette[2]), []uint8{200, 100, 50, 9, 8, 7}, nil},
		{"grey.JPG", encodeJPEG, filled(image.NewGray(two), color.Gray{90}),
			[]uint8{90, 90, 90, 90, 90, 90}, []uint8{90, 90}},
		{"rgb.bmp", bmp.Encode, filled(image.NewRGBA(two), color.RGBA{1, 2, 3, 255},
			color.RGBA{250, 128, 0, 255}), []uint8{1, 2, 3, 250, 128, 0}, nil},
		{"alpha.bmp", bmp.Encode, filled(image.NewNRGBA(two), color.NRGBA{201, 102, 53, 1},
			color.NRGBA{250, 128, 3, 7}), []uint8{201, 102, 53, 250, 128, 3}, nil},
		{"grey.tiff", encodeTIFF, filled(image.NewGray(two), color.Gray{7}, color.Gray{250}),
			[]uint8{7, 7, 7, 250, 250, 250}, []uint8{7, 250}},
		{"grey16.tif", encodeTIFF, filled(image.NewGray16(two), color.Gray16{0x12ff},
			color.Gray16{0xff00}), []uint8{0x12, 0x12, 0x12, 255, 255, 255}, []uint8{0x12, 255}},
		{"alpha.tif", encodeTIFF, filled(image.NewNRGBA(two), color.NRGBA{201, 102, 53, 1},
			color.NRGBA{250, 128, 3, 0}), []uint8{201, 102, 53, 250, 128, 3}, nil},
		{"multiplied.tif", encodeTIFF, filled(image.NewRGBA(two), color.RGBA{100, 50, 25, 128}),
			[]uint8{199, 99, 49, 199, 99, 49}, nil},
		{"palette.tif", encodeTIFF, filled(image.NewPaletted(two, palette[:2]), palette[1],
			palette[0]), []uint8{200, 100, 50, 1, 2, 3}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.name, encoded(t, tt.encode, tt.source))
			m, err := Decode(path)
			require.NoError(t, err)
			require.Equal(t, &Image{2, 1, 3, tt.rgb}, m)
			mask, err := DecodeMask(path)
			require.NoError(t, err)
			if tt.mask == nil {
				require.Equal(t, m, mask)
			} else {
				require.Equal(t, &Image{2, 1, 1, tt.mask}, mask)
			}
			w, h, err := Size(path)
			require.NoError(t, err)
			require.Equal(t, []int{2, 1}, []int{w, h})
		})
	}
}

// The files show four flat blocks of 16 pixels a side; the expected colours are Pillow 13's
// convert("RGB") of them.
func TestDecodeMatchesPillowOnFiles(t *testing.T) {
	exact := [][]uint8{{200, 30, 60}, {20, 180, 90}, {40, 70, 220}, {128, 128, 128}}
	lossy := [][]uint8{{202, 28, 60}, {20, 181, 90}, {40, 70, 221}, {128, 128, 128}}
	ink := []uint8{215, 131, 46}
	for name, tt := range map[string]struct {
		want  [][]uint8
		delta float64
	}{
		"lossless.webp": {exact, 0}, "lossless_alpha.webp": {exact, 0},
		"lossy.webp": {lossy, 1}, "lossy_alpha.webp": {lossy, 1},
		"cmyk.jpg": {[][]uint8{ink, ink, ink, ink}, 1},
	} {
		m, err := Decode(filepath.Join("testdata", name))
		require.NoError(t, err, name)
		require.Equal(t, 3, m.C)
		for k, want := range tt.want {
			x, y := (8+16*(k%2))%m.W, (8+16*(k/2))%m.H
			for c, v := range want {
				require.InDelta(t, v, m.Pix[(y*m.W+x)*3+c], tt.delta, "%s block %d channel %d",
					name, k, c)
			}
		}
	}
}

func TestFromKeepsSubImagesAndStrangers(t *testing.T) {
	whole := filled(image.NewNRGBA(image.Rect(0, 0, 3, 3)), color.NRGBA{1, 2, 3, 255},
		color.NRGBA{4, 5, 6, 255}, color.NRGBA{7, 8, 9, 255})
	part := whole.SubImage(image.Rect(1, 1, 3, 2))
	require.Equal(t, &Image{2, 1, 3, []uint8{4, 5, 6, 7, 8, 9}}, From(part))
	ycc := image.NewYCbCr(image.Rect(0, 0, 4, 2), image.YCbCrSubsampleRatio420)
	copy(ycc.Y, []uint8{10, 20, 30, 40, 50, 60, 70, 80})
	copy(ycc.Cb, []uint8{128, 90})
	copy(ycc.Cr, []uint8{128, 200})
	m := From(ycc.SubImage(image.Rect(1, 1, 4, 2)))
	for x := range 3 {
		r, g, b := color.YCbCrToRGB(ycc.Y[5+x], ycc.Cb[(1+x)/2], ycc.Cr[(1+x)/2])
		require.Equal(t, []uint8{r, g, b}, m.Pix[3*x:3*x+3])
	}
	require.Equal(t, []uint8{255, 255, 255},
		From(filled(image.NewAlpha(image.Rect(0, 0, 1, 1)), color.Alpha{90})).Pix)
}

func TestImageRoundTrip(t *testing.T) {
	m := &Image{2, 1, 3, []uint8{1, 2, 3, 4, 5, 6}}
	require.Equal(t, m, From(m.Image()))
	g := &Image{2, 1, 1, []uint8{9, 200}}
	back, ok := grey(g.Image())
	require.True(t, ok)
	require.Equal(t, g, back)
}

// headerPNG is a PNG that ends after a header of that size.
func headerPNG(w, h uint32) []byte {
	chunk := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(chunk[4:], w)
	binary.BigEndian.PutUint32(chunk[8:], h)
	chunk[12], chunk[13] = 8, 2
	b := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	b = append(b, chunk...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
}

func TestBadFilesAreOneLine(t *testing.T) {
	picture := filled(image.NewNRGBA(image.Rect(0, 0, 40, 40)), color.NRGBA{1, 2, 3, 255},
		color.NRGBA{250, 128, 0, 255}, color.NRGBA{77, 8, 190, 255})
	half := func(encode func(io.Writer, image.Image) error) []byte {
		b := encoded(t, encode, picture)
		return b[:len(b)*2/3]
	}
	broken := encoded(t, png.Encode, picture)
	broken[len(broken)/2] ^= 0xff
	tests := []struct {
		name, want string
		content    []byte
	}{
		{"empty.png", "the file is empty", nil},
		{"half.png", "truncated", half(png.Encode)},
		{"half.jpg", "truncated", half(encodeJPEG)},
		{"half.bmp", "truncated", half(bmp.Encode)},
		{"half.tif", "truncated", half(encodeTIFF)},
		{"head.jpg", "truncated", encoded(t, encodeJPEG, picture)[:20]},
		{"broken.png", "the file is damaged", broken},
		{"magic.png", "expected PNG, JPEG, BMP, TIFF or WebP",
			[]byte("\x88PNG\r\n\x1a\nxxxxxxxxxxxxxxxxxxxxx")},
		{"text.jpg", "expected PNG, JPEG, BMP, TIFF or WebP", []byte("hello")},
		{"lfs.png", "git lfs pull", []byte("version https://git-lfs.github.com/spec/v1\noid " +
			"sha256:00\nsize 12\n")},
		{"page.png", "it is a web page", []byte("\n<!DOCTYPE html><html><body>404</body></html>")},
		{"zero.png", "non-positive dimension", headerPNG(0, 0)},
		{"zero.bmp", "0 x 0 pixels, expected at least 1 x 1", zeroBMP(t)},
		{"bomb.png", "250000 x 200000 pixels, expected at most 65535 a side",
			headerPNG(250_000, 200_000)},
		{"large.png", "50000 x 50000 pixels, expected at most 64 megapixels",
			headerPNG(50_000, 50_000)},
		{"strip.png", "1 x 1000000 pixels, expected at most 65535 a side", headerPNG(1, 1_000_000)},
		{"most.png", "dimension overflow", headerPNG(1<<31-1, 1<<31-1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.name, tt.content)
			for _, decode := range []func(string) (*Image, error){Decode, DecodeMask} {
				m, err := decode(path)
				require.Nil(t, m)
				require.ErrorIs(t, err, ErrImage)
				require.ErrorContains(t, err, path)
				require.ErrorContains(t, err, tt.want)
				require.NotContains(t, err.Error(), "\n")
			}
		})
	}
	_, err := Decode(filepath.Join(t.TempDir(), "none.png"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Decode(t.TempDir())
	require.ErrorContains(t, err, "expected a file")
}

func zeroBMP(t *testing.T) []byte {
	b := encoded(t, bmp.Encode, image.NewNRGBA(image.Rect(0, 0, 1, 1)))
	binary.LittleEndian.PutUint32(b[18:], 0)
	binary.LittleEndian.PutUint32(b[22:], 0)
	return b
}

func TestLargeHeaderAllocatesNothing(t *testing.T) {
	path := write(t, "bomb.png", headerPNG(60_000, 60_000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 10 {
		_, err := Decode(path)
		require.Error(t, err)
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

// A decoder's panic becomes an error, whatever was flipped in the file.
func TestCorruptFilesNeverPanic(t *testing.T) {
	picture := filled(image.NewNRGBA(image.Rect(0, 0, 24, 24)), color.NRGBA{1, 2, 3, 255},
		color.NRGBA{250, 128, 0, 200})
	grey := filled(image.NewPaletted(image.Rect(0, 0, 9, 9),
		color.Palette{color.Gray{3}, color.Gray{200}}), color.Gray{3}, color.Gray{200})
	var files [][]byte
	for _, encode := range []func(io.Writer, image.Image) error{png.Encode, encodeJPEG, bmp.Encode,
		encodeTIFF} {
		files = append(files, encoded(t, encode, picture), encoded(t, encode, grey))
	}
	for _, name := range []string{"lossy.webp", "lossless_alpha.webp", "cmyk.jpg"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		files = append(files, b)
	}
	path := filepath.Join(t.TempDir(), "corrupt")
	for k, b := range files {
		for i := 0; i < len(b); i += 1 + len(b)/60 {
			c := bytes.Clone(b)
			c[i] ^= 0x5a
			require.NoError(t, os.WriteFile(path, c, 0o666))
			if _, err := Decode(path); err != nil {
				require.ErrorContains(t, err, path, "file %d byte %d", k, i)
				require.False(t, strings.Contains(err.Error(), "\n"), "file %d byte %d: %v", k, i,
					err)
			}
		}
	}
}

func TestCatch(t *testing.T) {
	err := func() (err error) {
		defer catch("a.png", &err)
		panic("index out of range")
	}()
	require.EqualError(t, err, "unusable image a.png: the decoder failed: index out of range")
}
