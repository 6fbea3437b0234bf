package imageio

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
	"math/bits"

	"golang.org/x/image/ccitt"
	"golang.org/x/image/tiff/lzw"
)

// stored gives the picture's samples, planes apart or not, in strips or in tiles.
func (d *directory) stored() (*stored, error) {
	planes, per := 1, d.samples // of data; samples a pixel in each
	if d.one(tagPlanar, 1) == 2 && d.samples > 1 {
		planes, per = d.samples, 1
	}
	w, h := d.w, min(d.h, max(1, d.one(tagRowsPerStrip, d.h)))
	places, lengths := tagStrips, tagStripSizes
	tiled := d.one(tagTileWidth, 0) > 0
	if tiled {
		w, h = d.one(tagTileWidth, 0), d.one(tagTileHeight, 0)
		places, lengths = tagTiles, tagTileSizes
		if h < 1 || int64(max(w, h)) > 4*MaxPixels {
			return nil, fmt.Errorf("%w: tiles of %d x %d pixels", errTIFF, w, h)
		}
	}
	across, down := (d.w+w-1)/w, (d.h+h-1)/h
	// tiles reach beyond the picture, and each may lie at the same place of a small file
	if area := int64(across*w) * int64(down*h); area > 4*MaxPixels ||
		area*int64(planes*per*d.bits) > 32*8*MaxPixels {
		return nil, fmt.Errorf("%w: %d x %d strips or tiles of %d x %d pixels, %d samples of %d "+
			"bits", errTIFF, across, down, w, h, d.samples, d.bits)
	}
	offsets, err := d.values(places, planes*across*down)
	if err != nil {
		return nil, err
	}
	sizes, err := d.values(lengths, planes*across*down)
	if err != nil {
		return nil, err
	}
	if len(offsets) < planes*across*down {
		return nil, fmt.Errorf("%w: %d strips or tiles, expected %d", errTIFF, len(offsets),
			planes*across*down)
	}
	if len(sizes) < len(offsets) {
		if d.packing != 1 {
			return nil, fmt.Errorf("%w: no lengths of its strips or tiles", errTIFF)
		}
		sizes = nil
	}
	n := min(d.samples, d.colours()+1) // what comes after alpha is none of the picture's
	s := &stored{w: d.w, h: d.h, n: n, pix: make([]float32, d.w*d.h*n)}
	for i, offset := range offsets {
		plane, at := i/(across*down), i%(across*down)
		x0, y0 := at%across*w, at/across*h
		rows := h
		if !tiled {
			rows = min(h, d.h-y0)
		}
		length := (w*per*d.bits + 7) / 8 * rows
		coded := length
		if sizes != nil {
			coded = int(min(sizes[i], float64(2*length+1<<16)))
		}
		b, err := d.bytes(int64(offset), coded)
		if err != nil {
			return nil, err
		}
		if b, err = d.unpack(b, w, rows, per, length); err != nil {
			return nil, err
		}
		if len(b) < length {
			return nil, io.ErrUnexpectedEOF
		}
		for y := range min(rows, d.h-y0) {
			row := b[y*(length/rows) : (y+1)*(length/rows)]
			to := s.pix[((y0+y)*d.w+x0)*n:]
			for x := range min(w, d.w-x0) {
				for k := plane; k < min(plane+per, n); k++ {
					to[x*n+k] = d.sample(row, x*per+k-plane)
				}
			}
		}
	}
	return s, d.interpret(s)
}

// unpack undoes the compression and the prediction of a strip or tile.
func (d *directory) unpack(b []byte, w, h, per, length int) (out []byte, err error) {
	var r io.Reader
	order := ccitt.MSB
	if d.one(tagFillOrder, 1) == 2 {
		order = ccitt.LSB
	}
	switch d.packing {
	case 0, 1:
		if out = b; order == ccitt.LSB && d.bits < 8 {
			for i, v := range out {
				out[i] = bits.Reverse8(v)
			}
		}
	case 2:
		return nil, unread("TIFF compression 2 (Huffman without ends of lines)")
	case 3, 4:
		form := ccitt.Group4
		if d.packing == 3 {
			form = ccitt.Group3
			if d.one(tagT4Options, 0)&1 != 0 {
				return nil, unread("TIFF compression 3 (fax group 3) in two dimensions")
			}
		}
		// a run of white is 0, whatever 0 means: PhotometricInterpretation says that
		r = ccitt.NewReader(bytes.NewReader(b), order, form, w, h, &ccitt.Options{Invert: true})
	case 5:
		z := lzw.NewReader(bytes.NewReader(b), lzw.MSB, 8)
		defer z.Close()
		r = z
	case 8, 32946:
		z, err := zlib.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		defer z.Close()
		r = z
	case 7:
		return d.unpackJPEG(b, w, h, per)
	case 32773:
		out = unpackBits(b, length)
	default:
		return nil, unread("TIFF compression %d", d.packing)
	}
	if r != nil {
		if out, err = io.ReadAll(io.LimitReader(r, int64(length))); err != nil {
			return nil, err
		}
	}
	if len(out) < length {
		return out, nil
	}
	return out, d.unpredict(out, w, h, per)
}

// unpackBits undoes Macintosh's run lengths.
func unpackBits(b []byte, length int) (out []byte) {
	for len(b) > 1 && len(out) < length {
		n := int(int8(b[0]))
		switch {
		case n >= 0:
			n = min(n+1, len(b)-1)
			out, b = append(out, b[1:1+n]...), b[1+n:]
		case n == -128:
			b = b[1:]
		default:
			out, b = append(out, bytes.Repeat(b[1:2], 1-n)...), b[2:]
		}
	}
	return out
}

