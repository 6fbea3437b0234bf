package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Line is one named curve. Where a value is not finite the curve is interrupted.
type Line struct {
	Name string
	Y    []float64
	X    []float64 // as long as Y; none stands for 1, 2, ...
}

// Curves draws lines over common axes, such as losses over steps or true over false positives, with
// their names at the right.
func Curves(title, xLabel, yLabel string, lines ...Line) (*Plot, error) {
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
	return drawn(p, legend)
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
