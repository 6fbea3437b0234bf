package imageio

import (
	"fmt"
	"image"
	"image/color"
	"math"
)

// stored is a picture with its samples as its file holds them.
type stored struct {
	w, h int
	n    int       // samples a pixel, interleaved: 1 or 3, and alpha where there is one
	pix  []float32 // whole numbers below 2²⁴ are exact
	top  float64   // the largest value that the type can have; 0 where only the values can say
	// what a set of pictures may have a range for: 16 bits and more, signs, floating point
	deep   bool
	float  bool
	alpha  bool      // the last sample
	dark   bool      // the largest value is black (WhiteIsZero)
	lossy  bool      // JPEG's, whose values are near those that were written
	told   float64   // the largest value by the file's own word, 0 without one
	index  []float32 // of a palette
	oneMap bool      // every index that is used has the same colour
}

// colours are the samples of a pixel that are not alpha.
func (s *stored) colours() int {
	if s.alpha {
		return s.n - 1
	}
	return s.n
}

// interpret makes of a TIFF's samples grey or RGB, with alpha where there is one.
func (d *directory) interpret(s *stored) error {
	s.top, s.dark = 255, d.kind == whiteIsZero
	switch {
	case d.format != 1:
		s.top, s.deep, s.float = 0, true, d.format == 3
	case d.bits > 16:
		s.top, s.deep = 0, true
	case d.bits > 8:
		s.top, s.deep = float64(int(1)<<d.bits-1), d.bits == 16
	}
	if s.deep && d.kind != paletted {
		if v, _ := d.values(tagSMaxSample, 1); len(v) > 0 {
			s.told = v[0]
		} else if v, _ := d.values(tagMaxSample, 1); len(v) > 0 && v[0] < s.top {
			s.told = v[0]
		}
	}
	extra, _ := d.values(tagExtra, 1)
	s.alpha = s.n > d.colours() && len(extra) > 0 && (extra[0] == 1 || extra[0] == 2)
	if s.n > d.colours() && !s.alpha {
		s.keep(d.colours())
	}
	if s.dark && s.top == 0 {
		return unread("a TIFF in which zero is white, of %d-bit samples of format %d", d.bits,
			d.format)
	}
	for _, v := range s.pix {
		if v-v != 0 {
			return unread("a TIFF with values that are no numbers (NaN or infinite)")
		}
	}
	if d.kind == paletted {
		return d.lookUp(s)
	}
	if d.bits < 8 && d.format == 1 {
		most := int(1)<<d.bits - 1
		for i, v := range s.pix {
			s.pix[i] = float32(int(v) * 255 / most)
		}
	}
	if s.alpha && extra[0] == 1 {
		s.unmultiply()
	}
	switch {
	case d.kind == separated:
		return s.fromInks()
	case d.kind == ycbcrPixels && d.packing != 7:
		for i := 0; i < len(s.pix); i += s.n {
			p := s.pix[i:]
			r, g, b := color.YCbCrToRGB(uint8(p[0]), uint8(p[1]), uint8(p[2]))
			p[0], p[1], p[2] = float32(r), float32(g), float32(b)
		}
	}
	s.lossy = d.packing == 7
	return nil
}

// keep drops all samples of a pixel but the first.
func (s *stored) keep(n int) {
	for i := range s.w * s.h {
		copy(s.pix[i*n:(i+1)*n], s.pix[i*s.n:])
	}
	s.n, s.pix = n, s.pix[:s.w*s.h*n]
}

// unmultiply frees colours from their multiplication by alpha.
func (s *stored) unmultiply() {
	for i := 0; i < len(s.pix); i += s.n {
		p, a := s.pix[i:i+s.n-1], float64(s.pix[i+s.n-1])
		for k, v := range p {
			switch {
			case a == 0:
				p[k] = 0
			case s.top == 255: // as Go's colours do it, in 16 bits
				p[k] = float32(uint32(v) * 257 * 65535 / (uint32(a) * 257) >> 8)
			case s.top > 0:
				p[k] = float32(math.Floor(float64(v) * s.top / a))
			default:
				p[k] = float32(float64(v) / a)
			}
		}
	}
}

// fromInks makes RGB of cyan, magenta, yellow and black.
func (s *stored) fromInks() error {
	if s.top == 0 {
		return unread("a TIFF of cyan, magenta, yellow and black with more than 16 bits")
	}
	n := s.n - 1
	for i := range s.w * s.h {
		var ink [4]uint8
		p := s.pix[i*s.n : (i+1)*s.n]
		for k := range ink {
			ink[k] = level(float64(p[k]), 0, s.top, false)
		}
		r, g, b := color.CMYKToRGB(ink[0], ink[1], ink[2], ink[3])
		q := s.pix[i*n : (i+1)*n]
		if s.alpha {
			q[3] = p[4]
		}
		q[0], q[1], q[2] = float32(r), float32(g), float32(b)
	}
	s.n, s.pix, s.top, s.deep = n, s.pix[:s.w*s.h*n], 255, false
	return nil
}

