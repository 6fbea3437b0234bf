package plot

import (
	"image"
	"image/color"
	"image/draw"

	"adlab/pkg/imageio"
)

// The colours of pixels by what is true and what is called: found, missed, called wrongly.
var (
	foundColour  = color.NRGBA{0x00, 0x9e, 0x73, 255}
	missedColour = color.NRGBA{0x00, 0x72, 0xb2, 255}
	wrongColour  = color.NRGBA{0xe6, 0x9f, 0x00, 255}
)

// Masked tints a picture in grey by what a threshold calls anomalous: found, missed and wrongly
// called pixels in three colours, or all that are called in the last where the truth is not known.
// mask is the truth or nil, called the answer, both with rows of side values.
func Masked(picture *imageio.Image, mask []uint8, called []bool, side int) image.Image {
	w, h := picture.W, picture.H
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			i, at := y*w+x, y*side/h*side+x*side/w
			grey := greyAt(picture, i)
			c := color.NRGBA{grey, grey, grey, 255}
			is := mask != nil && mask[at] != 0
			tint := func(t color.NRGBA) color.NRGBA {
				mix := func(a, b uint8) uint8 { return uint8((2*int(a) + 3*int(b)) / 5) }
				return color.NRGBA{mix(c.R, t.R), mix(c.G, t.G), mix(c.B, t.B), 255}
			}
			switch {
			case called[at] && is:
				c = tint(foundColour)
			case is:
				c = tint(missedColour)
			case called[at]:
				c = tint(wrongColour)
			}
			out.SetNRGBA(x, y, c)
		}
	}
	return out
}

// Stack puts pictures under one another on white.
func Stack(pictures ...image.Image) image.Image {
	var size image.Point
	for _, p := range pictures {
		size.X, size.Y = max(size.X, p.Bounds().Dx()), size.Y+p.Bounds().Dy()
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	y := 0
	for _, p := range pictures {
		draw.Draw(out, image.Rect(0, y, p.Bounds().Dx(), y+p.Bounds().Dy()), p, p.Bounds().Min,
			draw.Src)
		y += p.Bounds().Dy()
	}
	return out
}
