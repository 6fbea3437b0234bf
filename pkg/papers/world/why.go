package world

import (
	"context"
	"math"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/inpformer"
	"adlab/pkg/store"
	"adlab/pkg/view"

	"gonum.org/v1/gonum/stat"
)

const mapSide = detector.MapSide

// reason is how INP-Former sees a flaw: means over its tokens, and over those that no flaw of the
// picture touches.
type reason struct {
	ID       string `json:"id"` // of the picture
	Category string `json:"category"`
	Folder   string `json:"folder"`
	Name     string `json:"name"`
	// 1 − cosine to the nearest prototype
	Distance  float64 `json:"distance"`
	Elsewhere float64 `json:"elsewhere"`
	// 1 − cosine to the reconstruction, mean over the groups
	Error      float64 `json:"error"`
	ErrorThere float64 `json:"error_elsewhere"`
	// Taker is the prototype that looks at the flaw most, and Lift how many times as much as it
	// would if it looked at all tokens alike.
	Taker int     `json:"taker"`
	Lift  float64 `json:"lift"`
}

// distance and mistake are the ratios of the flaw's to those elsewhere.
func (x reason) distance() float64 { return x.Distance / max(x.Elsewhere, 1e-9) }
func (x reason) mistake() float64  { return x.Error / max(x.ErrorThere, 1e-9) }

// whyOf looks into every flaw of a set, or finds what is kept of it.
func whyOf(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement, d *inpformer.Detector,
	set *datasets.Set) ([]reason, error) {
	path, err := lookPath(ctx, r, keptWhy, m)
	if err != nil {
		return nil, err
	}
	return store.JSON(ctx, path, func() (all []reason, err error) {
		r.Env.Progress.Say("what the prototypes of %s take in", m)
		for _, c := range set.Categories {
			for _, s := range c.Test {
				flaws, err := flawsOf(s, d.Features.Encoder.Transform())
				if err != nil {
					return nil, err
				}
				if flaws == nil {
					continue
				}
				w, err := view.NewTrace(ctx, d, s)
				if err != nil {
					return nil, err
				}
				all = append(all, reasons(w, flaws, d.Features.Encoder.Grid())...)
			}
		}
		return all, nil
	})
}

// covers are the shares of each token of a grid that a mask of mapSide covers.
func covers(mask []uint8, grid int) []float64 {
	out, all := make([]float64, grid*grid), make([]float64, grid*grid)
	for i, v := range mask {
		t := i/mapSide*grid/mapSide*grid + i%mapSide*grid/mapSide
		all[t]++
		if v != 0 {
			out[t]++
		}
	}
	for t := range out {
		out[t] /= max(all[t], 1)
	}
	return out
}

// within are the tokens that a mask covers by half, or the one that it covers most; none of an
// empty mask.
func within(share []float64) (tokens []int) {
	for t, v := range share {
		if v >= 0.5 {
			tokens = append(tokens, t)
		}
	}
	if most := slices.Max(share); tokens == nil && most > 0 {
		tokens = []int{slices.Index(share, most)}
	}
	return tokens
}

// meanAt is the mean of values at tokens.
func meanAt(values []float32, tokens []int) float64 {
	sum := 0.0
	for _, t := range tokens {
		sum += float64(values[t])
	}
	return sum / float64(max(len(tokens), 1))
}

// reasons are those of a picture's flaws.
func reasons(w *view.Trace, flaws []flaw, grid int) (all []reason) {
	n := grid * grid
	touched := make([]bool, n)
	for _, f := range flaws {
		for t, v := range covers(f.mask, grid) {
			touched[t] = touched[t] || v > 0
		}
	}
	var elsewhere []int
	for t, flawed := range touched {
		if !flawed {
			elsewhere = append(elsewhere, t)
		}
	}
	errors := make([]float32, n)
	for _, group := range w.Error {
		for t, v := range group {
			errors[t] += v / float32(len(w.Error))
		}
	}
	for _, f := range flaws {
		tokens := within(covers(f.mask, grid))
		if tokens == nil {
			continue
		}
		x := reason{ID: w.Sample.ID, Category: w.Sample.Category, Folder: w.Sample.DefectType,
			Name: f.name, Distance: meanAt(w.Distance, tokens),
			Elsewhere: meanAt(w.Distance, elsewhere), Error: meanAt(errors, tokens),
			ErrorThere: meanAt(errors, elsewhere), Lift: math.Inf(-1)}
		for m := range len(w.Attention) / n {
			looks := w.Attention[m*n : (m+1)*n]
			even := 0.0
			for _, v := range looks {
				even += float64(v) / float64(n)
			}
			if lift := meanAt(looks, tokens) / max(even, 1e-12); lift > x.Lift {
				x.Lift, x.Taker = lift, m
			}
		}
		all = append(all, x)
	}
	return all
}

// covered are of each kind of flaw in a folder the one that is reconstructed best, sorted by name.
func covered(all []reason, folder string) (best []reason) {
	for _, x := range all {
		if x.Folder != folder {
			continue
		}
		at := slices.IndexFunc(best, func(b reason) bool { return b.Name == x.Name })
		switch {
		case at < 0:
			best = append(best, x)
		case x.mistake() < best[at].mistake():
			best[at] = x
		}
	}
	slices.SortFunc(best, func(a, b reason) int { return strings.Compare(a.Name, b.Name) })
	return best
}

// whyTable is a row a kind of flaw, with medians over its flaws, of two in the middle the lower.
func whyTable(all []reason) *exhibit.Table {
	t := &exhibit.Table{Corner: "kind of defect, median", Columns: []string{"defects",
		"distance, times elsewhere", "error, times elsewhere", "highest attention, times even"}}
	for _, kind := range logicalKinds {
		var names []string
		for _, x := range all {
			if x.Folder == kind.folder && !slices.Contains(names, x.Name) {
				names = append(names, x.Name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			var of [3][]float64
			for _, x := range all {
				if x.Folder == kind.folder && x.Name == name {
					for i, v := range []float64{x.distance(), x.mistake(), x.Lift} {
						of[i] = append(of[i], v)
					}
				}
			}
			row := exhibit.Row{Name: name, Kind: exhibit.Beside,
				Cells: []exhibit.Cell{number(float64(len(of[0])), 0)}}
			for i, decimals := range []int{2, 2, 1} {
				slices.Sort(of[i])
				row.Cells = append(row.Cells, number(stat.Quantile(0.5, stat.Empirical, of[i],
					nil), decimals))
			}
			t.Group(kind.name).Rows = append(t.Group(kind.name).Rows, row)
		}
	}
	t.Notes = []string{"INP-Former, first seed; a distance of 1 × elsewhere: some prototype of " +
		"the picture is as near to the flaw's tokens as to sound ones"}
	return t
}
