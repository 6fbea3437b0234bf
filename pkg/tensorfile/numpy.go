package tensorfile

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// ReadNumPy reads the arrays of a file that NumPy wrote: of an .npz by their names, the one of an
// .npy under "". Arrays are little-endian or of bytes, in C's order; objects, which are pickled,
// are refused unread. Errors are one line that names the file.
func ReadNumPy(path string) (map[string]Tensor, error) {
	if !strings.EqualFold(filepath.Ext(path), ".npz") {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		t, err := parseNumPy(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return map[string]Tensor{"": t}, nil
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: not an .npz that can be read: %w", path, err)
	}
	defer z.Close()
	out := map[string]Tensor{}
	for _, f := range z.File {
		t, err := member(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, f.Name, err)
		}
		name := strings.TrimSuffix(f.Name, ".npy")
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("%s: array %q is there twice", path, name)
		}
		out[name] = t
	}
	return out, nil
}

// mostNumPy bounds what is unpacked of one array, in bytes.
const mostNumPy = 8 << 30

// member unpacks an array of an .npz.
func member(f *zip.File) (t Tensor, err error) {
	if f.UncompressedSize64 > mostNumPy {
		return t, fmt.Errorf("expected at most %d GiB, got %d", mostNumPy>>30,
			f.UncompressedSize64>>30)
	}
	r, err := f.Open()
	if err != nil {
		return t, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if err != nil {
		return t, err
	}
	return parseNumPy(b)
}

// The entries of an .npy's header, which is a Python dict.
var (
	numpyType  = regexp.MustCompile(`'descr'\s*:\s*'([^']*)'`)
	numpyOrder = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	numpyShape = regexp.MustCompile(`'shape'\s*:\s*\(([0-9,\s]*)\)`)
)

// numpyTypes are the types that are read.
var numpyTypes = map[string]DType{"<f8": DTypeF64, "<f4": DTypeF32, "<f2": DTypeF16,
	"<i8": DTypeI64, "<i4": DTypeI32, "<i2": DTypeI16, "|i1": DTypeI8, "<u4": DTypeU32,
	"<u2": DTypeU16, "|u1": DTypeU8, "|b1": DTypeBool}

// parseNumPy reads the bytes of an .npy. Source: NumPy's numpy.lib.format, versions 1 to 3.
func parseNumPy(b []byte) (t Tensor, err error) {
	if len(b) < 10 || string(b[:6]) != "\x93NUMPY" {
		return t, fmt.Errorf("not an array of NumPy's: it does not begin as one")
	}
	start, size := 10, int(binary.LittleEndian.Uint16(b[8:]))
	if b[6] >= 2 {
		if len(b) < 12 {
			return t, fmt.Errorf("cut off in its header")
		}
		start, size = 12, int(binary.LittleEndian.Uint32(b[8:]))
	}
	if b[6] < 1 || b[6] > 3 || size > len(b)-start {
		return t, fmt.Errorf("version %d, or cut off in its header", b[6])
	}
	header := string(b[start : start+size])
	kind, order := numpyType.FindStringSubmatch(header), numpyOrder.FindStringSubmatch(header)
	shape := numpyShape.FindStringSubmatch(header)
	if kind == nil || order == nil || shape == nil {
		return t, fmt.Errorf("expected one array of numbers, got a header that tells none: %.80q",
			header)
	}
	known := false
	if t.DType, known = numpyTypes[kind[1]]; !known {
		return t, fmt.Errorf("expected float32, float64, float16, or integers, got type %q; save "+
			"it with .astype(np.float32)", kind[1])
	}
	if order[1] == "True" {
		return t, fmt.Errorf("its columns lie together (Fortran's order); save " +
			"np.ascontiguousarray of it")
	}
	n := 1
	for _, word := range strings.FieldsFunc(shape[1], func(r rune) bool {
		return r == ',' || r == ' '
	}) {
		side, err := strconv.Atoi(word)
		if err != nil || side < 0 || side > 0 && n > math.MaxInt32*64/side {
			return t, fmt.Errorf("expected a shape, got (%s)", shape[1])
		}
		t.Shape, n = append(t.Shape, side), n*side
	}
	t.Data = b[start+size:]
	if want := n * t.DType.Width(); len(t.Data) != want {
		return t, fmt.Errorf("expected %d bytes of shape %v, got %d", want, t.Shape, len(t.Data))
	}
	return t, nil
}
