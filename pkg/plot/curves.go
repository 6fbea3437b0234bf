package plot

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Line is one named curve. Where a value is not finite the curve is interrupted.
type Line struct {
	Name string
	Y    []float64
	X    []float64 // as long as Y; none stands for 1, 2, ...
	Band []float64 // as long as Y: how far a band reaches above and below; none for no band
}

// Curves draws lines over common axes, such as losses over steps or true over false positives, with
// their names at the right.
func Curves(title, xLabel, yLabel string, lines ...Line) (*Plot, error) {
	p, legend := axes(title, xLabel, yLabel)
	for i, l := range lines {
		band, err := l.band()
		if err != nil {
			return nil, fmt.Errorf("curve %q: %w", l.Name, err)
		}
		if band != nil {
			c := color.NRGBAModel.Convert(Palette[i%len(Palette)]).(color.NRGBA)
			c.A = bandAlpha
			band.Color, band.LineStyle.Width = c, 0
			p.Add(band)
		}
	}
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
	return drawn(p, legend)
}

// bandAlpha is how much of its colour a band has, of 255.
const bandAlpha = 40

// band is the area around a line; nil where it has none.
func (l Line) band() (*plotter.Polygon, error) {
	if l.Band == nil {
		return nil, nil
	}
	if len(l.Band) != len(l.Y) || l.X != nil && len(l.X) != len(l.Y) {
		return nil, fmt.Errorf("expected a band as long as its %d values, got %d", len(l.Y),
			len(l.Band))
	}
	var above, below plotter.XYs
	for k, y := range l.Y {
		x := float64(k + 1)
		if l.X != nil {
			x = l.X[k]
		}
		if wide := l.Band[k]; !math.IsNaN(x-x) && !math.IsNaN(y-y) && !math.IsNaN(wide-wide) {
			above = append(above, plotter.XY{X: x, Y: y + wide})
			below = append(below, plotter.XY{X: x, Y: y - wide})
		}
	}
	slices.Reverse(below)
	return plotter.NewPolygon(append(above, below...))
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
		return nil, fmt.Errorf("expected at least one finite value, got %d values and none",
			len(l.Y))
	}
	return parts, nil
}
