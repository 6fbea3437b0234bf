package exhibit

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Run makes an exhibit: what is in the store is not computed again.
func (r *Runner) Run(ctx context.Context, e Exhibit) (*Result, error) {
	if missing := r.Missing(e); missing != nil {
		return nil, fmt.Errorf("%s: profile %s needs weights and data: %s", e.ID, r.Profile.Name,
			strings.Join(missing, "; "))
	}
	result := &Result{Exhibit: e}
	t := e.Layout(r.Profile)
	if t != nil {
		for _, row := range t.Rows() {
			of, err := r.all(ctx, row.Of, result)
			if err != nil {
				return nil, err
			}
			less, err := r.all(ctx, row.Less, result)
			if err != nil {
				return nil, err
			}
			if err := row.fill(t, of, less); err != nil {
				return nil, fmt.Errorf("%s: %w", e.ID, err)
			}
		}
		result.Tables = append(result.Tables, t)
	}
	if e.Draw != nil {
		figures, tables, err := e.Draw(ctx, r, t)
		if err != nil {
			return nil, err
		}
		for _, drawn := range tables {
			drawn.Title, drawn.Caption = e.Title, e.Caption
		}
		for _, f := range figures {
			result.Figures = append(result.Figures, e.captioned(f))
		}
		result.Tables = append(result.Tables, tables...)
	}
	made, err := r.Made(ctx, e)
	if err != nil {
		return nil, err
	}
	result.Made = made
	if t != nil {
		if note := t.noiseNote(); note != "" {
			t.Notes = append(t.Notes, note)
		}
		t.Notes = append(t.Notes, r.notes(e, made)...)
		t.Notes = append(t.Notes, t.quotedNotes()...)
	}
	slices.SortFunc(result.Runs, func(a, b *Run) int { return strings.Compare(a.Key, b.Key) })
	return result, nil
}

// all gives the runs of measurements.
func (r *Runner) all(ctx context.Context, ms []Measurement, result *Result) (runs []*Run,
	err error) {
	for _, m := range ms {
		run, err := r.Measure(ctx, m)
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
		if !slices.ContainsFunc(result.Runs, func(r *Run) bool { return r.Key == run.Key }) {
			result.Runs = append(result.Runs, run)
		}
	}
	return runs, nil
}

// notes say under a table what its numbers are.
func (r *Runner) notes(e Exhibit, made map[string]string) (notes []string) {
	ms := e.Measurements(r.Profile)
	notes = append(notes, fmt.Sprintf("profile %s, %s, %s; %s; percent, mean over the categories",
		r.Profile.Name, made["encoder"], r.world(ms, e.Printed != nil), seedsOf(ms)))
	if e.Tables != nil || e.Printed != nil {
		notes = append(notes, "in brackets and in quotation marks: the paper's numbers")
	}
	return notes
}

// world says on what pictures numbers are measured.
func (r *Runner) world(ms []Measurement, printed bool) string {
	if r.Profile.Size == "" {
		return "on the published data sets"
	}
	const small = ": a number of the small world, not one of the paper's"
	fetched, generated := false, false
	for _, m := range ms {
		fetched, generated = fetched || r.fetched(m.Set), generated || !r.fetched(m.Set)
	}
	switch {
	case printed && !generated:
		return "on the data set of the printed numbers, through another encoder"
	case !fetched:
		return "on generated pictures that stand in for the named data sets" + small
	case generated:
		return "on real pictures, and on generated ones that stand in for the named data sets" +
			small
	}
	return "on real pictures" + small
}

// seedsOf says of which seeds the numbers of an exhibit are: some of its rows may be of the first
// alone.
func seedsOf(ms []Measurement) string {
	var seeds []uint64
	for _, m := range ms {
		if !slices.Contains(seeds, m.Experiment.Seed) {
			seeds = append(seeds, m.Experiment.Seed)
		}
	}
	slices.Sort(seeds)
	switch len(seeds) {
	case 0:
		return "nothing is trained"
	case 1:
		return fmt.Sprintf("seed %d alone", seeds[0])
	}
	return fmt.Sprintf("seeds %v, mean ± sample standard deviation; a number without is of seed "+
		"%d alone", seeds, seeds[0])
}
