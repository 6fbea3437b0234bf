package plot

import (
	"bytes"
	"image"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Plot is a plot as a picture, and the same as vectors.
type Plot struct {
	image.Image
	SVG []byte
}

// Size of a plot in points, and the dots of a picture: type of 16 pixels reads from the back of a
// room.
const plotWidth, plotHeight, dotsPerInch = 600, 340, 96

// drawn draws a plot with its legend at the right, with round ticks on both axes.
func drawn(p *plot.Plot, legend plot.Legend) (*Plot, error) {
	widen(&p.X)
	widen(&p.Y)
	return drawnAs(p, legend)
}

// drawnAs is drawn with the ticks as they are.
func drawnAs(p *plot.Plot, legend plot.Legend) (*Plot, error) {
	picture := vgimg.NewWith(vgimg.UseWH(plotWidth, plotHeight), vgimg.UseDPI(dotsPerInch))
	lay(picture, p, legend)
	vectors := vgsvg.New(plotWidth, plotHeight)
	lay(vectors, p, legend)
	var b bytes.Buffer
	_, err := vectors.WriteTo(&b)
	return &Plot{picture.Image(), b.Bytes()}, err
}

// axes is an empty plot with a grid and a legend in the house's type.
func axes(title, xLabel, yLabel string) (*plot.Plot, plot.Legend) {
	p, legend := plot.New(), plot.NewLegend()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, xLabel, yLabel
	for _, f := range []*vgdraw.TextStyle{&p.Title.TextStyle, &p.X.Label.TextStyle,
		&p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &legend.TextStyle} {
		f.Font.Variant = typeface.Variant
		f.Handler = handler{text.Plain{Fonts: font.DefaultCache}}
	}
	p.Title.Padding, p.X.Label.Padding, p.Y.Label.Padding = 8, 4, 4
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = frameColour, frameColour
	p.Add(grid)
	return p, legend
}

// lay lays a plot out on a canvas, with its legend at the right.
func lay(canvas vg.CanvasSizer, p *plot.Plot, legend plot.Legend) {
	c := vgdraw.Crop(vgdraw.New(canvas), 8, -12, 8, -8)
	legend.Top, legend.Left, legend.Padding, legend.ThumbnailWidth = true, true, 3, 16
	legend.YOffs = -p.Title.TextStyle.FontExtents().Height - p.Title.Padding
	names := legend.Rectangle(c).Size().X
	legend.Draw(vgdraw.Crop(c, c.Size().X-names, 0, 0, 0))
	p.Draw(vgdraw.Crop(c, 0, -names-8, 0, 0))
}

// widen gives an axis round ticks, and some room around a single value.
func widen(a *plot.Axis) {
	if a.Min == a.Max {
		room := max(math.Abs(a.Min)/2, 1e-300)
		a.Min, a.Max = a.Min-room, a.Max+room
	}
	a.Tick.Marker = plot.TickerFunc(ticks)
}
