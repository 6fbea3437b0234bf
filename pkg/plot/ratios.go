package plot

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
)

// Ratio is one named ratio with what its middle half lies between.
type Ratio struct {
	Name             string
	Value, Low, High float64 // positive
	// Colour is the name's, from 1, the same in every plot that says it: a place in the palette,
	// and beyond its end with another glyph. 0 is the name's place in this plot.
	Colour int
}

// Compared is a row of ratios.
type Compared struct {
	Name string
	Of   []Ratio
}

// Ratios draws rows of ratios on a logarithmic axis, the first row on top, a colour for each name,
// with their names at the right, and a line where the ratio is 1.
func Ratios(title, xLabel string, rows ...Compared) (*Plot, error) {
	for _, row := range rows {
		for _, r := range row.Of {
			if !(r.Low > 0 && r.Low <= r.Value && r.Value <= r.High) || math.IsInf(r.High, 0) {
				return nil, fmt.Errorf("ratio %q of %q: expected 0 < low ≤ value ≤ high, got %g, "+
					"%g, %g", r.Name, row.Name, r.Low, r.Value, r.High)
			}
		}
	}
	p, legend := axes(title, xLabel, "")
	one, err := plotter.NewLine(plotter.XYs{{X: 1, Y: -0.6}, {X: 1, Y: float64(len(rows)) - 0.4}})
	if err != nil {
		return nil, err
	}
	one.Width, one.Color = vg.Points(1), color.Gray{96}
	p.Add(one)
	low, high, err := bars(p, &legend, rows)
	if err != nil {
		return nil, err
	}
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.TickerFunc(doublings)
	p.X.Min, p.X.Max = min(low, 1)/1.15, max(high, 1)*1.15
	return drawnAs(p, legend)
}

// bars draws rows of values with what they lie between, the first row on top, a colour for each
// name.
func bars(p *plot.Plot, legend *plot.Legend, rows []Compared) (low, high float64, err error) {
	var names []string
	for _, row := range rows {
		for _, r := range row.Of {
			if !slices.Contains(names, r.Name) {
				names = append(names, r.Name)
			}
		}
	}
	points := map[string]*ratios{}
	for i, name := range names {
		points[name] = &ratios{colour: i}
	}
	low, high = math.Inf(1), math.Inf(-1)
	for i, row := range rows {
		for _, r := range row.Of {
			low, high = min(low, r.Low), max(high, r.High)
			x := points[r.Name]
			if r.Colour > 0 {
				x.colour = r.Colour - 1
			}
			// names of one row stand a little below one another, around its middle
			y := float64(len(rows)-1-i) + 0.12*(float64(len(names)-1)/2-
				float64(slices.Index(names, r.Name)))
			x.XYs = append(x.XYs, plotter.XY{X: r.Value, Y: y})
			x.XErrors = append(x.XErrors, struct{ Low, High float64 }{r.Value - r.Low,
				r.High - r.Value})
		}
	}
	for _, name := range names {
		x := points[name]
		lines, err := plotter.NewXErrorBars(x)
		if err != nil {
			return 0, 0, err
		}
		dots, err := plotter.NewScatter(x.XYs)
		if err != nil {
			return 0, 0, err
		}
		colour := Palette[x.colour%len(Palette)]
		lines.LineStyle.Color, lines.LineStyle.Width, lines.CapWidth = colour, vg.Points(1.2), 0
		dots.GlyphStyle = vgdraw.GlyphStyle{Color: colour, Radius: vg.Points(3),
			Shape: glyphs[x.colour/len(Palette)%len(glyphs)]}
		p.Add(lines, dots)
		legend.Add(name, dots)
	}
	p.Y.Min, p.Y.Max = -0.6, float64(len(rows))-0.4
	var marks []plot.Tick
	for i, row := range rows {
		marks = append(marks, plot.Tick{Value: float64(len(rows) - 1 - i), Label: row.Name})
	}
	p.Y.Tick.Marker, p.Y.Tick.Length = plot.ConstantTicks(marks), 0
	return low, high, nil
}

// Ranges is Ratios on a linear axis, of any numbers.
func Ranges(title, xLabel string, rows ...Compared) (*Plot, error) {
	for _, row := range rows {
		for _, r := range row.Of {
			if !(r.Low <= r.Value && r.Value <= r.High) || math.IsInf(r.High-r.Low, 0) {
				return nil, fmt.Errorf("range %q of %q: expected low ≤ value ≤ high, got %g, %g, "+
					"%g", r.Name, row.Name, r.Low, r.Value, r.High)
			}
		}
	}
	p, legend := axes(title, xLabel, "")
	low, high, err := bars(p, &legend, rows)
	if err != nil {
		return nil, err
	}
	if low > high {
		return nil, fmt.Errorf("expected ranges to draw, got none")
	}
	p.X.Min, p.X.Max = low, high
	widen(&p.X)
	room := 0.04 * (p.X.Max - p.X.Min)
	p.X.Min, p.X.Max = p.X.Min-room, p.X.Max+room
	return drawnAs(p, legend)
}

// ratios are the points of one name.
type ratios struct {
	plotter.XYs
	plotter.XErrors
	colour int // from 0
}

// doublings are the ticks of a logarithmic axis: 1, 2 and 5 times the powers of ten, or of ten
// alone where there are many; between two close values what ticks gives.
func doublings(low, high float64) []plot.Tick {
	if high/low < 3 {
		return ticks(low, high)
	}
	steps := []float64{1, 2, 5}
	if high/low > 1000 {
		steps = steps[:1]
	}
	var out []plot.Tick
	for e := math.Floor(math.Log10(low)); e <= math.Log10(high); e++ {
		for _, m := range steps {
			if v := m * math.Pow(10, e); v >= low && v <= high {
				out = append(out, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', 3, 64)})
			}
		}
	}
	return out
}
