package plot

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Tile is one picture of a panel with a line under it.
type Tile struct {
	Picture image.Image
	Caption string
}

// Panel draws rows of tiles on white, each tile a square of side pixels, with their captions under them, a title over all and, where scale
// is given, one colour bar at the right.
func Panel(title string, rows [][]Tile, side int, scale *Scale) image.Image {
	const gap, captionHeight, titleHeight, barWidth = 10, 18, 26, 74
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	w := gap + columns*(side+gap)
	if scale != nil {
		w += barWidth
	}
	top := gap
	if title != "" {
		top += titleHeight
	}
	h := top + len(rows)*(side+captionHeight+gap)
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	var lines []label
	write := func(s string, x, y int, size vg.Length, align vgdraw.XAlignment) {
		lines = append(lines, label{s, x, y, size, align})
	}
	if title != "" {
		write(title, gap, gap+titleHeight/2, 14, vgdraw.XLeft)
	}
	for r, row := range rows {
		y := top + r*(side+captionHeight+gap)
		for c, t := range row {
			x := gap + c*(side+gap)
			kernel := draw.Interpolator(draw.CatmullRom)
			if t.Picture.Bounds().Dx()*4 <= side {
				kernel = draw.NearestNeighbor // few values: show them as squares
			}
			kernel.Scale(out, image.Rect(x, y, x+side, y+side), t.Picture, t.Picture.Bounds(), draw.Over, nil)
			write(t.Caption, x+side/2, y+side+captionHeight/2, 11, vgdraw.XCenter)
		}
	}
	if scale != nil {
		x, height := gap+columns*(side+gap), len(rows)*(side+captionHeight+gap)-captionHeight-gap
		for y := range height {
			v := scale.High - (scale.High-scale.Low)*float64(y)/float64(max(1, height-1))
			draw.Draw(out, image.Rect(x, top+y, x+16, top+y+1), image.NewUniform(scale.Colour(v)), image.Point{}, draw.Src)
		}
		for i := range 5 {
			v := scale.High - (scale.High-scale.Low)*float64(i)/4
			write(fmt.Sprintf("%.3g", v), x+21, top+i*(height-1)/4, 11, vgdraw.XLeft)
		}
	}
	return letter(out, lines)
}

// label is a line of text, centred vertically at y pixels from the top.
type label struct {
	text  string
	x, y  int
	size  vg.Length
	align vgdraw.XAlignment
}

// letter writes the labels on the picture.
func letter(picture *image.NRGBA, labels []label) image.Image {
	size := picture.Bounds().Size()
	canvas := vgimg.NewWith(vgimg.UseWH(vg.Length(size.X), vg.Length(size.Y)), vgimg.UseDPI(72), vgimg.UseBackgroundColor(color.Transparent)) // a pixel is a point
	c := vgdraw.New(canvas)
	for _, l := range labels {
		style := text.Style{Color: color.Black, Font: font.From(plot.DefaultFont, l.size), XAlign: l.align, YAlign: vgdraw.YCenter, Handler: plot.DefaultTextHandler}
		c.FillText(style, vg.Point{X: vg.Length(l.x), Y: vg.Length(size.Y - l.y)}, l.text)
	}
	draw.Draw(picture, picture.Bounds(), canvas.Image(), image.Point{}, draw.Over)
	return picture
}

// Line is one named curve.
type Line struct {
	Name string
	Y    []float64 // at X = 1, 2, ...
}

// Curves draws lines over a common axis, such as losses over steps.
func Curves(title, xLabel, yLabel string, lines ...Line) (image.Image, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, xLabel, yLabel
	p.Add(plotter.NewGrid())
	for i, l := range lines {
		xy := make(plotter.XYs, 0, len(l.Y))
		for k, y := range l.Y {
			if !math.IsNaN(y) && !math.IsInf(y, 0) {
				xy = append(xy, plotter.XY{X: float64(k + 1), Y: y})
			}
		}
		line, err := plotter.NewLine(xy)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = Palette[i%len(Palette)], vg.Points(1.5)
		p.Add(line)
		p.Legend.Add(l.Name, line)
	}
	p.Legend.Top = true
	canvas := vgimg.New(16*vg.Centimeter, 9*vg.Centimeter)
	p.Draw(vgdraw.New(canvas))
	return canvas.Image(), nil
}

// Palette is Okabe and Ito's, which the colour-blind tell apart.
var Palette = []color.Color{
	color.NRGBA{0x00, 0x72, 0xb2, 255}, color.NRGBA{0xd5, 0x5e, 0x00, 255}, color.NRGBA{0x00, 0x9e, 0x73, 255},
	color.NRGBA{0xcc, 0x79, 0xa7, 255}, color.NRGBA{0xe6, 0x9f, 0x00, 255}, color.NRGBA{0x56, 0xb4, 0xe9, 255},
}
