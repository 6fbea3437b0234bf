package imageio

import (
	"bufio"
	"fmt"
	"io"
	"os"
)

// pnm is the header of a Netpbm picture: PBM, PGM or PPM, plain or raw.
type pnm struct {
	r    *bufio.Reader
	kind byte // '1' to '6'
	w, h int
	most int // the largest value
}

// openPNM reads the header.
func openPNM(f *os.File) (*pnm, error) {
	p := &pnm{r: bufio.NewReader(io.NewSectionReader(f, 0, 1<<62)), most: 1}
	var head [2]byte
	if _, err := io.ReadFull(p.r, head[:]); err != nil {
		return nil, noEOF(err)
	}
	p.kind = head[1]
	for _, to := range []*int{&p.w, &p.h, &p.most} {
		if to == &p.most && (p.kind == '1' || p.kind == '4') {
			break
		}
		v, err := p.number()
		if err != nil {
			return nil, err
		}
		*to = v
	}
	if p.most < 1 || p.most > 65535 {
		return nil, fmt.Errorf("the largest value of a Netpbm picture: expected 1 to 65535, got %d",
			p.most)
	}
	return p, nil
}

// number reads a decimal number and the white space after it.
func (p *pnm) number() (int, error) {
	v, digits := 0, 0
	for {
		b, err := p.r.ReadByte()
		if err != nil {
			if digits > 0 && err == io.EOF {
				return v, nil
			}
			return 0, noEOF(err)
		}
		switch {
		case b >= '0' && b <= '9' && v < 1<<30:
			v, digits = 10*v+int(b-'0'), digits+1
		case b == '#' && digits == 0:
			if _, err := p.r.ReadString('\n'); err != nil {
				return 0, noEOF(err)
			}
		case b <= ' ' && digits > 0:
			return v, nil
		case b > ' ':
			return 0, fmt.Errorf("expected a number in a Netpbm picture, got %q", b)
		}
	}
}

// stored reads the samples. Values of fewer or other steps than 8 bits or more are scaled to 8.
func (p *pnm) stored() (*stored, error) {
	s := &stored{w: p.w, h: p.h, n: 1, top: 255}
	if p.kind == '3' || p.kind == '6' {
		s.n = 3
	}
	s.pix = make([]float32, p.w*p.h*s.n)
	row := p.w * s.n
	for y := range p.h {
		if err := p.row(s.pix[y*row : (y+1)*row]); err != nil {
			return nil, noEOF(err)
		}
	}
	switch {
	case p.kind == '1' || p.kind == '4': // 1 is black
		for i, v := range s.pix {
			s.pix[i] = 255 * (1 - v)
		}
	case p.most > 255 && p.most&(p.most+1) == 0:
		s.top = float64(p.most)
	case p.most != 255:
		for i, v := range s.pix {
			s.pix[i] = float32((int(v)*255*2 + p.most) / (2 * p.most))
		}
	}
	return s, nil
}

// row reads a row of samples.
func (p *pnm) row(to []float32) error {
	switch p.kind {
	case '1': // digits that nothing need part
		for i := range to {
			b, err := p.r.ReadByte()
			for err == nil && b <= ' ' {
				b, err = p.r.ReadByte()
			}
			if err != nil {
				return err
			}
			to[i] = float32(b & 1)
		}
	case '2', '3':
		for i := range to {
			v, err := p.number()
			if err != nil {
				return err
			}
			to[i] = float32(min(v, p.most))
		}
	case '4':
		b := make([]byte, (len(to)+7)/8)
		if _, err := io.ReadFull(p.r, b); err != nil {
			return err
		}
		for i := range to {
			to[i] = float32(b[i/8] >> (7 - i%8) & 1)
		}
	default:
		size := 1
		if p.most > 255 {
			size = 2
		}
		b := make([]byte, size*len(to))
		if _, err := io.ReadFull(p.r, b); err != nil {
			return err
		}
		for i := range to {
			v := int(b[size*i])
			if size == 2 {
				v = v<<8 | int(b[2*i+1])
			}
			to[i] = float32(min(v, p.most))
		}
	}
	return nil
}
