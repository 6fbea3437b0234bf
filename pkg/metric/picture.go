package metric

import (
	"fmt"
	"math"
	"slices"

	"adlab/pkg/imageio"
)

// Case is a test picture as a detector and the data leave it, before a ruler is laid on.
type Case struct {
	Name string // for errors
	Map  Plane
	// Plain is the map before it was blurred, where that is known: rulers of blurs start from it
	Plain Plane
	// Score is the detector's own image score; nil where there is none
	Score *float64
	Label int // 1 anomalous, 0 normal
	// Mask is the mask at its own size, in grades of 0 to 255 as imageio.ReadMask gives them; nil
	// of a picture without one, which has no anomalous pixel
	Mask *imageio.Image
	// W and H are the picture's, where it has no mask; 0 where they are not known: the map's then,
	// unless a mask tells that maps have another size than pictures
	W, H int
	// Resize and Crop are the sides of the squares that picture and mask went through to become
	// what the map is of; 0 where the map is of the whole picture
	Resize, Crop int
	// Defects are masks that count each by itself, with what they ask for; nil for the mask's
	// regions
	Defects []Defect
}

// Defect is a mask of its own, which may touch others or lie in several pieces, and how much of it
// has to be found: MVTec LOCO (Bergmann et al., IJCV 2022).
type Defect struct {
	Mask *imageio.Image
	// Saturation is the area in pixels of the mask's own size that has to be covered, or the share
	// of the mask's area where it is Relative; the area itself where it is larger
	Saturation float64
	Relative   bool
}

// Picture is a test picture under a ruler: its map and its mask have one size.
type Picture struct {
	W, H   int
	Scores []float32
	Mask   []uint8 // 1 where anomalous, else 0
	Label  int
	Score  float64 // image score
	// Regions are what overlap is counted by
	Regions []Region
}

// Region is a part of a mask that counts by itself.
type Region struct {
	Pixels     []int32 // indices into the map
	Saturation float64 // how many of them have to be found
}

// MaskRule is how a mask of grades becomes one of two values, of the map's size.
type MaskRule struct {
	// First makes it of two values before it is resized, by the nearest pixel; else it is resized
	// bilinearly as its picture is (Pillow), so that edges get grades
	First bool
	Over  uint8 // grades above it are anomalous, of 0..255
}

// apply gives a case's mask at w x h pixels; own tells that this is the size of what is seen of the
// mask itself, which then keeps its pixels.
func (m MaskRule) apply(mask *imageio.Image, c *Case, w, h int, own bool) []uint8 {
	if m.First {
		mask = m.binary(mask)
	}
	switch {
	case c.Crop > 0 && (m.First || own):
		mask = seen(mask, c.Resize, c.Crop)
	case c.Crop > 0: // as the picture was, then by the nearest pixel
		mask = imageio.CenterCrop(imageio.Resize(mask, c.Resize, c.Resize), c.Crop)
	case !m.First:
		mask = imageio.Resize(mask, w, h)
	}
	out := make([]uint8, w*h)
	for y := range h {
		row := mask.Pix[y*mask.H/h*mask.W:]
		for x := range w {
			if row[x*mask.W/w] > m.Over {
				out[y*w+x] = 1
			}
		}
	}
	return out
}

// binary is 255 above the limit; the limit stays below it.
func (m MaskRule) binary(mask *imageio.Image) *imageio.Image {
	out := imageio.New(mask.W, mask.H, 1)
	for i, v := range mask.Pix {
		if v > m.Over {
			out.Pix[i] = 255
		}
	}
	return out
}

// seen is the part of a mask that a centre crop of crop out of resize pixels leaves, in the mask's
// own pixels.
func seen(mask *imageio.Image, resize, crop int) *imageio.Image {
	if crop == resize {
		return mask
	}
	w, h := seenSize(mask.W, mask.H, resize, crop)
	x0, y0 := (mask.W-w)/2, (mask.H-h)/2
	out := imageio.New(w, h, 1)
	for y := range h {
		copy(out.Pix[y*w:(y+1)*w], mask.Pix[(y0+y)*mask.W+x0:])
	}
	return out
}

