package experiment

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/metric"
)

// MostResamples is how many an interval may rest on.
const MostResamples = 100_000

// Ruled are the numbers of a ruler, of a category or the mean over categories.
type Ruled struct {
	Ruler  string        `json:"ruler"`
	Values metric.Values `json:"values"`
	Why    string        `json:"why,omitempty"`  // why some are undefined
	Note   string        `json:"note,omitempty"` // of metric.Ruler
	// Intervals of level metric.Level, where resamples were asked for
	Intervals map[metric.Number]metric.Interval `json:"intervals,omitempty"`
	// Draws are the resamples of the mean by the first ruler, for paired differences; rounded to
	// 1e-6
	Draws  metric.Draws `json:"draws,omitempty"`
	paired bool         // differences, which are marked where they are some
}

// Resampling is what intervals rest on.
type Resampling struct {
	Resamples int     `json:"resamples"`
	Level     float64 `json:"level"` // the share of the resamples in an interval
	// Seed is that of a category; an experiment's makes one of it and the category's name
	Seed uint64 `json:"seed"`
}

// Resampled is for so many resamples of a seed; nil for none.
func Resampled(n int, seed uint64) *Resampling {
	if n == 0 {
		return nil
	}
	return &Resampling{n, metric.Level, seed}
}

// String is a line for a table; empty of nil.
func (r *Resampling) String() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("intervals: %.0f %% of %d resamples of the test pictures, seed %d; "+
		"thresholds, bins and scales stay those of all pictures\n", 100*r.Level, r.Resamples,
		r.Seed)
}

// rulers are those that an experiment asks for beside its main numbers, the main one first.
func (e *Experiment) rulers() []metric.Ruler {
	if e.Convention != AllRulers && e.Bootstrap == 0 {
		return nil
	}
	name := string(e.Convention)
	found, err := metric.FindRulers(name)
	if err != nil {
		panic(err) // the conventions are rulers, or all
	}
	return found
}

// ruling collects what rulers say of the categories of a set.
type ruling struct {
	rulers     []metric.Ruler
	resamples  int
	seed       uint64
	categories [][]Ruled        // of each ruler
	draws      [][]metric.Draws // of each ruler, those of the categories
}

func newRuling(e *Experiment) *ruling {
	r := &ruling{rulers: e.rulers(), resamples: e.Bootstrap, seed: e.Seed}
	r.categories = make([][]Ruled, len(r.rulers))
	r.draws = make([][]metric.Draws, len(r.rulers))
	return r
}

// predictions lays the rulers on what was predicted of a category; on nothing without maps.
func (r *ruling) predictions(c datasets.Category, predictions []detector.Prediction,
	enc encoder.Encoder) ([]Ruled, error) {
	if len(r.rulers) == 0 || slices.ContainsFunc(predictions, func(p detector.Prediction) bool {
		return p.Map == nil
	}) {
		return nil, nil
	}
	cases, err := Cases(c.Test, predictions, enc)
	if err != nil {
		return nil, err
	}
	return r.category(c.Name, cases)
}

// category lays the rulers on a category's cases.
func (r *ruling) category(name string, cases []metric.Case) ([]Ruled, error) {
	rows, draws, err := Rule(r.rulers, cases, r.resamples, categorySeed(r.seed, name))
	if err != nil {
		return nil, err
	}
	for i := range rows {
		r.categories[i] = append(r.categories[i], rows[i])
		r.draws[i] = append(r.draws[i], draws[i])
	}
	return rows, nil
}

// categorySeed is a seed of the category's own, so that categories are resampled independently; it
// is one for all rulers and detectors, whose differences are paired.
func categorySeed(seed uint64, category string) uint64 {
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint64(nil, seed))
	h.Write([]byte(category))
	return h.Sum64()
}

// Rule lays rulers on the cases of a category; with resamples of the seed where their number is
// above 0. Rows and draws are in the rulers' order.
func Rule(rulers []metric.Ruler, cases []metric.Case, resamples int, seed uint64) ([]Ruled,
	[]metric.Draws, error) {
	laid := metric.Lay(cases)
	rows, draws := make([]Ruled, len(rulers)), make([]metric.Draws, len(rulers))
	err := laid.Each(rulers, func(i int) (err error) {
		row := &rows[i]
		row.Ruler, row.Note = rulers[i].Name, rulers[i].Note
		if row.Values, row.Why, err = laid.Measure(rulers[i]); err != nil || resamples == 0 {
			return err
		}
		draws[i], err = laid.Bootstrap(rulers[i], resamples, seed)
		row.within(draws[i])
		return err
	})
	return rows, draws, err
}

// within fills in the intervals.
func (r *Ruled) within(draws metric.Draws) {
	r.Intervals = map[metric.Number]metric.Interval{}
	for number, value := range r.Values {
		if i, ok := metric.IntervalOf(value, draws[number], metric.Level); ok {
			r.Intervals[number] = i
		}
	}
}

