package plot

import (
	"image"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	gonumfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// typeface is Liberation Sans, which gonum/plot ships: small captions read better without serifs.
var typeface = gonumfont.Font{Typeface: "Liberation", Variant: "Sans"}

// face is the typeface of a text at a size in pixels.
func face(text string, size int) font.Face {
	f := gonumfont.DefaultCache.Lookup(typefaceOf(text), vg.Length(size))
	return f.FontFace(72) // at 72 dots per inch a point is a pixel
}

// label is a line of text, centred vertically on y.
type label struct {
	text     string
	x, y     int // pixels from the left and the top
	centered bool
}

// write draws labels in black.
func write(picture *image.RGBA, size int, labels ...label) {
	capital := face("", size).Metrics().CapHeight.Round()
	for _, l := range labels {
		d := font.Drawer{Dst: picture, Src: image.Black, Face: face(l.text, size),
			Dot: fixed.P(l.x, l.y+(capital+1)/2)}
		if l.centered {
			d.Dot.X -= d.MeasureString(unkerned(l.text)) / 2
		}
		d.DrawString(unkerned(l.text))
	}
}

// unkerned keeps a word's distance: the typeface moves an A or a T into the space before it.
func unkerned(text string) string { return strings.ReplaceAll(text, " ", "\u00a0") }

// width of a line of text in pixels.
func width(text string, size int) int {
	return font.MeasureString(face(text, size), unkerned(text)).Ceil()
}

// cut shortens a line of text to a width in pixels.
func cut(text string, size, limit int) string {
	if width(text, size) <= limit {
		return text
	}
	for runes := []rune(text); len(runes) > 0; runes = runes[:len(runes)-1] {
		if short := string(runes) + "…"; width(short, size) <= limit {
			return short
		}
	}
	return ""
}
