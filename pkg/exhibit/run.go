package exhibit

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	code "adlab/pkg"
)

// Run makes an exhibit: what is in the store is not computed again.
func (r *Runner) Run(ctx context.Context, e Exhibit) (*Result, error) {
	if missing := r.Missing(e); missing != nil {
		return nil, fmt.Errorf("%s: profile %s needs weights and data: %s", e.ID, r.Profile,
			strings.Join(missing, "; "))
	}
	result := &Result{Exhibit: e}
	t := e.Layout(r.Settings)
	if t != nil {
		for _, row := range t.rows() {
			of, err := r.all(ctx, row.of, result)
			if err != nil {
				return nil, err
			}
			less, err := r.all(ctx, row.less, result)
			if err != nil {
				return nil, err
			}
			if err := row.fill(t.Columns, of, less); err != nil {
				return nil, fmt.Errorf("%s: %w", e.ID, err)
			}
		}
		result.Tables = append(result.Tables, t)
	}
	if e.draw != nil {
		figures, tables, err := e.draw(ctx, r, t)
		if err != nil {
			return nil, err
		}
		for _, drawn := range tables {
			drawn.Title, drawn.Caption = e.Title, e.Caption
		}
		result.Figures, result.Tables = figures, append(result.Tables, tables...)
	}
	made, err := r.Made(ctx, e)
	if err != nil {
		return nil, err
	}
	result.Made = made
	if t != nil {
		t.Notes = append(t.Notes, r.notes(e, made)...)
	}
	slices.Sort(result.Runs)
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
		if !slices.Contains(result.Runs, run.Key) {
			result.Runs = append(result.Runs, run.Key)
		}
	}
	return runs, nil
}

// notes say under a table what its numbers are.
func (r *Runner) notes(e Exhibit, made map[string]string) (notes []string) {
	world := "on the published data sets"
	if r.Size != "" {
		world = "on generated pictures that stand in for the named data sets: a number of the " +
			"small world, not one of the paper's"
	}
	notes = append(notes, fmt.Sprintf("profile %s, %s, %s; %s; percent, mean over the categories",
		r.Profile, made["encoder"], world, seedsOf(e.Measurements(r.Settings))))
	if e.Tables != nil {
		notes = append(notes, "in brackets and in quotation marks: the paper's numbers")
	}
	return append(notes, fmt.Sprintf("made by code %s, its numbers by code %s", made["code"],
		made["numbers"]))
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

// Made says what makes the exhibit in this profile, on this checkout: all that its bytes depend on.
func (r *Runner) Made(ctx context.Context, e Exhibit) (map[string]string, error) {
	settings, err := json.Marshal(r.Settings)
	if err != nil {
		return nil, err
	}
	made := map[string]string{"adlab": e.Paper + ", " + e.Title.EN, "exhibit": e.ID,
		"profile": r.Profile, "settings": string(settings), "backend": r.Env.Backend.Short(),
		"code": code.Pictures(), "numbers": code.Numbers()}
	encoders, sets := map[string]bool{}, map[string]bool{}
	for _, m := range e.Measurements(r.Settings) {
		x, err := r.ready(ctx, m)
		if err != nil {
			return nil, err
		}
		enc, err := r.encoder(m, x)
		if err != nil {
			return nil, err
		}
		encoders[enc.Name()+" "+enc.Digest()[:16]] = true
		for _, key := range append([]string{m.Set}, m.trainedOn()...) {
			if _, err := r.set(ctx, key); err != nil {
				return nil, err
			}
			sets[key+" "+r.digests[key][:16]] = true
		}
	}
	made["encoder"] = strings.Join(slices.Sorted(maps.Keys(encoders)), ", ")
	made["data"] = strings.Join(slices.Sorted(maps.Keys(sets)), ", ")
	made["identity"] = identity(made)
	return made, nil
}

// identity is one digest over all entries.
func identity(made map[string]string) string {
	h := sha256.New()
	for _, key := range slices.Sorted(maps.Keys(made)) {
		if key != "identity" && key != "figure" {
			fmt.Fprintf(h, "%q %q\n", key, made[key])
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:16]
}

// Explain compares what made a picture with what would make it here: the entries that differ, one
// line each.
func (r *Runner) Explain(ctx context.Context, made map[string]string) (differences []string,
	err error) {
	found, err := Find(made["exhibit"])
	if err != nil {
		return nil, err
	}
	if missing := r.Missing(found[0]); missing != nil {
		return missing, nil
	}
	here, err := r.Made(ctx, found[0])
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(here)) {
		if key != "identity" && here[key] != made[key] {
			differences = append(differences, fmt.Sprintf("%s: made with %s, here it is %s", key,
				made[key], here[key]))
		}
	}
	return differences, nil
}
