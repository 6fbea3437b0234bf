package world

import (
	"cmp"
	"context"
	"math"
	"slices"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/imageio"
	"adlab/pkg/store"
	"adlab/pkg/view"
)

// answer is what a defect was taken for.
type answer struct {
	ID    string `json:"id"` // of the picture
	Truth string `json:"truth"`
	Told  string `json:"told"`
	// by how much the map of the true type exceeds the largest other one, as means within the
	// defect
	Margin float64 `json:"margin"`
}

// answers are those to all defects of a set, among its types.
type answers struct {
	Types []string `json:"types"`
	All   []answer `json:"all"`
}

// answersTo asks about every defect of the measurement's target, or finds what is kept of it; then
// nothing is walked.
func answersTo(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement,
	walk func() (*view.TypeWalk, error)) (answers, error) {
	path, err := lookPath(ctx, r, keptAnswers, m)
	if err != nil {
		return answers{}, err
	}
	return store.JSON(ctx, path, func() (a answers, err error) {
		w, err := walk()
		if err != nil {
			return a, err
		}
		r.Env.Progress.Say("types of %s", m)
		for _, c := range w.Target.Categories {
			columns, err := w.Detector.Columns(c.Name)
			if err != nil {
				return a, err
			}
			a.Types = columns[1:]
			var flawed []datasets.Sample
			for _, s := range c.Test {
				if s.Label == 1 {
					flawed = append(flawed, s)
				}
			}
			i := 0
			for p, err := range w.Detector.Predict(ctx, flawed) {
				if err != nil {
					return a, err
				}
				if err := a.add(flawed[i], p, w.Detector.Knowledge().TypeOf,
					w.Detector.Model.Transform()); err != nil {
					return a, err
				}
				i++
			}
		}
		return a, nil
	})
}

// add takes what is said of a picture's defects.
func (a *answers) add(s datasets.Sample, p detector.Prediction,
	typeOf func(string) (string, bool), t imageio.Transform) error {
	for _, raw := range s.DefectTypes() {
		mask, err := typeMask(s, raw, t)
		if err != nil {
			return err
		}
		truth, _ := typeOf(raw)
		x := answer{ID: s.ID, Truth: truth}
		most, own, other := math.Inf(-1), 0.0, math.Inf(-1)
		for _, name := range a.Types {
			v, ok := meanWithin(p.Types[name], mask)
			if !ok {
				break
			}
			if v > most {
				most, x.Told = v, name
			}
			if name == truth {
				own = v
			} else {
				other = max(other, v)
			}
		}
		if x.Margin = own - other; x.Told != "" {
			a.All = append(a.All, x)
		}
	}
	return nil
}

// meanWithin is the mean of a map within a mask; false where that has no pixel.
func meanWithin(values []float32, mask []uint8) (float64, bool) {
	sum, n := 0.0, 0
	for i, v := range mask {
		if v != 0 {
			sum, n = sum+float64(values[i]), n+1
		}
	}
	return sum / float64(max(n, 1)), n > 0
}

// share is how many of some answers are right, and how many there are.
func (a answers) share(which func(answer) bool) (right, count int) {
	for _, x := range a.All {
		if which(x) {
			count++
			if x.Told == x.Truth {
				right++
			}
		}
	}
	return right, count
}

// percent is a part of a whole; of nothing there is none.
func percent(part, whole int) exhibit.Cell {
	if whole == 0 {
		return exhibit.Cell{Text: "–"}
	}
	return number(100*float64(part)/float64(whole), 1)
}

// summary is a row: how many defects, what guessing would reach, what is told.
func (a answers) summary(name string, seen map[string]bool) exhibit.Row {
	commonest := 0
	for _, kind := range a.Types {
		_, n := a.share(func(x answer) bool { return x.Truth == kind })
		commonest = max(commonest, n)
	}
	all, count := a.share(func(answer) bool { return true })
	row := exhibit.Row{Name: name, Kind: exhibit.Beside, Cells: []exhibit.Cell{
		number(float64(count), 0), number(float64(len(a.Types)), 0), percent(1, len(a.Types)),
		percent(commonest, count), percent(all, count)}}
	for _, known := range []bool{true, false} {
		row.Cells = append(row.Cells,
			percent(a.share(func(x answer) bool { return seen[x.Truth] == known })))
	}
	return row
}

// confusion is a table with a row a type: as which type its defects are answered, in percent.
func (a answers) confusion(name string, seen map[string]bool) *exhibit.Table {
	t := &exhibit.Table{Corner: "defects, by what they are taken for",
		Columns: append([]string{"defects"}, a.Types...)}
	for _, truth := range a.Types {
		_, n := a.share(func(x answer) bool { return x.Truth == truth })
		row := exhibit.Row{Name: withSeen(truth, seen[truth]), Kind: exhibit.Beside,
			Cells: []exhibit.Cell{number(float64(n), 0)}}
		for _, told := range a.Types {
			k := 0
			for _, x := range a.All {
				if x.Truth == truth && x.Told == told {
					k++
				}
			}
			row.Cells = append(row.Cells, percent(k, n))
		}
		t.Group(name).Rows = append(t.Group(name).Rows, row)
	}
	return t
}

// shown are the pictures of the defects that are told best, in the middle and worst, each once.
func (a answers) shown() (ids []string) {
	sorted := slices.Clone(a.All)
	slices.SortStableFunc(sorted, func(x, y answer) int { return cmp.Compare(y.Margin, x.Margin) })
	for _, at := range []int{0, len(sorted) / 2, len(sorted) - 1} {
		if at >= 0 && at < len(sorted) && !slices.Contains(ids, sorted[at].ID) {
			ids = append(ids, sorted[at].ID)
		}
	}
	return ids
}
