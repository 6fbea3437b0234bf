package plot

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
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
	p, legend := axes(title, xLabel, yLabel)
	for i, l := range lines {
		parts, err := l.parts()
		if err != nil {
			return nil, fmt.Errorf("curve %q: %w", l.Name, err)
		}
		for k, xy := range parts {
			line, err := plotter.NewLine(xy)
			if err != nil {
				return nil, fmt.Errorf("curve %q: %w", l.Name, err)
			}
			line.Color, line.Width = Palette[i%len(Palette)], vg.Points(1.5)
			p.Add(line)
			if k == 0 && l.Name != "" {
				legend.Add(l.Name, line)
			}
		}
	}
	return withLegend(p, legend), nil
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

// withLegend draws a plot with its legend at the right.
func withLegend(p *plot.Plot, legend plot.Legend) image.Image {
	widen(&p.X)
	widen(&p.Y)
	picture := vgimg.NewWith(vgimg.UseWH(600, 340), vgimg.UseDPI(72)) // a point is a pixel
	c := vgdraw.Crop(vgdraw.New(picture), 8, -12, 8, -8)
	legend.Top, legend.Left, legend.Padding, legend.ThumbnailWidth = true, true, 3, 16
	legend.YOffs = -p.Title.TextStyle.FontExtents().Height - p.Title.Padding
	names := legend.Rectangle(c).Size().X
	legend.Draw(vgdraw.Crop(c, c.Size().X-names, 0, 0, 0))
	p.Draw(vgdraw.Crop(c, 0, -names-8, 0, 0))
	return picture.Image()
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
