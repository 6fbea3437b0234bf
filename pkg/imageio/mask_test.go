package imageio

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// discs is the value of a mask of 48 x 48 pixels with a disc of 14 pixels around (16, 16) and one
// of 6 around (38, 38): value is asked for the disc and for how deep in it the place is, in pixels;
// 0 elsewhere.
func discs(value func(disc int, depth float64) float64) []float64 {
	out := make([]float64, 48*48)
	for i := range out {
		x, y := float64(i%48), float64(i/48)
		for k, c := range [][2]float64{{16, 14}, {38, 6}} {
			if d2 := (x-c[0])*(x-c[0]) + (y-c[0])*(y-c[0]); d2 < c[1]*c[1] {
				out[i] = value(k+1, c[1]-sqrt(d2))
			}
		}
	}
	return out
}

// sqrt is Newton's.
func sqrt(v float64) float64 {
	x := 1 + v
	for range 40 {
		x = (x + v/x) / 2
	}
	return x
}

func TestReadMask(t *testing.T) {
	box := image.Rect(0, 0, 48, 48)
	paint := func(v []float64, set func(i int, v float64)) {
		for i, x := range v {
			set(i, x)
		}
	}
	grey8 := func(v []float64) image.Image {
		m := image.NewGray(box)
		paint(v, func(i int, x float64) { m.Pix[i] = uint8(x) })
		return m
	}
	grey16 := func(v []float64) image.Image {
		m := image.NewGray16(box)
		paint(v, func(i int, x float64) { m.SetGray16(i%48, i/48, color.Gray16{Y: uint16(x)}) })
		return m
	}
	colours := func(at func(v float64) color.NRGBA) func(v []float64) image.Image {
		return func(v []float64) image.Image {
			m := image.NewNRGBA(box)
			paint(v, func(i int, x float64) { m.SetNRGBA(i%48, i/48, at(x)) })
			return m
		}
	}
	palette := func(p ...color.Color) func(v []float64) image.Image {
		return func(v []float64) image.Image {
			m := image.NewPaletted(box, p)
			paint(v, func(i int, x float64) { m.Pix[i] = uint8(x) })
			return m
		}
	}
	flat := func(values ...float64) []float64 {
		return discs(func(disc int, _ float64) float64 { return values[disc-1] })
	}
	soft := func(per, most float64) []float64 { // rises by per a pixel from the edge inwards
		return discs(func(_ int, depth float64) float64 {
			return float64(int(min(depth*per, 1) * most))
		})
	}
	black, white := color.NRGBA{A: 255}, color.NRGBA{255, 255, 255, 255}
	type file struct {
		name   string
		encode func(io.Writer, image.Image) error
		m      image.Image
	}
	all := flat(1, 1)
	half := func(per float64) []float64 { // what lies deeper than half of the slope
		return discs(func(_ int, depth float64) float64 {
			if float64(int(min(depth*per, 1)*255)) > 127 {
				return 1
			}
			return 0
		})
	}
	for label, tt := range map[string]struct {
		file     file
		want     []float64
		numbered bool
	}{
		"0 and 255":   {file{"a.png", png.Encode, grey8(flat(255, 255))}, all, false},
		"0 and 1":     {file{"a.png", png.Encode, grey8(flat(1, 1))}, all, false},
		"0 and 100":   {file{"a.png", png.Encode, grey8(flat(100, 100))}, all, false},
		"0 and 65535": {file{"a.png", png.Encode, grey16(flat(65535, 65535))}, all, false},
		"16 bits, 1":  {file{"a.png", png.Encode, grey16(flat(1, 1))}, all, false},
		"16 bits, 255": {file{"a.tif", encodeTIFF, grey16(flat(255, 255))}, all,
			false},
		"instances":      {file{"a.png", png.Encode, grey8(flat(1, 2))}, all, false},
		"more instances": {file{"a.png", png.Encode, grey16(flat(700, 3))}, all, false},
		"types apart":    {file{"a.png", png.Encode, grey8(flat(85, 255))}, all, false},
		"soft":           {file{"a.png", png.Encode, grey8(soft(0.25, 255))}, half(0.25), false},
		"a thin soft edge": {file{"a.png", png.Encode, grey8(soft(0.6, 255))}, half(0.6),
			false},
		"soft in 16 bits": {file{"a.png", png.Encode, grey16(soft(0.25, 65535))}, half(0.25),
			false},
		"soft in the list": {file{"a.png", png.Encode, grey8(soft(0.25, 255))}, all, true},
		"JPEG":             {file{"a.jpg", encodeJPEG, grey8(flat(255, 255))}, all, false},
		"colours": {file{"a.png", png.Encode, colours(func(v float64) color.NRGBA {
			return color.NRGBA{uint8(128 * v), 0, 0, 255}
		})(flat(1, 1))}, all, false},
		"red and green": {file{"a.png", png.Encode, colours(func(v float64) color.NRGBA {
			return color.NRGBA{uint8(200 * int(v) % 400), uint8(100 * (int(v) / 2)), 0, 255}
		})(flat(1, 2))}, all, false},
		"opacity": {file{"a.png", png.Encode, colours(func(v float64) color.NRGBA {
			return color.NRGBA{0, 0, 0, uint8(255 * v)}
		})(flat(1, 1))}, all, false},
		"red on nothing, white under it": {file{"a.png", png.Encode,
			colours(func(v float64) color.NRGBA {
				if v == 0 {
					return color.NRGBA{255, 255, 255, 0}
				}
				return color.NRGBA{255, 0, 0, 255}
			})(flat(1, 1))}, all, false},
		"two colours on nothing": {file{"a.png", png.Encode,
			colours(func(v float64) color.NRGBA {
				return color.NRGBA{uint8(255 * (int(v) / 2)), 255, 0, uint8(min(255*v, 255))}
			})(flat(1, 2))}, all, false},
		"white on black, opaque": {file{"a.png", png.Encode, colours(func(v float64) color.NRGBA {
			return color.NRGBA{uint8(255 * v), uint8(255 * v), uint8(255 * v), 254}
		})(flat(1, 1))}, all, false},
		"palette": {file{"a.png", png.Encode, palette(black,
			color.NRGBA{128, 0, 0, 255}, white)(flat(1, 2))}, all, false},
		"palette of dark colours": {file{"a.png", png.Encode, palette(black,
			color.NRGBA{1, 1, 1, 255}, color.NRGBA{2, 2, 2, 255})(flat(1, 2))}, all, false},
		"palette that is all black": {file{"a.png", png.Encode, palette(black, black,
			black)(flat(1, 2))}, all, false},
	} {
		t.Run(label, func(t *testing.T) {
			path := write(t, tt.file.name, encoded(t, tt.file.encode, tt.file.m))
			m, err := ReadMask(path, tt.numbered)
			require.NoError(t, err)
			require.Equal(t, []int{48, 48, 1}, []int{m.W, m.H, m.C})
			for i, want := range tt.want {
				require.Equal(t, want > 0, m.Pix[i] > 127, "pixel %d, %d is %d", i%48, i/48,
					m.Pix[i])
			}
		})
	}
}

