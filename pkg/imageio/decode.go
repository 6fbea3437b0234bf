package imageio

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"

	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// MaxPixels is the largest picture that is decoded, 64 megapixels; larger ones are refused from their header.
var MaxPixels int64 = 64 << 20

// ErrImage is under every error about an image file's content.
var ErrImage = errors.New("unusable image")

// Decode reads PNG, JPEG, BMP, TIFF or WebP as RGB (C = 3): grey is replicated, palettes are looked up, alpha is dropped,
// 16-bit channels keep their high byte, CMYK is converted, a JPEG's EXIF orientation is applied. (Go's JPEG decoder and
// libjpeg may differ by a few levels in a pixel.)
func Decode(path string) (*Image, error) { return decode(path, false) }

// DecodeMask reads a mask as it is stored, without a mode conversion: a grey file (1, 8 or 16 bits) gives one channel,
// anything else three.
func DecodeMask(path string) (*Image, error) { return decode(path, true) }

// Size reads width and height from the header alone.
func Size(path string) (w, h int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	if err != nil {
		head := make([]byte, 64)
		n, _ := f.ReadAt(head, 0)
		return 0, 0, problem(path, explain(head[:n], err))
	}
	if err := checkSize(path, c); err != nil {
		return 0, 0, err
	}
	if o := orientation(f); o >= 5 {
		return c.Height, c.Width, nil
	}
	return c.Width, c.Height, nil
}

func decode(path string, mask bool) (m *Image, err error) {
	if _, _, err := Size(path); err != nil { // the limit, before pixels are allocated
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	defer func() { // a decoder that panics on a malformed file must not take the run with it
		if r := recover(); r != nil {
			m, err = nil, problem(path, fmt.Sprintf("the decoder failed: %v", r))
		}
	}()
	src, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, problem(path, explain(b, err))
	}
	return orient(From(src, mask), orientation(bytes.NewReader(b))), nil
}

func checkSize(path string, c image.Config) error {
	if c.Width <= 0 || c.Height <= 0 {
		return problem(path, fmt.Sprintf("the header says %d x %d pixels, expected at least 1 x 1", c.Width, c.Height))
	}
	if int64(c.Width) > MaxPixels || int64(c.Width)*int64(c.Height) > MaxPixels {
		return problem(path, fmt.Sprintf("the header says %d x %d pixels, expected at most %d megapixels", c.Width, c.Height, MaxPixels>>20))
	}
	return nil
}

func problem(path, what string) error { return fmt.Errorf("%w %s: %s", ErrImage, path, what) }

// explain turns a decoder's complaint into what the user can act on.
func explain(b []byte, err error) string {
	switch {
	case len(b) == 0:
		return "the file is empty"
	case bytes.HasPrefix(b, []byte("version https://git-lfs")):
		return "it is a Git-LFS pointer, not the picture; fetch it with `git lfs pull`"
	case errors.Is(err, image.ErrFormat):
		return "expected PNG, JPEG, BMP, TIFF or WebP, got something else"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the file is truncated"
	}
	return err.Error()
}
