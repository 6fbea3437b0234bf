package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"adlab/pkg/verdict"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
)

// Sizes of a drawing in its own units; the page scales it. Its colours are the page's, for light
// and dark and for paper.
const (
	wide, high             = 720, 278
	left, right, top, foot = 46, 14, 44, 34
)

// bins is the number of a histogram's bars.
const bins = 40

// histogram draws groups of scores as bars over one another, each a share of its own group, and a
// line for each mark.
func histogram(series []Series, marks []Mark) template.HTML {
	var all []float64
	for _, s := range series {
		all = append(all, s.Scores...)
	}
	if len(all) == 0 {
		return ""
	}
	for _, m := range marks {
		all = append(all, m.Value)
	}
	low, up := slices.Min(all), slices.Max(all)
	if low == up {
		low, up = low-0.5, up+0.5
	}
	edges := make([]float64, bins+1)
	for i := range edges {
		edges[i] = low + (up-low)*float64(i)/bins
	}
	edges[bins] = math.Nextafter(up, math.Inf(1)) // the last bar holds its end, too
	if edges[bins-1] >= edges[bins] {             // scores too near to one another for bars
		return ""
	}
	shares := make([][]float64, len(series))
	most := 0.0
	for i, s := range series {
		if len(s.Scores) == 0 {
			continue
		}
		shares[i] = stat.Histogram(nil, edges, slices.Sorted(slices.Values(s.Scores)), nil)
		for b := range shares[i] {
			shares[i][b] /= float64(len(s.Scores))
			most = max(most, shares[i][b])
		}
	}
	d := newDrawing(low, up, 0, most)
	for i, of := range shares {
		for b, share := range of {
			if share == 0 {
				continue
			}
			x0, x1 := d.x(edges[b]), d.x(min(edges[b+1], up))
			d.add(`<rect class="s%d" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s – %s: `+
				`%.0f</title></rect>`, i, x0, d.y(share), max(x1-x0-0.5, 0.5), d.y(0)-d.y(share),
				number(edges[b]), number(edges[b+1]), share*float64(len(series[i].Scores)))
		}
	}
	for i, m := range marks {
		x := d.x(m.Value)
		d.add(`<line class="mark m%d" x1="%.1f" x2="%.1f" y1="%d" y2="%.1f"/>`, i, x, x, top-6,
			d.y(0))
		anchor := "start"
		if x > wide*2/3 {
			anchor = "end"
		}
		for _, l := range []struct{ lang, text string }{{"en", m.Name.EN}, {"ko", m.Name.KO}} {
			d.add(`<text lang="%s" class="m%d" x="%.1f" y="%d" text-anchor="%s">%s %s</text>`,
				l.lang, i, x, top-10-12*(len(marks)-1-i), anchor, template.HTMLEscapeString(l.text),
				number(m.Value))
		}
	}
	return d.done(Words{"score", "점수"}, Words{"share", "비율"})
}

// band draws a curve over 0 to 1 with its interval.
func band(of []verdict.Band, x, y Words) template.HTML {
	d := newDrawing(0, 1, 0, 1)
	var line, around, back []string
	for _, b := range of {
		line = append(line, fmt.Sprintf("%.1f,%.1f", d.x(b.X), d.y(b.Value)))
		around = append(around, fmt.Sprintf("%.1f,%.1f", d.x(b.X), d.y(b.High)))
		back = append(back, fmt.Sprintf("%.1f,%.1f", d.x(b.X), d.y(b.Low)))
	}
	slices.Reverse(back)
	d.add(`<polygon class="band" points="%s"/>`, strings.Join(append(around, back...), " "))
	d.add(`<polyline class="curve" points="%s"/>`, strings.Join(line, " "))
	return d.done(x, y)
}

// drawing is axes with what is drawn between them.
type drawing struct {
	b                  strings.Builder
	low, up, floor, hi float64
}

func newDrawing(low, up, floor, hi float64) *drawing {
	d := &drawing{low: low, up: up, floor: floor, hi: hi}
	for _, t := range (plot.DefaultTicks{}).Ticks(low, up) {
		if t.Label != "" && t.Value >= low && t.Value <= up {
			d.add(`<line class="grid" x1="%[1]f" x2="%[1]f" y1="%[2]d" y2="%[3]d"/><text `+
				`x="%.1[1]f" y="%[4]d" text-anchor="middle">%[5]s</text>`, d.x(t.Value), top,
				high-foot, high-foot+14, t.Label)
		}
	}
	for _, t := range (plot.DefaultTicks{}).Ticks(floor, hi) {
		if t.Label != "" && t.Value >= floor && t.Value <= hi {
			d.add(`<line class="grid" x1="%[1]d" x2="%[2]d" y1="%[3]f" y2="%[3]f"/><text `+
				`x="%[4]d" y="%.1[3]f" text-anchor="end" dominant-baseline="middle">%[5]s</text>`,
				left, wide-right, d.y(t.Value), left-5, t.Label)
		}
	}
	return d
}

func (d *drawing) x(v float64) float64 {
	return left + (wide-left-right)*(v-d.low)/(d.up-d.low)
}

func (d *drawing) y(v float64) float64 {
	return high - foot - (high-foot-top)*(v-d.floor)/(d.hi-d.floor)
}

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(&d.b, format, args...) }

// done names the axes.
func (d *drawing) done(x, y Words) template.HTML {
	for _, l := range []struct{ lang, x, y string }{{"en", x.EN, y.EN}, {"ko", x.KO, y.KO}} {
		d.add(`<text lang="%s" x="%d" y="%d" text-anchor="end">%s</text>`, l.lang, wide-right,
			high-5, l.x)
		d.add(`<text lang="%s" x="4" y="%d">%s</text>`, l.lang, top-12, l.y)
	}
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %d" role="img">%s</svg>`, wide, high,
		d.b.String()))
}
