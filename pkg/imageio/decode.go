package imageio

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"strings"

	_ "image/gif" // the formats that image.Decode knows
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"
)

// Larger pictures are refused from their header, before a pixel is allocated. They may be set
// before the first use.
var (
	MaxPixels int64 = 64_000_000 // 64 megapixels
	// JPEG's own limit; without it a strip one pixel wide would grow when it is resized
	MaxSide int64 = 65_535
)

// Formats are those that are read, for a person.
const Formats = "PNG, JPEG, BMP, TIFF or WebP (or GIF, PGM, PPM, PBM)"

// ErrImage is under every error about an image file's content.
var ErrImage = errors.New("unusable image")

// Decode reads PNG, JPEG, BMP, TIFF, WebP, GIF or Netpbm as RGB (C = 3): grey is replicated,
// palettes are looked up, alpha is dropped and the colour under it kept, CMYK is converted as Go's
// JPEG decoder does, an orientation that the file tells is applied. Of more than 8 bits the highest
// are kept: of 16 the high byte. Of an animation and of a file of several pictures it is the first.
// (Go's JPEG decoder and libjpeg may differ by a few levels in a pixel.) Errors are one line that
// names the file.
func Decode(path string) (*Image, error) { return DecodeRange(path, Range{}) }

// DecodeRange is Decode, where r says which values are black and white in a file that does not say
// it itself.
func DecodeRange(path string, r Range) (*Image, error) { return decode(path, r, false) }

// DecodeMask reads a picture as it is stored, without a mode conversion: a grey file gives one
// channel, anything else three. What a mask means is ReadMask's.
func DecodeMask(path string) (*Image, error) { return decode(path, Range{}, true) }

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

func decode(path string, r Range, mask bool) (m *Image, err error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, o, err := header(f)
	if err != nil {
		return nil, err
	}
	defer catch(path, &err)
	if s, err := plain(f); s != nil || err != nil {
		if err != nil {
			return nil, explain(f, err)
		}
		return orient(s.picture(r, mask), o), nil
	}
	src, format, err := decoded(f, c)
	if err != nil {
		return nil, err
	}
	if m, ok := grey(src); ok && mask {
		return orient(m, o), nil
	}
	if format == "webp" {
		return orient(fromYCbCr(src, studioRGB), o), nil
	}
	if s := deep(src); s != nil && r != (Range{}) {
		return orient(s.picture(r, false), o), nil
	}
	return orient(From(src), o), nil
}

// decoded is what Go's decoders make of a file, of the size that its header says, which was
// checked: the first frame of a GIF may be of another.
func decoded(f *os.File, c image.Config) (src image.Image, format string, err error) {
	if src, format, err = image.Decode(f); err != nil {
		return nil, "", explain(f, err)
	}
	if b := src.Bounds(); b.Dx() != c.Width || b.Dy() != c.Height {
		return nil, "", problem(f.Name(), fmt.Sprintf("expected a picture of %d x %d pixels as "+
			"the header says, got %d x %d", c.Width, c.Height, b.Dx(), b.Dy()))
	}
	return src, format, nil
}

// read gives a picture's samples as they are stored, and its orientation.
func read(path string) (s *stored, o int, err error) {
	f, err := open(path)
	if err != nil {
		return nil, 1, err
	}
	defer f.Close()
	c, o, err := header(f)
	if err != nil {
		return nil, 1, err
	}
	defer catch(path, &err)
	if s, err = plain(f); s != nil || err != nil {
		if err != nil {
			return nil, 1, explain(f, err)
		}
		return s, o, nil
	}
	src, format, err := decoded(f, c)
	if err != nil {
		return nil, 1, err
	}
	if s = keepStored(src); format == "webp" {
		if _, is := src.(*image.YCbCr); is {
			s = keepStored(fromYCbCr(src, studioRGB).Image())
			s.keep(3)
			s.alpha = false
		}
	}
	s.lossy = format == "jpeg"
	if bits := significantBits(f); format == "png" && s.deep && bits > 0 && bits < 16 {
		// by the standard they were scaled to 16 bits; where they were not, none is beyond them
		told := float64(int(1)<<bits - 1)
		if s.extent().High > told {
			told = 65535
		}
		s.told = told
	}
	return s, o, nil
}

// deep keeps the samples of a picture of 16 bits a sample; nil for any other.
func deep(src image.Image) *stored {
	switch src.(type) {
	case *image.Gray16, *image.NRGBA64, *image.RGBA64:
		return keepStored(src)
	}
	return nil
}

// plain reads the samples of the kinds of files that are read here; nil for the others.
func plain(f *os.File) (*stored, error) {
	switch sniff(f) {
	case "tiff":
		d, err := openTIFF(f)
		if err != nil {
			return nil, err
		}
		return d.stored()
	case "pnm":
		p, err := openPNM(f)
		if err != nil {
			return nil, err
		}
		return p.stored()
	}
	return nil, nil
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
	if c, o, err = config(f); err != nil {
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
	return c, o, err
}

// config reads the size and the orientation.
func config(f *os.File) (c image.Config, o int, err error) {
	switch sniff(f) {
	case "tiff":
		d, err := openTIFF(f)
		if err != nil {
			return c, 1, err
		}
		return image.Config{Width: d.w, Height: d.h}, d.orientation(), nil
	case "pnm":
		p, err := openPNM(f)
		if err != nil {
			return c, 1, err
		}
		return image.Config{Width: p.w, Height: p.h}, 1, nil
	}
	c, _, err = image.DecodeConfig(f)
	return c, orientation(f), err
}

// catch keeps a decoder that panics on a malformed file from taking the run with it.
func catch(path string, err *error) {
	if r := recover(); r != nil {
		*err = problem(path, fmt.Sprintf("the decoder failed: %v", r))
	}
}

func problem(path, what string) error { return fmt.Errorf("%w %s: %s", ErrImage, path, what) }

// foreign names some kinds of pictures that are not read, by how their files begin in lower case.
func foreign(start []byte) string {
	for head, name := range map[string]string{"\x00\x00\x00\fjp  ": "JPEG 2000",
		"\xffo\xffq": "JPEG 2000", "8bps": "a Photoshop document", "pf\n": "a float map (PFM)",
		"%pdf": "a PDF", "\x00\x00\x01\x00": "an icon", "simple  =": "FITS", "p7\n": "a PAM",
		"\x93numpy": "a NumPy array", "<svg": "SVG", "<?xml": "SVG"} {
		if bytes.HasPrefix(start, []byte(head)) {
			return name
		}
	}
	if len(start) > 12 && string(start[4:8]) == "ftyp" {
		return "HEIC or AVIF"
	}
	return ""
}

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
		what = "expected " + Formats + ", got something else"
		if kind := foreign(start); kind != "" {
			what = kind + " is not read here; convert it to PNG"
		}
	case errors.Is(err, errUnread), strings.Contains(what, "unsupported"):
		what = strings.TrimPrefix(strings.TrimPrefix(err.Error(), errUnread.Error()+": "),
			"unsupported ") + " is not read here, though the file may be sound; convert it to an " +
			"ordinary PNG"
	case bytes.HasPrefix(start, []byte("riff")) && bytes.Contains(start, []byte("anim")):
		what = "an animated WebP is not read here; save one picture of it as PNG"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF),
		strings.Contains(what, "short Huffman data"),
		strings.Contains(what, "not enough pixel data"):
		what = "the file is truncated; copy or download it again"
	}
	return problem(f.Name(), what)
}
