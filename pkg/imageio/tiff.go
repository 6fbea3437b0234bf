package imageio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// errUnread is under every complaint about a sound file that uses something which is not read.
var errUnread = errors.New("not read here")

func unread(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUnread, fmt.Sprintf(format, args...))
}

// errTIFF is under every complaint about a malformed TIFF.
var errTIFF = errors.New("malformed TIFF")

// The tags of TIFF 6.0 and its supplements that decide what the samples are.
const (
	tagSubfile      = 254
	tagWidth        = 256
	tagHeight       = 257
	tagBits         = 258
	tagCompression  = 259
	tagPhotometric  = 262
	tagFillOrder    = 266
	tagStrips       = 273
	tagOrientation  = 274
	tagSamples      = 277
	tagRowsPerStrip = 278
	tagStripSizes   = 279
	tagMaxSample    = 281
	tagPlanar       = 284
	tagT4Options    = 292
	tagPredictor    = 317
	tagColorMap     = 320
	tagTileWidth    = 322
	tagTileHeight   = 323
	tagTiles        = 324
	tagTileSizes    = 325
	tagInkSet       = 332
	tagExtra        = 338
	tagFormat       = 339
	tagSMaxSample   = 341
	tagJPEGTables   = 347
	tagSubsampling  = 530
)

// The values of PhotometricInterpretation.
const (
	whiteIsZero = 0
	blackIsZero = 1
	rgbPixels   = 2
	paletted    = 3
	transparent = 4
	separated   = 5
	ycbcrPixels = 6
)

var photometrics = map[int]string{8: "CIE L*a*b*", 9: "ICC L*a*b*", 10: "ITU L*a*b*",
	32803: "a colour filter array (raw)", 32844: "LogL", 32845: "LogLuv", 34892: "linear raw"}

var compressions = map[int]string{6: "JPEG of the old kind", 9: "JBIG", 10: "JBIG",
	34712: "JPEG 2000", 34887: "LERC", 34925: "LZMA", 50000: "Zstandard", 50001: "WebP",
	32766: "NeXT RLE", 32809: "ThunderScan", 34661: "JBIG", 34676: "SGI Log", 50002: "JPEG XL"}

// sizes of the field types, in bytes.
var fieldSizes = map[uint16]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4,
	12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// field is one entry of a directory.
type field struct {
	kind  uint16
	count int
	data  []byte // its values, or where they are
}

// directory is the first directory of a TIFF: its only picture, in most files.
type directory struct {
	r       io.ReaderAt
	order   binary.ByteOrder
	big     bool
	next    int64 // place of the next directory, 0 without one
	fields  map[int]field
	w, h    int
	samples int // a pixel
	bits    int // a sample
	format  int // 1 unsigned, 2 signed, 3 floating point
	kind    int // PhotometricInterpretation
	packing int // Compression
}

// openTIFF reads the first directory of a TIFF or BigTIFF and says what of it cannot be read.
func openTIFF(r io.ReaderAt) (*directory, error) {
	var head [16]byte
	n, err := r.ReadAt(head[:], 0)
	if n < 8 {
		return nil, noEOF(err)
	}
	d := &directory{r: r, order: binary.LittleEndian, fields: map[int]field{}}
	if head[0] == 'M' {
		d.order = binary.BigEndian
	}
	at := int64(d.order.Uint32(head[4:]))
	if d.big = d.order.Uint16(head[2:]) == 43; d.big {
		at = int64(d.order.Uint64(head[8:]))
	}
	if err := d.read(at); err != nil {
		return nil, err
	}
	return d, d.check()
}

// read reads the directory at that place, and where the next one is.
func (d *directory) read(at int64) error {
	entry, counted := 12, 2
	if d.big {
		entry, counted = 20, 8
	}
	b, err := d.bytes(at, counted)
	if err != nil {
		return err
	}
	entries := int(d.order.Uint16(b))
	if d.big {
		entries = int(min(d.order.Uint64(b), math.MaxUint16))
	}
	if b, err = d.bytes(at+int64(counted), entries*entry); err != nil {
		return err
	}
	for ; len(b) >= entry; b = b[entry:] {
		f := field{kind: d.order.Uint16(b[2:]), data: b[8:12]}
		count := uint64(d.order.Uint32(b[4:]))
		if d.big {
			count, f.data = d.order.Uint64(b[4:]), b[12:20]
		}
		if f.count = int(min(count, math.MaxInt32)); fieldSizes[f.kind] > 0 {
			d.fields[int(d.order.Uint16(b))] = f
		}
	}
	d.next = 0 // many writers end the file here
	if b, err = d.bytes(at+int64(counted+entries*entry), 4*(entry/10)); err == nil {
		d.next = int64(d.order.Uint32(b))
		if d.big {
			d.next = int64(d.order.Uint64(b[:8]))
		}
	}
	return nil
}

// Pages is the number of whole pictures in a TIFF, of which the first is read; 1 for another file.
func Pages(path string) int {
	f, err := open(path)
	if err != nil {
		return 1
	}
	defer f.Close()
	if sniff(f) != "tiff" {
		return 1
	}
	d, err := openTIFF(f)
	if err != nil {
		return 1
	}
	pages, seen := 1, map[int64]bool{0: true}
	for !seen[d.next] {
		seen[d.next] = true
		d.fields = map[int]field{}
		if d.read(d.next) != nil {
			break
		}
		if d.one(tagSubfile, 0)&5 == 0 { // neither a smaller copy nor a mask
			pages++
		}
	}
	return pages
}