func TestReadMaskOfFiles(t *testing.T) {
	for label, tt := range map[string]struct {
		file []byte
		want []uint8
	}{
		"white is zero": {tiffFile(little, false, [][]byte{{255, 0, 255}},
			tags(3, 1, 8, whiteIsZero)), []uint8{0, 255, 0}},
		"bits, white is zero": {tiffFile(little, false, [][]byte{{0xa0}},
			tags(3, 1, 1, whiteIsZero)), []uint8{0, 255, 0}},
		"32-bit labels": {tiffFile(little, false, [][]byte{numbers(little, []int32{1, 0, 70000})},
			tags(3, 1, 32, blackIsZero, tagFormat, 2)), []uint8{255, 0, 255}},
		"floats": {tiffFile(little, false, [][]byte{numbers(little, []float32{0, 1, 0})},
			tags(3, 1, 32, blackIsZero, tagFormat, 3)), []uint8{0, 255, 0}},
		"soft floats": {tiffFile(little, false, [][]byte{numbers(little, []float32{0, 0.4, 1})},
			tags(3, 1, 32, blackIsZero, tagFormat, 3)), []uint8{0, 102, 255}},
		"turned": {tiffFile(little, false, [][]byte{{0, 0, 1}}, tags(3, 1, 8, blackIsZero,
			tagOrientation, 3)), []uint8{255, 0, 0}},
	} {
		m, err := ReadMask(write(t, "a.tif", tt.file), false)
		require.NoError(t, err, label)
		require.Equal(t, tt.want, m.Pix, label)
	}
	plain, err := ReadMask(write(t, "a.pbm", []byte("P1 3 1\n1 0 1")), false)
	require.NoError(t, err)
	require.Equal(t, []uint8{0, 255, 0}, plain.Pix)
}

func TestFitMask(t *testing.T) {
	for _, c := range []struct {
		mw, mh, w, h int
		scaled, fits bool
	}{{64, 48, 64, 48, false, true}, {32, 24, 64, 48, true, false}, {33, 25, 66, 49, true, false},
		{48, 64, 64, 48, false, false}, {32, 32, 64, 48, false, false},
		{256, 256, 1000, 1000, true, false}, {256, 171, 1000, 667, true, false}} {
		scaled, err := FitMask("m.png", c.mw, c.mh, c.w, c.h)
		require.Equal(t, []bool{c.scaled, c.fits}, []bool{scaled, err == nil}, "%v", c)
	}
}
