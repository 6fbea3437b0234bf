package imageio

import "fmt"

// MaskKind says what a mask's file holds.
type MaskKind int

// The kinds of masks.
const (
	TwoValues MaskKind = iota // 0 and the largest value that the type has
	Values                    // other values, of which every one but 0 is anomalous
	Graded                    // soft edges
)

// ReadMask reads a mask: one channel, 0 where normal, 255 where anomalous. One rule serves for all:
//
//   - A pixel's value is that of grey, or the largest of red, green and blue; a palette is looked
//     up, an inverted TIFF turned over. Where transparency varies, what is wholly transparent is
//     normal; and where all that can be seen has one colour, opacity is the value.
//   - Every value but 0 is anomalous: 0 and 1, 0 and 255, 0 and 65535, numbers of instances or of
//     types.
//   - But of a graded mask, whose edges are soft, it is what lies above half of the type's range:
//     127 of 255. Its grades are kept, in 8 bits. A JPEG is graded. Another mask is if its largest
//     value is above half of the range, and most pixels between 0 and that value lie on a slope: in
//     their row or column the run of equal values that they are in has a lower value at one end and
//     a higher one at the other, and is at most 3 pixels long or within a sixteenth of the range of
//     both. Regions numbered 1, 2, 3 have no slopes.
//
// The type's range goes up to 1 for floating point that stays there, else to the smallest 2^b-1
// from 255 on that holds the mask's values. numbered says that no mask is graded.
func ReadMask(path string, numbered bool) (*Image, error) {
	m, _, err := InspectMask(path, numbered)
	return m, err
}

// InspectMask is ReadMask, and says what the file holds.
func InspectMask(path string, numbered bool) (m *Image, kind MaskKind, err error) {
	s, o, err := read(path)
	if err != nil {
		return nil, 0, err
	}
	v, top := s.maskValues()
	m = New(s.w, s.h, 1)
	soft := !numbered && (s.lossy || graded(v, s.w, s.h, top))
	for i, x := range v {
		if x != 0 && float64(x) != top {
			kind = Values
		}
		switch {
		case soft:
			m.Pix[i] = level(float64(x), 0, top, s.float && top == 1)
		case x != 0:
			m.Pix[i] = 255
		}
	}
	if soft && kind == Values {
		kind = Graded
	}
	return orient(m, o), kind, nil
}

// maskValues gives a value for every pixel, and the largest that their type has.
func (s *stored) maskValues() (v []float32, top float64) {
	if s.index != nil && s.oneMap { // a palette that nobody filled in
		return s.index, 255
	}
	v = make([]float32, s.w*s.h)
	most, colours := float32(0), s.colours()
	for i := range v {
		p := s.pix[i*s.n : i*s.n+colours]
		for _, x := range p {
			if s.dark {
				x = float32(s.top) - x
			}
			v[i] = max(v[i], x, -x)
		}
		most = max(most, v[i])
	}
	if top = Span(Extent{0, float64(most), s.float}).High; s.top > 0 && s.top < 65535 {
		top = s.top
	}
	if !s.alpha {
		return v, top
	}
	varies, seen, one := false, -1, true
	for i := range v {
		a := s.pix[i*s.n+colours]
		varies = varies || a != s.pix[colours]
		if a == 0 {
			continue
		}
		if seen < 0 {
			seen = i
		}
		for k := range colours {
			one = one && s.pix[i*s.n+k] == s.pix[seen*s.n+k]
		}
	}
	if !varies {
		return v, top
	}
	if one && s.top > 0 {
		top = s.top
	}
	for i := range v {
		switch a := s.pix[i*s.n+colours]; {
		case one:
			v[i] = a
		case a == 0:
			v[i] = 0
		}
	}
	return v, top
}

// graded says whether a mask's edges are soft.
func graded(v []float32, w, h int, top float64) bool {
	most := float32(0)
	for _, x := range v {
		most = max(most, x)
	}
	if float64(most) <= top/2 {
		return false
	}
	sloping := make([]bool, len(v))
	for y := range h {
		slopes(v, sloping, y*w, 1, w, float32(top))
	}
	for x := range w {
		slopes(v, sloping, x, w, h, float32(top))
	}
	between, on := 0, 0
	for i, x := range v {
		if x > 0 && x < most {
			if between++; sloping[i] {
				on++
			}
		}
	}
	return 2*on > between
}

// slopes marks what lies on a slope in a row or column: n values from start on, step apart.
func slopes(v []float32, sloping []bool, start, step, n int, top float32) {
	for from := 0; from < n; {
		at, to := v[start+from*step], from+1
		for to < n && v[start+to*step] == at {
			to++
		}
		if from > 0 && to < n {
			down, up := at-v[start+(from-1)*step], v[start+to*step]-at
			if down*up > 0 && (to-from <= 3 || max(down, -down, up, -up) <= top/16) {
				for i := from; i < to; i++ {
					sloping[start+i*step] = true
				}
			}
		}
		from = to
	}
}

// FitMask says how a mask of mw x mh pixels fits a picture of w x h: an error in one line where it
// has another size, which is a matter of scale alone where scaled is true.
func FitMask(mask string, mw, mh, w, h int) (scaled bool, err error) {
	if w == mw && h == mh {
		return false, nil
	}
	// the same shape, up to the rounding of a side by half a pixel
	skew := max(float64(mw)*float64(h)/float64(w)-float64(mh),
		float64(mh)-float64(mw)*float64(h)/float64(w))
	scaled = skew <= max(0.5, 0.5*float64(h)/float64(w), 0.5*float64(mh)/float64(h))
	return scaled, fmt.Errorf("mask %s: expected %dx%d pixels as its image has, got %dx%d", mask, w,
		h, mw, mh)
}