// noEOF calls the end of a file where more was promised by its name.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// bytes reads n bytes, in pieces, so that a false length costs no memory.
func (d *directory) bytes(at int64, n int) ([]byte, error) {
	if at < 0 || n < 0 {
		return nil, fmt.Errorf("%w: a place of %d bytes at %d", errTIFF, n, at)
	}
	var out []byte
	for len(out) < n {
		piece := make([]byte, min(1<<20, n-len(out)))
		k, err := d.r.ReadAt(piece, at+int64(len(out)))
		out = append(out, piece[:k]...)
		if k < len(piece) {
			return nil, noEOF(err)
		}
	}
	return out, nil
}

// values reads up to most values of a tag, nil where it is missing.
func (d *directory) values(tag, most int) ([]float64, error) {
	f, ok := d.fields[tag]
	if !ok {
		return nil, nil
	}
	size, data := fieldSizes[f.kind], f.data
	n := min(f.count, most)
	if f.count > len(f.data)/size {
		at := int64(d.order.Uint32(data))
		if d.big {
			at = int64(d.order.Uint64(data))
		}
		var err error
		if data, err = d.bytes(at, n*size); err != nil {
			return nil, err
		}
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = d.value(f.kind, data[i*size:])
	}
	return out, nil
}

func (d *directory) value(kind uint16, b []byte) float64 {
	switch kind {
	case 3:
		return float64(d.order.Uint16(b))
	case 4, 13:
		return float64(d.order.Uint32(b))
	case 6:
		return float64(int8(b[0]))
	case 8:
		return float64(int16(d.order.Uint16(b)))
	case 9:
		return float64(int32(d.order.Uint32(b)))
	case 11:
		return float64(math.Float32frombits(d.order.Uint32(b)))
	case 12:
		return math.Float64frombits(d.order.Uint64(b))
	case 16, 18:
		return float64(d.order.Uint64(b))
	case 17:
		return float64(int64(d.order.Uint64(b)))
	}
	return float64(b[0])
}

// one is a tag's first value, or what it is without the tag.
func (d *directory) one(tag, otherwise int) int {
	v, err := d.values(tag, 1)
	if err != nil || len(v) == 0 || !(v[0] >= 0 && v[0] <= math.MaxInt32) {
		return otherwise
	}
	return int(v[0])
}

// check reads what the samples are, and refuses by name what is not read.
func (d *directory) check() error {
	d.w, d.h = d.one(tagWidth, 0), d.one(tagHeight, 0)
	d.samples, d.format = d.one(tagSamples, 1), d.one(tagFormat, 1)
	d.packing = d.one(tagCompression, 1)
	d.kind = d.one(tagPhotometric, blackIsZero)
	bits, err := d.values(tagBits, 64)
	if err != nil {
		return err
	}
	d.bits = d.one(tagBits, 1)
	for _, b := range bits {
		if int(b) != d.bits {
			return unread("a TIFF with samples of different depths, %v bits", bits)
		}
	}
	if _, has := d.fields[tagSamples]; !has {
		d.samples = max(1, len(bits))
	}
	colours := d.colours()
	whole := d.format == 1 && d.bits >= 1 && d.bits <= 32 ||
		d.format == 2 && (d.bits == 8 || d.bits == 16 || d.bits == 32) ||
		d.format == 3 && (d.bits == 16 || d.bits == 32 || d.bits == 64)
	switch {
	case compressions[d.packing] != "":
		return unread("TIFF compression %d (%s)", d.packing, compressions[d.packing])
	case colours == 0 && photometrics[d.kind] != "":
		return unread("a TIFF of photometric interpretation %d, %s", d.kind, photometrics[d.kind])
	case colours == 0:
		return unread("a TIFF of photometric interpretation %d", d.kind)
	case d.kind == separated && d.one(tagInkSet, 1) != 1:
		return unread("a TIFF of other inks than cyan, magenta, yellow and black")
	case !whole:
		return unread("a TIFF of %d-bit samples of format %d", d.bits, d.format)
	case d.samples < colours:
		return fmt.Errorf("%w: %d samples a pixel, expected at least %d", errTIFF, d.samples,
			colours)
	case d.samples > 64:
		return unread("a TIFF of %d samples a pixel", d.samples)
	case d.kind == paletted && d.bits > 16:
		return unread("a TIFF with a palette of %d bits", d.bits)
	case d.kind == ycbcrPixels && d.packing != 7 && (d.bits != 8 || !d.whole()):
		return unread("a TIFF of YCbCr with subsampled colour, but for JPEG compression")
	}
	return nil
}

// colours is the number of samples that make a colour, 0 for a kind that is not read.
func (d *directory) colours() int {
	return map[int]int{whiteIsZero: 1, blackIsZero: 1, rgbPixels: 3, paletted: 1, transparent: 1,
		separated: 4, ycbcrPixels: 3}[d.kind]
}

// whole says whether YCbCr has its colour for every pixel.
func (d *directory) whole() bool {
	v, err := d.values(tagSubsampling, 2)
	return err == nil && len(v) == 2 && v[0] == 1 && v[1] == 1
}

// orientation is the tag's, 1 to 8.
func (d *directory) orientation() int {
	if o := d.one(tagOrientation, 1); o >= 1 && o <= 8 {
		return o
	}
	return 1
}
