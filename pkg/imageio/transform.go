package imageio

import (
	"fmt"
	"math"

	"adlab/pkg/setting"
)

// Transform is an encoder's preprocessing: resize to a square of Resize pixels a side, without
// keeping the aspect ratio, centre crop to Crop, then (x/255 - Mean)/Std per channel.
type Transform struct {
	Resize, Crop int
	Mean, Std    [3]float32
	Filter       Filter // of the resize; masks are always bilinear
}

// String says everything that changes the numbers; it is part of cache keys.
func (t Transform) String() string {
	text := fmt.Sprintf("resize %d crop %d mean %v std %v", t.Resize, t.Crop, t.Mean, t.Std)
	if t.Filter != Bilinear {
		text += " " + string(t.Filter)
	}
	return text
}

// Validate says in one line which setting cannot be, for an encoder with patches of that many
// pixels a side.
func (t Transform) Validate(patch int) error {
	for k, std := range t.Std {
		if !(std > 0) {
			return fmt.Errorf("std of channel %d is %v: expected a positive number", k, std)
		}
	}
	switch {
	case patch < 1:
		return fmt.Errorf("the patch size is %d: expected at least 1 pixel", patch)
	case t.Resize < 1 || t.Crop < 1:
		return fmt.Errorf("resize %d and crop %d: expected at least 1 pixel each", t.Resize, t.Crop)
	case int64(t.Resize) > MaxSide || int64(t.Resize)*int64(t.Resize) > MaxPixels:
		return fmt.Errorf("resize %d makes pictures of more than %g megapixels: use a smaller one",
			t.Resize, float64(MaxPixels)/1e6)
	case t.Crop > t.Resize:
		return fmt.Errorf("crop %d is larger than resize %d: use at most %d", t.Crop, t.Resize,
			t.Resize)
	case t.Crop < patch:
		return setting.Errorf("Crop", "%d is not divisible by the patch size %d: use %d", t.Crop,
			patch,
			patch)
	case t.Crop%patch != 0:
		low := t.Crop / patch * patch
		return setting.Errorf("Crop", "%d is not divisible by the patch size %d: use %d or %d",
			t.Crop,
			patch, low, low+patch)
	}
	return nil
}

// Picture is the part of the image that the encoder sees, as an 8-bit picture of Crop pixels a
// side, with the image's number of channels.
func (t Transform) Picture(m *Image) *Image {
	return CenterCrop(t.Filter.Resize(m, t.Resize, t.Resize), t.Crop)
}

// Apply writes the normalised image to dst, Crop·Crop·3 values in the order row, column, channel. A
// grey image is replicated.
func (t Transform) Apply(dst []float32, m *Image) {
	var table [3][256]float32
	for k := range table {
		for v := range table[k] {
			table[k][v] = (float32(v)/255 - t.Mean[k]) / t.Std[k]
		}
	}
	for i, picture := 0, t.Picture(m); i < t.Crop*t.Crop; i++ {
		for k := range 3 {
			dst[3*i+k] = table[k][picture.Pix[i*m.C+min(k, m.C-1)]]
		}
	}
}

// Mask is a mask seen as the image is: resized by the same bilinear filter (so edges become
// fractions), cropped, divided by 255, the maximum over its channels. Crop·Crop values in 0..1.
func (t Transform) Mask(m *Image) []float32 {
	picture := CenterCrop(Resize(m, t.Resize, t.Resize), t.Crop)
	out := make([]float32, t.Crop*t.Crop)
	for i := range out {
		v := picture.Pix[i*m.C]
		for _, other := range picture.Pix[i*m.C : (i+1)*m.C] {
			v = max(v, other)
		}
		out[i] = float32(v) / 255
	}
	return out
}

// MaskTo is MaskResize from a square of from pixels a side to one of to pixels.
func MaskTo(mask []float32, from, to int) []uint8 { return MaskResize(mask, from, from, to, to) }

// MaskResize resizes a mask from w x h to toW x toH pixels by the nearest neighbour (source index
// floor(i·from/to) on each axis) and makes it 1 where it is strictly above 0.5, as the official
// evaluation does.
func MaskResize(mask []float32, w, h, toW, toH int) []uint8 {
	out := make([]uint8, toW*toH)
	for y := range toH {
		row := mask[y*h/toH*w:]
		for x := range toW {
			if row[x*w/toW] > 0.5 {
				out[y*toW+x] = 1
			}
		}
	}
	return out
}

// Binary is a mask with every value but 0 set to 255, one channel.
func Binary(m *Image) *Image {
	out := New(m.W, m.H, 1)
	for i := range out.Pix {
		for _, v := range m.Pix[i*m.C : (i+1)*m.C] {
			if v != 0 {
				out.Pix[i] = 255
			}
		}
	}
	return out
}

// CenterCrop cuts a square of side pixels, at most the picture's width and height, out of the
// middle; the offset is rounded half to even, as Python does.
func CenterCrop(m *Image, side int) *Image {
	x0, y0 := offset(m.W, side), offset(m.H, side)
	out := New(side, side, m.C)
	for y := range side {
		copy(out.Pix[y*side*m.C:(y+1)*side*m.C], m.Pix[((y0+y)*m.W+x0)*m.C:])
	}
	return out
}

func offset(n, side int) int { return int(math.RoundToEven(float64(n-side) / 2)) }
