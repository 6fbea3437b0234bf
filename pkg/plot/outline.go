package plot

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// outline is the colour of mask outlines, with a dark rim that sets it off from bright pictures.
var outline, rim = color.NRGBA{0x00, 0xe5, 0xff, 0xff}, color.NRGBA{0x00, 0x00, 0x00, 0xff}

// Outline draws the contour of a mask on a copy of a picture: the mask has rows of side pixels, is
// anomalous where it is not 0, and is spread over the picture without interpolation. The line lies
// inside the anomalous regions, its rim outside.
func Outline(picture image.Image, mask []uint8, side int) *image.NRGBA {
	size := picture.Bounds().Size()
	out := image.NewNRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Bounds(), picture, picture.Bounds().Min, draw.Src)
	columns, rows := taps(side, size.X), taps(len(mask)/side, size.Y)
	inside := func(x, y int) bool { return mask[rows[y].nearest()*side+columns[x].nearest()] != 0 }
	width := max(1, min(size.X, size.Y)/128)
	// near tells whether a pixel on the other side of the contour is at most reach away.
	near := func(x, y, reach int) bool {
		here := inside(x, y)
		for v := max(0, y-reach); v <= min(size.Y-1, y+reach); v++ {
			for u := max(0, x-reach); u <= min(size.X-1, x+reach); u++ {
				if inside(u, v) != here {
					return true
				}
			}
		}
		return false
	}
	for y := range size.Y {
		for x := range size.X {
			switch in := inside(x, y); {
			case in && near(x, y, width):
				out.SetNRGBA(x, y, outline)
			case !in && near(x, y, (width+1)/2):
				out.SetNRGBA(x, y, rim)
			}
		}
	}
	return out
}
