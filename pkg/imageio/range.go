package imageio

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
)

// Range are the stored values that become black and white in 8 bits. The zero Range is each file's
// own: 0 to 65535 of 16 bits; for floating point, signed numbers and more bits what Span makes of
// its values.
type Range struct{ Low, High float64 }

// String is the range for a person.
func (r Range) String() string { return fmt.Sprintf("%g to %g", r.Low, r.High) }

// Extent is what values a picture holds whose file does not say what black and white are.
type Extent struct {
	Low, High float64
	Float     bool // floating point, not whole numbers
}

// Span is the range of pictures with those extents. Of whole numbers it is 0 to 2^b-1 with the
// smallest b from 8 on that holds them all, and from -2^b where some are negative; of floating
// point 0 to 1, or -1 to 1, where that holds them, else as of whole numbers. Whole 16 bits are so
// what they were.
func Span(extents ...Extent) Range {
	low, high, float := 0.0, 0.0, len(extents) > 0
	for _, e := range extents {
		low, high, float = min(low, e.Low), max(high, e.High), float && e.Float
	}
	if float && low >= -1 && high <= 1 {
		if low < 0 {
			return Range{-1, 1}
		}
		return Range{0, 1}
	}
	top := 256.0
	for high > top-1 || low < -top {
		top *= 2
	}
	if low < 0 {
		return Range{-top, top - 1}
	}
	return Range{0, top - 1}
}

// extent is what the picture's colours hold, and its file's own word of it.
func (s *stored) extent() Extent {
	e := Extent{math.Inf(1), math.Inf(-1), s.float}
	for i := 0; i < len(s.pix); i += s.n {
		for _, v := range s.pix[i : i+s.colours()] {
			e.Low, e.High = min(e.Low, float64(v)), max(e.High, float64(v))
		}
	}
	if s.told-s.told == 0 && s.told != 0 {
		e.High = max(e.High, s.told)
	}
	return e
}

// Depth says what is known of a picture's values from its header.
type Depth int

// The depths.
const (
	Shallow Depth = iota // the file says what is black and white
	Whole16              // whole numbers from 0, in 16 bits of which it is not known how many count
	Other                // more bits, signed numbers or floating point
)

// DepthOf says it of a file. One that cannot be read is Shallow: that is said where it is decoded.
func DepthOf(path string) Depth {
	f, err := open(path)
	if err != nil {
		return Shallow
	}
	defer f.Close()
	switch sniff(f) {
	case "png":
		var head [25]byte
		if _, err := f.ReadAt(head[:], 0); err == nil && head[24] == 16 {
			return Whole16
		}
	case "tiff":
		d, err := openTIFF(f)
		switch {
		case err != nil || d.kind == paletted || d.kind == separated || d.packing == 7:
		case d.format != 1 || d.bits > 16:
			return Other
		case d.bits == 16:
			return Whole16
		}
	}
	return Shallow
}

// ExtentOf decodes a picture that is not Shallow and says which values it holds.
func ExtentOf(path string) (Extent, error) {
	s, _, err := read(path)
	if err != nil {
		return Extent{}, err
	}
	return s.extent(), nil
}

// significantBits is what a PNG's chunk sBIT says of its samples, 0 without one.
func significantBits(f *os.File) int {
	var head [12]byte
	for at := int64(8); ; {
		if _, err := f.ReadAt(head[:], at); err != nil {
			return 0
		}
		size := int64(binary.BigEndian.Uint32(head[:]))
		switch string(head[4:8]) {
		case "sBIT":
			most := 0
			for _, b := range head[8:min(12, 8+size)] {
				most = max(most, int(b))
			}
			return most
		case "IDAT":
			return 0
		}
		at += size + 12
	}
}

// sniff tells a file's kind by how it begins, "" where that says none.
func sniff(r io.ReaderAt) string {
	var head [12]byte
	n, _ := r.ReadAt(head[:], 0)
	b := head[:n]
	switch {
	case n < 8:
	case string(b[:8]) == "\x89PNG\r\n\x1a\n":
		return "png"
	case string(b[:4]) == "II*\x00", string(b[:4]) == "MM\x00*", string(b[:4]) == "II+\x00",
		string(b[:4]) == "MM\x00+":
		return "tiff"
	case string(b[:2]) == "\xff\xd8":
		return "jpeg"
	case b[0] == 'P' && b[1] >= '1' && b[1] <= '6' && (b[2] <= ' ' || b[2] == '#'):
		return "pnm"
	}
	return ""
}
