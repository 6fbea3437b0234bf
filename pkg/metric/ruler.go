package metric

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"adlab/pkg/imageio"
)

// Number is a metric by its printed name.
type Number string

// The numbers that rulers give, in the order of the tables.
const (
	ImageAUROC Number = "I-AUROC"
	ImageAP    Number = "I-AP"
	ImageF1    Number = "I-F1max"
	PixelAUROC Number = "P-AUROC"
	PixelAP    Number = "P-AP"
	PixelF1    Number = "P-F1max"
	RegionArea Number = "AUPRO"
	// F1 of all pixels at a threshold that normal pictures alone decide: MVTec AD 2, where they are
	// of the validation set; here those of the test set, for a case has no others
	SegF1 Number = "SegF1"
	// area under saturated per-region overlap: MVTec LOCO
	SaturatedArea Number = "AU-sPRO"
	// mean of AUPIMO over the anomalous pictures
	MeanAUPIMO Number = "AUPIMO"
)

// Numbers are all, in the order of the tables.
var Numbers = []Number{ImageAUROC, ImageAP, ImageF1, PixelAUROC, PixelAP, PixelF1, RegionArea,
	SegF1, SaturatedArea, MeanAUPIMO}

// Ruler is a convention by which published numbers are made, as a value: how a mask is read, at
// which size maps and masks meet, what is done to the maps before, what an image score is, and how
// each number is read from which thresholds.
type Ruler struct {
	Name   string
	About  string // one line
	Source string // where the convention can be read
	// Note is what to know of its numbers here, in one line; "" for nothing
	Note   string
	Mask   MaskRule
	Meet   Meeting
	Resize Resizing // of maps
	Plain  bool     // whether it starts from the plain map, where a case has one
	Blur   Blurring // of maps, after the resize
	Scale  Scaling  // of maps and image scores, in the end
	Image  Scoring
	// Saturated tells that overlap is with a case's defects, as far as each asks for
	Saturated bool
	Pixels    []Reading
	// PerPicture gives a number of each anomalous picture, of which the ruler's is the mean over
	// those that are not NaN; nil for none
	PerPicture func([]Picture) ([]float64, error)
	Mean       Number // what that mean is called
	// Whole gives AUPRO from all pictures together, where no sum of counts can: it has no
	// resamples; nil for none
	Whole func([]Picture) (float64, error)
	// ImageAP is how the image scores' average precision is read; nil for the exact sum of steps
	ImageAP reading
}

// Reading are numbers that are read from the points of one curve.
type Reading struct {
	lay   laying
	reads []read
	// exact tells that thresholds lie at every score of an anomalous pixel
	exact bool
}

type read struct {
	number Number
	by     reading
}

// Values are a ruler's numbers, as fractions; what is not defined is not there.
type Values map[Number]float64