// unpredict adds up the differences that prediction left, row by row.
func (d *directory) unpredict(b []byte, w, h, per int) error {
	row := len(b) / max(1, h)
	switch predictor := d.one(tagPredictor, 1); {
	case predictor == 1:
		return nil
	case predictor == 2 && (d.bits == 8 || d.bits == 16 || d.bits == 32):
		size := d.bits / 8
		for y := range h {
			line := b[y*row : (y+1)*row]
			for at := per * size; at+size <= len(line); at += size {
				switch before := line[at-per*size:]; size {
				case 1:
					line[at] += before[0]
				case 2:
					d.order.PutUint16(line[at:], d.order.Uint16(line[at:])+d.order.Uint16(before))
				case 4:
					d.order.PutUint32(line[at:], d.order.Uint32(line[at:])+d.order.Uint32(before))
				}
			}
		}
	case predictor == 3 && d.format == 3: // bytes of a kind together, the highest first
		size, sorted := d.bits/8, make([]byte, row)
		for y := range h {
			line := b[y*row : (y+1)*row]
			for at := per; at < len(line); at++ {
				line[at] += line[at-per]
			}
			for i := range w * per {
				for k := range size {
					to := k
					if d.order.Uint16([]byte{1, 0}) == 1 {
						to = size - 1 - k
					}
					sorted[i*size+to] = line[k*w*per+i]
				}
			}
			copy(line, sorted)
		}
	default:
		return unread("TIFF prediction %d of %d-bit samples", predictor, d.bits)
	}
	return nil
}

// unpackJPEG decodes a strip or tile that is a JPEG whose tables may lie in the directory.
func (d *directory) unpackJPEG(b []byte, w, h, per int) ([]byte, error) {
	if d.bits != 8 {
		return nil, unread("a TIFF of JPEG with %d-bit samples", d.bits)
	}
	whole := b
	if f, ok := d.fields[tagJPEGTables]; ok {
		v, err := d.values(tagJPEGTables, f.count)
		if err != nil {
			return nil, err
		}
		if len(v) > 4 && len(b) > 2 { // start, tables, end; then the strip without its start
			whole = nil
			for _, x := range v[:len(v)-2] {
				whole = append(whole, byte(x))
			}
			whole = append(whole, b[2:]...)
		}
	}
	if d.kind == rgbPixels && len(whole) > 2 { // says that the three colours are none of YCbCr
		adobe := "\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
		whole = append([]byte(adobe), whole[2:]...)
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(whole))
	if err != nil {
		return nil, err
	}
	if int64(c.Width)*int64(c.Height) > MaxPixels { // before a pixel is allocated
		return nil, fmt.Errorf("%w: a JPEG of %d x %d pixels in a strip or tile of %d x %d",
			errTIFF, c.Width, c.Height, w, h)
	}
	m, err := jpeg.Decode(bytes.NewReader(whole))
	if err != nil {
		return nil, err
	}
	if size := m.Bounds(); size.Dx() < w || size.Dy() < h {
		return nil, io.ErrUnexpectedEOF
	}
	out := make([]byte, 0, w*h*per)
	if g, ok := m.(*image.Gray); ok && per == 1 {
		for y := range h {
			out = append(out, g.Pix[y*g.Stride:y*g.Stride+w]...)
		}
		return out, nil
	}
	if per != 3 {
		return nil, unread("a TIFF of JPEG with %d samples a pixel", per)
	}
	rgb := From(m)
	for y := range h {
		out = append(out, rgb.Pix[3*y*rgb.W:3*(y*rgb.W+w)]...)
	}
	return out, nil
}

// sample is the i-th sample of a row.
func (d *directory) sample(row []byte, i int) float32 {
	at := i * d.bits / 8
	switch {
	case d.format == 3 && d.bits == 16:
		return half(d.order.Uint16(row[at:]))
	case d.format == 3 && d.bits == 32:
		return math.Float32frombits(d.order.Uint32(row[at:]))
	case d.format == 3:
		return float32(math.Float64frombits(d.order.Uint64(row[at:])))
	case d.bits == 8 && d.format == 2:
		return float32(int8(row[at]))
	case d.bits == 16 && d.format == 2:
		return float32(int16(d.order.Uint16(row[at:])))
	case d.bits == 32 && d.format == 2:
		return float32(int32(d.order.Uint32(row[at:])))
	case d.bits == 8:
		return float32(row[at])
	case d.bits == 16:
		return float32(d.order.Uint16(row[at:]))
	case d.bits == 32:
		return float32(d.order.Uint32(row[at:]))
	}
	v := 0 // packed, the highest bit first, in either byte order
	for bit := i * d.bits; bit < (i+1)*d.bits; bit++ {
		v = v<<1 | int(row[bit/8]>>(7-bit%8)&1)
	}
	return float32(v)
}

// half is a number of IEEE 754's half precision.
func half(b uint16) float32 {
	sign, e, f := float64(1), int(b>>10&31), float64(b&1023)
	if b>>15 == 1 {
		sign = -1
	}
	switch {
	case e == 31 && f == 0:
		return float32(math.Inf(int(sign)))
	case e == 31:
		return float32(math.NaN())
	case e == 0:
		return float32(sign * math.Ldexp(f, -24))
	}
	return float32(sign * math.Ldexp(1+f/1024, e-15))
}