// seenSize is how much of w x h pixels a centre crop leaves.
func seenSize(w, h, resize, crop int) (int, int) {
	if crop == resize {
		return w, h
	}
	share := float64(crop) / float64(resize)
	return max(1, int(math.Round(share*float64(w)))), max(1, int(math.Round(share*float64(h))))
}

// Meeting is the size at which maps and masks are compared.
type Meeting int

// Where they meet.
const (
	AtMap  Meeting = iota // masks go to the map's size
	At256                 // both go to 256 x 256
	AtMask                // maps go to the mask's own size, which is the picture's
)

// Scoring is what an image score is.
type Scoring int

// Image scores.
const (
	Given   Scoring = iota // the detector's own; the largest value of the map where it has none
	Largest                // the largest value of the map
	Top                    // the mean of the largest hundredth of the map's values, at least of one
	Mean                   // the mean of all
	// Pooled is the largest mean of 16 x 16 neighbouring values; of the whole side where the map is
	// smaller
	Pooled
)

// score gives a case's image score by its map.
func (s Scoring) score(given *float64, p Plane) float64 {
	switch {
	case s == Given && given != nil:
		return *given
	case s == Top:
		sorted := slices.Clone(p.Pix)
		slices.Sort(sorted)
		return mean32(sorted[len(sorted)-max(1, int(0.01*float64(len(sorted)))):])
	case s == Mean:
		return mean32(p.Pix)
	case s == Pooled:
		return pooled(p, 16)
	}
	return float64(slices.Max(p.Pix))
}

func mean32(xs []float32) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += float64(x)
	}
	return sum / float64(len(xs))
}

// pooled is the largest mean over windows of side pixels, by sums over all that is above and left.
func pooled(p Plane, side int) float64 {
	kw, kh := min(side, p.W), min(side, p.H)
	sums := make([]float64, (p.W+1)*(p.H+1))
	at := func(x, y int) *float64 { return &sums[y*(p.W+1)+x] }
	for y := range p.H {
		row := 0.0
		for x := range p.W {
			row += float64(p.Pix[y*p.W+x])
			*at(x+1, y+1) = *at(x+1, y) + row
		}
	}
	best := math.Inf(-1)
	for y := kh; y <= p.H; y++ {
		for x := kw; x <= p.W; x++ {
			best = max(best, *at(x, y)-*at(x-kw, y)-*at(x, y-kh)+*at(x-kw, y-kh))
		}
	}
	return best / float64(kw*kh)
}

// check tells what of a case cannot be measured.
func (c *Case) check() error {
	if c.Map.W < 1 || c.Map.H < 1 || len(c.Map.Pix) != c.Map.W*c.Map.H {
		return fmt.Errorf("%w: the map of %s has %d values, expected %d x %d", ErrLength, c.Name,
			len(c.Map.Pix), c.Map.W, c.Map.H)
	}
	for i, s := range c.Map.Pix {
		if s-s != 0 {
			return fmt.Errorf("%w: pixel %d of the map of %s has %v", ErrNotFinite, i, c.Name, s)
		}
	}
	if c.Label != 0 && c.Label != 1 {
		return fmt.Errorf("%w: %s has %d", ErrLabel, c.Name, c.Label)
	}
	if c.Score != nil && (math.IsNaN(*c.Score) || math.IsInf(*c.Score, 0)) {
		return fmt.Errorf("%w: %s has %v", ErrNotFinite, c.Name, *c.Score)
	}
	for _, d := range c.Defects {
		if c.Mask == nil || d.Mask.W != c.Mask.W || d.Mask.H != c.Mask.H {
			return fmt.Errorf("%w: a defect's mask of %s has %d x %d pixels, other than the mask",
				ErrLength, c.Name, d.Mask.W, d.Mask.H)
		}
	}
	return nil
}