// mean is each ruler's mean over the categories that define a number, with the intervals of that
// mean: each category is resampled by itself.
func (r *ruling) mean() (rows []Ruled) {
	for i, of := range r.categories {
		row := MeanRuled(of, r.draws[i])
		row.Ruler, row.Note = r.rulers[i].Name, r.rulers[i].Note
		if i > 0 {
			row.Draws = nil
		}
		rows = append(rows, row)
	}
	return rows
}

// MeanRuled is the mean of one ruler's rows over categories, with the intervals that their draws
// give it, nil for none.
func MeanRuled(of []Ruled, draws []metric.Draws) Ruled {
	mean := Ruled{Values: metric.Values{}}
	for _, number := range metric.Numbers {
		sum, n := 0.0, 0.0
		for _, row := range of {
			if x, ok := row.Values[number]; ok {
				sum, n = sum+x, n+1
			}
		}
		if n > 0 {
			mean.Values[number] = sum / n
		}
		if n > 0 && int(n) < len(of) {
			mean.Why = "categories without a number are left out of its mean"
		}
	}
	if slices.ContainsFunc(draws, func(d metric.Draws) bool { return d != nil }) {
		mean.Draws = metric.MeanDraws(draws)
		mean.within(mean.Draws)
		for _, xs := range mean.Draws {
			for k := range xs {
				xs[k] = math.Round(1e6*xs[k]) / 1e6
			}
		}
	}
	return mean
}

// Difference is a ruler's numbers of one detector less those of another, with the intervals of the
// paired differences where there are draws.
func Difference(a, b Ruled, of, less metric.Draws) (Ruled, error) {
	out := Ruled{Ruler: a.Ruler, Values: metric.Values{}}
	for number, x := range a.Values {
		if y, ok := b.Values[number]; ok {
			out.Values[number] = x - y
		}
	}
	if of == nil || less == nil {
		return out, nil
	}
	draws, err := of.Minus(less)
	if err != nil {
		return out, err
	}
	out.within(draws)
	out.paired = true
	return out, nil
}

// RuledText is a table of rulers: a row each, with intervals where there are some.
func RuledText(rows []Ruled) string {
	var columns []metric.Number
	for _, number := range metric.Numbers {
		if slices.ContainsFunc(rows, func(r Ruled) bool {
			_, ok := r.Values[number]
			return ok
		}) {
			columns = append(columns, number)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-17s", "ruler")
	width := 8
	if slices.ContainsFunc(rows, func(r Ruled) bool { return len(r.Intervals) > 0 }) {
		width = 25
	}
	for _, number := range columns {
		fmt.Fprintf(&b, " %*s", width, number)
	}
	b.WriteString("\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "%-17s", r.Ruler)
		for _, number := range columns {
			cell := "-"
			if x, ok := r.Values[number]; ok {
				cell = fmt.Sprintf("%.4f", x)
			}
			if i, ok := r.Intervals[number]; ok {
				cell += fmt.Sprintf(" %.4f…%.4f", i.Low, i.High)
				if r.paired && i.Distinct() {
					cell += "*"
				}
			}
			b.WriteString(strings.Repeat(" ", max(1, width+1-len([]rune(cell)))) + cell)
		}
		b.WriteString("\n")
	}
	said := map[string]bool{}
	for _, r := range rows {
		if r.Note != "" && len(r.Values) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", r.Ruler, r.Note)
		}
		if r.Why != "" && !said[r.Why] {
			said[r.Why] = true
			fmt.Fprintf(&b, "- : %s\n", r.Why)
		}
	}
	return b.String()
}

// Cases are a category's predictions as rulers take them: with the masks in their own size, those
// of single defects where the set tells them apart, and with the maps before their blur, where they
// are made as PostProcess makes them.
func Cases(samples []datasets.Sample, predictions []detector.Prediction, enc encoder.Encoder) (
	cases []metric.Case, err error) {
	t := enc.Transform()
	plain := detector.NewPlain(enc.Grid(), t.Crop)
	cases = make([]metric.Case, len(samples))
	for i, s := range samples {
		p := predictions[i]
		c := metric.Case{Name: s.ID, Label: s.Label, Score: &p.Score, Resize: t.Resize,
			Crop: t.Crop, Map: metric.Plane{W: detector.MapSide, H: detector.MapSide, Pix: p.Map}}
		if m, ok := plain.Of(p.Map); ok {
			c.Plain = metric.Plane{W: t.Crop, H: t.Crop, Pix: m}
		}
		if s.Mask != "" {
			if c.Mask, err = s.ReadMask(s.Mask); err != nil {
				return nil, err
			}
			defects, err := s.Defects()
			if err != nil {
				return nil, err
			}
			for _, d := range defects {
				c.Defects = append(c.Defects, metric.Defect{Mask: d.Mask,
					Saturation: d.Saturation, Relative: d.Relative})
			}
		} else if c.W, c.H, err = imageio.Size(s.Path); err != nil {
			return nil, err
		}
		cases[i] = c
	}
	return cases, nil
}