// FindRulers gives the rulers that are named, in that order; "all" stands for all. Its error lists
// the names.
func FindRulers(names ...string) (found []Ruler, err error) {
	for _, name := range names {
		if name == "all" {
			return slices.Clone(Rulers), nil
		}
		at := slices.IndexFunc(Rulers, func(r Ruler) bool { return r.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("expected one of all, %s, got %q",
				strings.Join(RulerNames(), ", "), name)
		}
		found = append(found, Rulers[at])
	}
	return found, nil
}

// RulerNames lists the names of the rulers.
func RulerNames() (names []string) {
	for _, r := range Rulers {
		names = append(names, r.Name)
	}
	return names
}

// Read lays the ruler on the cases of a category: what it will measure.
func (r Ruler) Read(cases []Case) ([]Picture, error) {
	if len(cases) == 0 {
		return nil, ErrEmpty
	}
	if r.Meet == AtMask {
		if err := sizesKnown(cases); err != nil {
			return nil, err
		}
	}
	pictures := make([]Picture, len(cases))
	if err := shards(len(cases), func(from, to int) error {
		for i := from; i < to; i++ {
			if err := cases[i].check(); err != nil {
				return err
			}
			pictures[i] = r.read(&cases[i])
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return pictures, r.Scale.apply(pictures)
}

// own is the size of what is seen of the picture, in its own pixels.
func (c *Case) own() (w, h int) {
	switch {
	case c.Mask != nil:
		w, h = c.Mask.W, c.Mask.H
	case c.W > 0:
		w, h = c.W, c.H
	default:
		return c.Map.W, c.Map.H
	}
	if c.Crop > 0 {
		return seenSize(w, h, c.Resize, c.Crop)
	}
	return w, h
}

// sizesKnown tells of a picture whose own size nobody knows, among others that are of another size
// than their maps: normal and anomalous pixels would weigh differently.
func sizesKnown(cases []Case) error {
	other := slices.ContainsFunc(cases, func(c Case) bool {
		w, h := c.own()
		return w != c.Map.W || h != c.Map.H
	})
	for _, c := range cases {
		if other && c.Mask == nil && c.W == 0 {
			return fmt.Errorf("%w, as of %s: give it a mask without anomalous pixels", ErrOwnSize,
				cmp.Or(c.Name, "one"))
		}
	}
	return nil
}

func (r Ruler) read(c *Case) Picture {
	from := c.Map
	if r.Plain && c.Plain.Pix != nil {
		from = c.Plain
	}
	w, h := c.Map.W, c.Map.H
	switch r.Meet {
	case At256:
		w, h = 256, 256
	case AtMask:
		w, h = c.own()
	}
	m := r.Blur.Blur(r.Resize.Resize(from, w, h))
	p := Picture{W: w, H: h, Scores: m.Pix, Label: c.Label, Mask: make([]uint8, w*h),
		Score: r.Image.score(c.Score, m)}
	if c.Mask != nil {
		p.Mask = r.Mask.apply(c.Mask, c, w, h, r.Meet == AtMask)
	}
	p.Regions = r.regions(c, &p)
	return p
}

// regions are a case's defects, where the ruler looks at them, or the 8-connected regions of its
// mask.
func (r Ruler) regions(c *Case, p *Picture) (all []Region) {
	if c.Defects == nil || !r.Saturated {
		return regionsOf(p.Mask, p.W, 8)
	}
	for _, d := range c.Defects {
		var x Region
		for i, v := range r.Mask.apply(d.Mask, c, p.W, p.H, r.Meet == AtMask) {
			if v != 0 {
				x.Pixels = append(x.Pixels, int32(i))
			}
		}
		if len(x.Pixels) == 0 { // it has gone with the size
			continue
		}
		x.Saturation = d.saturation(len(x.Pixels))
		all = append(all, x)
	}
	return all
}

// saturation is how many of a defect's pixels, at the size that it is measured at, have to be
// found: by MVTec LOCO's evaluation a share is rounded down, an area is no larger than the defect.
// An area of the mask's own pixels shrinks as the defect's does.
func (d Defect) saturation(pixels int) float64 {
	if d.Relative {
		return max(1, math.Floor(d.Saturation*float64(pixels)))
	}
	own := 0
	for _, v := range d.Mask.Pix {
		if v > 127 {
			own++
		}
	}
	if own == pixels || own == 0 {
		return min(d.Saturation, float64(pixels))
	}
	return min(d.Saturation*float64(pixels)/float64(own), float64(pixels))
}

// Measure gives the ruler's numbers of a category. Why says of what is not defined why, in one
// line.
func (r Ruler) Measure(pictures []Picture) (v Values, why string, err error) {
	return r.measure(newCounted(pictures))
}

func (r Ruler) measure(x *counted) (v Values, why string, err error) {
	pictures := x.pictures
	v = Values{}
	var lines []string
	missing := func(err error) {
		if line := err.Error(); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	scores, labels := imagesOf(pictures)
	if m, err := Image(scores, labels); err != nil {
		if errors.Is(err, ErrNotFinite) || errors.Is(err, ErrLabel) {
			return nil, "", err
		}
		missing(err)
	} else {
		v[ImageAUROC], v[ImageAP], v[ImageF1] = m.AUROC, m.AP, m.F1Max
		if r.ImageAP != nil {
			v[ImageAP], _ = r.ImageAP(imagePoints(scores, labels)) // it has both classes
		}
	}
	for _, g := range r.Pixels {
		p, err := x.points(g)
		if err != nil {
			missing(err)
			continue
		}
		for _, of := range g.reads {
			if x, err := of.by(p); err != nil {
				missing(err)
			} else {
				v[of.number] = x
			}
		}
	}
	if r.PerPicture != nil {
		if each, err := r.PerPicture(pictures); err != nil {
			missing(err)
		} else if mean := meanOf(each); !math.IsNaN(mean) {
			v[r.Mean], x.shares[r.Name] = mean, each
		}
	}
	if r.Whole != nil {
		if x, err := r.Whole(pictures); err != nil {
			missing(err)
		} else {
			v[RegionArea] = x
		}
	}
	x.values[r.Name] = v
	return v, strings.Join(lines, "; "), nil
}

// meanOf is the mean of what is not NaN; NaN of nothing.
func meanOf(xs []float64) float64 {
	sum, n := 0.0, 0.0
	for _, x := range xs {
		if !math.IsNaN(x) {
			sum, n = sum+x, n+1
		}
	}
	return sum / n
}

// Anomalous tells whether a mask of grades has a pixel that a house reader takes for anomalous.
func Anomalous(mask *imageio.Image) bool { return mask != nil && slices.Max(mask.Pix) > 127 }
