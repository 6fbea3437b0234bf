package plot

import (
	"image"

	"golang.org/x/image/draw"
)

// Narrow is a picture at most so many pixels wide: itself, or smaller by Catmull and Rom's kernel.
func Narrow(m image.Image, width int) image.Image {
	size := m.Bounds().Size()
	if size.X <= width {
		return m
	}
	out := image.NewNRGBA(image.Rect(0, 0, width, max(1, size.Y*width/size.X)))
	draw.CatmullRom.Scale(out, out.Bounds(), m, m.Bounds(), draw.Src, nil)
	return out
}
