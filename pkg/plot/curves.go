package plot

import (
	"bytes"
	"fmt"
	"image"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Line is one named curve. Where a value is not finite the curve is interrupted.
type Line struct {
	Name string
	Y    []float64
	X    []float64 // as long as Y; none stands for 1, 2, ...
}

// Curves draws lines over common axes, such as losses over steps or true over false positives, with their names at the
// right.
func Curves(title, xLabel, yLabel string, lines ...Line) (image.Image, error) {
	p, legend, err := curves(title, xLabel, yLabel, lines)
	if err != nil {
		return nil, err
	}
	return withLegend(p, legend), nil
}

// CurvesSVG is the same as vectors.
func CurvesSVG(title, xLabel, yLabel string, lines ...Line) ([]byte, error) {
	p, legend, err := curves(title, xLabel, yLabel, lines)
	if err != nil {
		return nil, err
	}
	return vectors(p, legend)
}

func curves(title, xLabel, yLabel string, lines []Line) (*plot.Plot, plot.Legend, error) {
	p, legend := axes(title, xLabel, yLabel)
	for i, l := range lines {
		parts, err := l.parts()
		if err != nil {
			return nil, legend, fmt.Errorf("curve %q: %w", l.Name, err)
		}
		for k, xy := range parts {
			line, err := plotter.NewLine(xy)
			if err != nil {
				return nil, legend, fmt.Errorf("curve %q: %w", l.Name, err)
			}
			line.Color, line.Width = Palette[i%len(Palette)], vg.Points(1.5)
			p.Add(line)
			if k == 0 && l.Name != "" {
				legend.Add(l.Name, line)
			}
		}
	}
	return p, legend, nil
}

// axes is an empty plot with a grid and a legend in the house's type.
func axes(title, xLabel, yLabel string) (*plot.Plot, plot.Legend) {
	p, legend := plot.New(), plot.NewLegend()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, xLabel, yLabel
	for _, f := range []*vgdraw.TextStyle{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &legend.TextStyle} {
		f.Font.Variant = typeface.Variant
	}
	p.Title.Padding, p.X.Label.Padding, p.Y.Label.Padding = 8, 4, 4
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = frameColour, frameColour
	p.Add(grid)
	return p, legend
}

// Size of a plot in points, which are pixels in a picture.
const plotWidth, plotHeight = 600, 340

// withLegend draws a plot with its legend at the right.
func withLegend(p *plot.Plot, legend plot.Legend) image.Image {
	picture := vgimg.NewWith(vgimg.UseWH(plotWidth, plotHeight), vgimg.UseDPI(72))
	lay(picture, p, legend)
	return picture.Image()
}

// vectors is the same as SVG.
func vectors(p *plot.Plot, legend plot.Legend) ([]byte, error) {
	picture := vgsvg.New(plotWidth, plotHeight)
	lay(picture, p, legend)
	var b bytes.Buffer
	_, err := picture.WriteTo(&b)
	return b.Bytes(), err
}

// lay lays a plot out on a canvas, with its legend at the right.
func lay(canvas vg.CanvasSizer, p *plot.Plot, legend plot.Legend) {
	widen(&p.X)
	widen(&p.Y)
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

// parts are the stretches of a line without a gap.
func (l Line) parts() (parts []plotter.XYs, err error) {
	if l.X != nil && len(l.X) != len(l.Y) {
		return nil, fmt.Errorf("expected as many x as y, got %d and %d", len(l.X), len(l.Y))
	}
	var part plotter.XYs
	for k, y := range l.Y {
		x := float64(k + 1)
		if l.X != nil {
			x = l.X[k]
		}
		if finite := !math.IsNaN(x-x) && !math.IsNaN(y-y); finite {
			part = append(part, plotter.XY{X: x, Y: y})
		} else if part != nil {
			parts, part = append(parts, part), nil
		}
	}
	if part != nil {
		parts = append(parts, part)
	}
	if parts == nil {
		return nil, fmt.Errorf("expected at least one finite value, got %d values and none", len(l.Y))
	}
	return parts, nil
}
