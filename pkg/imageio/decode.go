package imageio

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"strings"

	_ "image/jpeg" // the formats that image.Decode knows
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// Larger pictures are refused from their header, before a pixel is allocated. They may be set
// before the first use.
var (
	MaxPixels int64 = 64_000_000 // 64 megapixels
	// JPEG's own limit; without it a strip one pixel wide would grow when it is resized
	MaxSide int64 = 65_535
)

// ErrImage is under every error about an image file's content.
var ErrImage = errors.New("unusable image")

// Decode reads PNG, JPEG, BMP, TIFF or WebP as RGB (C = 3): grey is replicated, palettes are looked
// up, alpha is dropped and the colour under it kept, 16-bit channels keep their high byte, CMYK is
// converted as Go's JPEG decoder does, a JPEG's EXIF orientation is applied. (Go's JPEG decoder and
// libjpeg may differ by a few levels in a pixel.) Errors are one line that names the file.
func Decode(path string) (*Image, error) { return decode(path, false) }

// DecodeMask reads a mask as it is stored, without a mode conversion: a grey file (1, 8 or 16 bits)
// gives one channel, anything else three.
func DecodeMask(path string) (*Image, error) { return decode(path, true) }

// Size reads width and height, as Decode will give them, from the header alone.
func Size(path string) (w, h int, err error) {
	f, err := open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	c, o, err := header(f)
	if o >= 5 {
		return c.Height, c.Width, err
	}
	return c.Width, c.Height, err
}

func decode(path string, mask bool) (m *Image, err error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	_, o, err := header(f)
	if err != nil {
		return nil, err
	}
	defer catch(path, &err)
	src, format, err := image.Decode(f)
	if err != nil {
		return nil, explain(f, err)
	}
	if m, ok := grey(src); ok && mask {
		return orient(m, o), nil
	}
	if format == "webp" {
		return orient(fromYCbCr(src, studioRGB), o), nil
	}
	return orient(From(src), o), nil
}

// open refuses what is not a regular file: reading a pipe would wait for ever.
func open(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, problem(path, "expected a file, got "+info.Mode().Type().String())
	}
	return os.Open(path)
}

// header reads the size, checks it against the limits, and reads the orientation; the file is then
// back at its start.
func header(f *os.File) (c image.Config, o int, err error) {
	defer catch(f.Name(), &err)
	if c, _, err = image.DecodeConfig(f); err != nil {
		return image.Config{}, 1, explain(f, err)
	}
	switch w, h := int64(c.Width), int64(c.Height); {
	case w < 1 || h < 1:
		err = problem(f.Name(), fmt.Sprintf("the header says %d x %d pixels, expected at least 1 "+
			"x 1", w, h))
	case w > MaxSide || h > MaxSide:
		err = problem(f.Name(), fmt.Sprintf("the header says %d x %d pixels, expected at most %d "+
			"a side", w, h, MaxSide))
	case w*h > MaxPixels:
		err = problem(f.Name(), fmt.Sprintf("the header says %d x %d pixels, expected at most %g "+
			"megapixels", w, h, float64(MaxPixels)/1e6))
	}
	if err != nil {
		return image.Config{}, 1, err
	}
	_, err = f.Seek(0, io.SeekStart)
	return c, orientation(f), err
}

// catch keeps a decoder that panics on a malformed file from taking the run with it.
func catch(path string, err *error) {
	if r := recover(); r != nil {
		*err = problem(path, fmt.Sprintf("the decoder failed: %v", r))
	}
}

func problem(path, what string) error { return fmt.Errorf("%w %s: %s", ErrImage, path, what) }

// explain turns a decoder's complaint into what the user can act on.
func explain(f *os.File, err error) error {
	start := make([]byte, 512)
	n, _ := f.ReadAt(start, 0)
	start = bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(start[:n], []byte("\ufeff"))))
	what := "the file is damaged: " + err.Error()
	switch {
	case n == 0:
		what = "the file is empty"
	case bytes.HasPrefix(start, []byte("version https://git-lfs")):
		what = "it is a Git-LFS pointer, not the picture; fetch the picture with `git lfs pull`"
	case bytes.HasPrefix(start, []byte("<!doctype")), bytes.HasPrefix(start, []byte("<html")):
		what = "it is a web page, not the picture; download the picture again"
	case errors.Is(err, image.ErrFormat):
		what = "expected PNG, JPEG, BMP, TIFF or WebP, got something else"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF),
		strings.Contains(what, "short Huffman data"),
		strings.Contains(what, "not enough pixel data"):
		what = "the file is truncated; copy or download it again"
	}
	return problem(f.Name(), what)
}
