package plot

import (
	"image"
	"image/color"
	"math"
	"strings"

	"golang.org/x/image/draw"
)

// Tile is one picture of a panel with a line under it, or several.
type Tile struct {
	Picture image.Image
	Caption string
}

// Sizes of a panel in pixels.
const (
	gap, titleSize, titleHeight = 10, 15, 28
	largestCaption, least       = 12, 9 // of captions; larger tiles have larger ones
	captionHeight, lineHeight   = 20, 16
	frame                       = 1
	apart                       = 5 // at least, between captions
	barWidth, barText           = 16, 54
)

// Panels is a drawn panel, which can be drawn again with smaller tiles and the same type.
type Panels struct {
	image.Image
	Side  int
	title string
	rows  [][]Tile
	scale *Scale
}

// Placed is a tile where it lies in its panel.
type Placed struct {
	Box     image.Rectangle // in pixels; a picture that is not square lies in its middle
	Caption string
}

// Tiles are the panel's tiles, row by row, where they lie.
func (p *Panels) Tiles() (all [][]Placed) {
	tops, _ := rowTops(p.title, p.rows, p.Side)
	for r, row := range p.rows {
		var placed []Placed
		for c, t := range row {
			placed = append(placed, Placed{boxAt(c, tops[r], p.Side), t.Caption})
		}
		all = append(all, placed)
	}
	return all
}

// Sized is the same panel with tiles of another size in pixels.
func (p *Panels) Sized(side int) *Panels { return Panel(p.title, p.rows, side, p.scale) }

var frameColour = color.Gray{0xc0}

// Panel draws rows of tiles on white, each tile in a square of side pixels, which it fills as far
// as its proportions let it, with their captions under them, a title over all and, where scale is
// given, one colour bar at the right. A caption that is too wide for its tile is set smaller, with
// all others, and in the end cut.
func Panel(title string, rows [][]Tile, side int, scale *Scale) *Panels {
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	tops, under := rowTops(title, rows, side)
	top, step := tops[0], side+gap
	size := image.Pt(max(gap+columns*step, 2*gap+width(title, titleSize)), tops[len(rows)])
	bar := image.Rect(gap+columns*step, top, gap+columns*step+barWidth, size.Y-under-gap)
	if scale != nil {
		size.X = max(size.X, bar.Max.X+barText)
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	write(out, titleSize, label{text: title, x: gap, y: gap + titleHeight/2 - 3})
	var captions []label
	captionSize := min(max(largestCaption, side/12), titleSize)
	for r, row := range rows {
		for c, t := range row {
			box := boxAt(c, tops[r], side)
			corner := box.Min
			place(out, box, t.Picture)
			for i, line := range strings.Split(t.Caption, "\n") {
				captions = append(captions, label{line, corner.X + side/2, corner.Y + side +
					captionHeight/2 + 1 + i*lineHeight, true})
				for captionSize > least && width(line, captionSize) > side+gap-apart {
					captionSize--
				}
			}
		}
	}
	for i := range captions {
		captions[i].text = cut(captions[i].text, captionSize, side+gap-apart)
	}
	write(out, captionSize, captions...)
	if scale != nil {
		colourBar(out, bar, *scale)
	}
	return &Panels{out, side, title, rows, scale}
}

// rowTops are the heights at which a panel's rows begin, and its end; under is the height of the
// last row's captions.
func rowTops(title string, rows [][]Tile, side int) (tops []int, under int) {
	tops = []int{gap}
	if title != "" {
		tops[0] += titleHeight
	}
	for r, row := range rows {
		under = captionHeight
		for _, t := range row {
			under = max(under, captionHeight+lineHeight*strings.Count(t.Caption, "\n"))
		}
		tops = append(tops, tops[r]+side+under+gap)
	}
	return tops, under
}

// boxAt is the square of the tile in a column of the row that begins at top.
func boxAt(column, top, side int) image.Rectangle {
	return image.Rect(0, 0, side, side).Add(image.Pt(gap+column*(side+gap), top))
}

// place draws a picture as large as fits into a box, in its middle, in a thin frame.
func place(out *image.RGBA, box image.Rectangle, picture image.Image) {
	from := picture.Bounds()
	if from.Empty() {
		return
	}
	w, h := box.Dx(), box.Dy()
	if from.Dx() > from.Dy() {
		h = max(1, (h*from.Dy()+from.Dx()/2)/from.Dx())
	} else {
		w = max(1, (w*from.Dx()+from.Dy()/2)/from.Dy())
	}
	corner := box.Min.Add(image.Pt((box.Dx()-w)/2, (box.Dy()-h)/2))
	at := image.Rectangle{Min: corner, Max: corner.Add(image.Pt(w, h))}
	draw.Draw(out, at.Inset(-frame), image.NewUniform(frameColour), image.Point{}, draw.Src)
	kernel := draw.Interpolator(draw.CatmullRom)
	if from.Dx()*4 <= w {
		kernel = draw.NearestNeighbor // few values: show them as squares
	}
	kernel.Scale(out, at, picture, from, draw.Over, nil)
}

// colourBar draws a scale with the values at its ticks.
func colourBar(out *image.RGBA, at image.Rectangle, s Scale) {
	if at.Empty() {
		return
	}
	draw.Draw(out, at.Inset(-frame), image.NewUniform(frameColour), image.Point{}, draw.Src)
	for y := at.Min.Y; y < at.Max.Y; y++ {
		part := float64(at.Max.Y-1-y) / float64(max(1, at.Dy()-1))
		line := image.Rect(at.Min.X, y, at.Max.X, y+1)
		draw.Draw(out, line, image.NewUniform(s.Colour(s.Low+part*(s.High-s.Low))), image.Point{},
			draw.Src)
	}
	for _, tick := range ticks(s.Low, s.High) {
		part := 0.5
		if s.High > s.Low {
			part = min(max((tick.Value-s.Low)/(s.High-s.Low), 0), 1)
		}
		y := at.Max.Y - 1 - int(math.Round(part*float64(at.Dy()-1)))
		draw.Draw(out, image.Rect(at.Max.X, y, at.Max.X+4, y+1), image.Black, image.Point{},
			draw.Src)
		write(out, 11, label{text: tick.Label, x: at.Max.X + 7, y: y})
	}
}
