package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
)

// Cloud is one named group of points.
type Cloud struct {
	Name string
	X, Y []float64 // of the same length, finite
}

// glyphs tell clouds apart where the colours begin again.
var glyphs = []vgdraw.GlyphDrawer{vgdraw.CircleGlyph{}, vgdraw.PyramidGlyph{}, vgdraw.BoxGlyph{},
	vgdraw.CrossGlyph{}}

// Scatter draws clouds of points over common axes, such as a projection of embeddings, with their
// names at the right.
func Scatter(title, xLabel, yLabel string, clouds ...Cloud) (*Plot, error) {
	p, legend := axes(title, xLabel, yLabel)
	for i, c := range clouds {
		if len(c.X) == 0 || len(c.X) != len(c.Y) {
			return nil, fmt.Errorf("cloud %q: expected as many x as y and at least one, got %d "+
				"and %d", c.Name, len(c.X), len(c.Y))
		}
		points := make(plotter.XYs, len(c.X))
		for k := range points {
			points[k] = plotter.XY{X: c.X[k], Y: c.Y[k]}
			if math.IsNaN(c.X[k]-c.X[k]) || math.IsNaN(c.Y[k]-c.Y[k]) {
				return nil, fmt.Errorf("cloud %q: expected finite values, got (%g, %g) at point %d",
					c.Name, c.X[k], c.Y[k], k)
			}
		}
		s, err := plotter.NewScatter(points)
		if err != nil {
			return nil, fmt.Errorf("cloud %q: %w", c.Name, err)
		}
		s.GlyphStyle = vgdraw.GlyphStyle{Color: Palette[i%len(Palette)], Radius: vg.Points(3),
			Shape: glyphs[i/len(Palette)%len(glyphs)]}
		p.Add(s)
		legend.Add(c.Name, s)
	}
	return drawn(p, legend)
}