// lookUp makes colours of a palette's indices. An index beyond it is black.
func (d *directory) lookUp(s *stored) error {
	size := int(1) << d.bits
	table, err := d.values(tagColorMap, 3*size)
	if err != nil {
		return err
	}
	if size = len(table) / 3; size == 0 {
		return fmt.Errorf("%w: a palette without colours", errTIFF)
	}
	shift := 0.0
	for _, v := range table { // some write 8 bits where 16 are meant
		shift = max(shift, v)
	}
	palette := make(color.Palette, size)
	for i := range palette {
		v := [3]uint8{}
		for k := range v {
			if v[k] = uint8(table[k*size+i]); shift > 255 {
				v[k] = uint8(int(table[k*size+i]) >> 8)
			}
		}
		palette[i] = color.NRGBA{v[0], v[1], v[2], 255}
	}
	s.keep(1)
	s.alpha = false
	s.paint(s.pix, palette)
	return nil
}

// paint gives every index its colour.
func (s *stored) paint(index []float32, palette color.Palette) {
	table := make([]color.NRGBA, len(palette))
	for i, c := range palette {
		var rgb [3]uint8
		put(rgb[:], c)
		_, _, _, a := c.RGBA()
		table[i] = color.NRGBA{rgb[0], rgb[1], rgb[2], uint8(a >> 8)}
		s.alpha = s.alpha || a < 0xffff
	}
	s.n, s.top, s.deep, s.index, s.oneMap = 3, 255, false, index, true
	if s.alpha {
		s.n = 4
	}
	s.pix = make([]float32, len(index)*s.n)
	for i, v := range index {
		c := color.NRGBA{A: 255}
		if int(v) < len(table) {
			c = table[int(v)]
		}
		p := s.pix[i*s.n : (i+1)*s.n]
		p[0], p[1], p[2] = float32(c.R), float32(c.G), float32(c.B)
		if s.alpha {
			p[3] = float32(c.A)
		}
		for k, v := range p {
			s.oneMap = s.oneMap && v == s.pix[k]
		}
	}
}

// keepStored is the picture of Go's image packages with its samples as they are.
func keepStored(src image.Image) *stored {
	b := src.Bounds()
	s := &stored{w: b.Dx(), h: b.Dy(), n: 1, top: 255}
	switch m := src.(type) {
	case *image.Gray:
		s.rows(1, func(y int) []uint8 { return m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):] })
	case *image.Gray16:
		s.wide(1, func(y int) []uint8 { return m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):] })
	case *image.NRGBA:
		s.alpha = true
		s.rows(4, func(y int) []uint8 { return m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):] })
	case *image.NRGBA64:
		s.alpha = true
		s.wide(4, func(y int) []uint8 { return m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):] })
	case *image.RGBA64:
		s.wide(4, func(y int) []uint8 { return m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):] })
		s.alpha = true
		s.unmultiply()
	case *image.Paletted:
		index := make([]float32, 0, s.w*s.h)
		for y := range s.h {
			at := m.PixOffset(b.Min.X, b.Min.Y+y)
			for _, v := range m.Pix[at : at+s.w] {
				index = append(index, float32(v))
			}
		}
		s.paint(index, m.Palette)
	default:
		rgb := From(src)
		s.rows(3, func(y int) []uint8 { return rgb.Pix[3*y*s.w:] })
	}
	return s
}

// rows copies 8-bit samples, n a pixel.
func (s *stored) rows(n int, row func(y int) []uint8) {
	s.n, s.pix = n, make([]float32, 0, s.w*s.h*n)
	for y := range s.h {
		for _, v := range row(y)[:n*s.w] {
			s.pix = append(s.pix, float32(v))
		}
	}
}

// wide copies 16-bit samples, n a pixel, the high byte first.
func (s *stored) wide(n int, row func(y int) []uint8) {
	s.n, s.top, s.deep, s.pix = n, 65535, true, make([]float32, 0, s.w*s.h*n)
	for y := range s.h {
		for p := row(y)[:2*n*s.w]; len(p) > 0; p = p[2:] {
			s.pix = append(s.pix, float32(int(p[0])<<8|int(p[1])))
		}
	}
}

// picture is the stored picture in 8 bits: r's low end black, its high end white, where the file
// does not say it itself; C = 1 where it is grey and that is asked for, else 3.
func (s *stored) picture(r Range, grey bool) *Image {
	lo, hi := 0.0, s.top
	switch {
	case s.deep && r != Range{}:
		lo, hi = r.Low, r.High
	case s.top == 0:
		own := Span(s.extent())
		lo, hi = own.Low, own.High
	}
	c := 3
	if grey && s.colours() == 1 && !s.alpha {
		c = 1
	}
	m := New(s.w, s.h, c)
	for i := range s.w * s.h {
		p := s.pix[i*s.n:]
		for k := range c {
			v := level(float64(p[min(k, s.colours()-1)]), lo, hi, s.float)
			if s.dark {
				v = 255 - v
			}
			m.Pix[i*c+k] = v
		}
	}
	return m
}

// level is a value in 8 bits: of whole numbers the highest bits, of others the nearest level.
func level(v, lo, hi float64, float bool) uint8 {
	if float {
		return uint8(min(max((v-lo)/(hi-lo)*255+0.5, 0), 255))
	}
	return uint8(min(max((v-lo)*256/(hi-lo+1), 0), 255))
}
