package world

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets/synth"
	code "adlab/pkg"
	"adlab/pkg/bridge"
	"adlab/pkg/encoder"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/pretrain/sentence"
	"adlab/pkg/store"
)

// pairBenchmarks are those that the pair is asked about.
func pairBenchmarks(p experiment.Profile) (all []synth.Benchmark) {
	for _, b := range synth.Benchmarks() {
		if p.Name != "smoke" || slices.Contains(smallSets(p), b.Name) {
			all = append(all, b)
		}
	}
	return all
}

// pairs are those that are asked, by name; the second one is fetched, which tests do not.
func pairs(p experiment.Profile) []string {
	if p.Name == "smoke" {
		return []string{"random"}
	}
	return []string{"small", bridge.Name}
}

// towers are the pairs, each on each benchmark.
func towers(p experiment.Profile) (all []exhibit.Measurement) {
	for _, pair := range pairs(p) {
		for _, b := range pairBenchmarks(p) {
			m := exhibit.Measuring(p, "clip", b.Name, 1)
			m.Experiment.Encoder = pair
			all = append(all, m)
		}
	}
	return all
}

// asked is a pair, and where what it tells of a benchmark is kept.
func asked(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (pair encoder.Pair,
	path string, err error) {
	e, err := r.Ready(ctx, m)
	if err != nil {
		return nil, "", err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return nil, "", err
	}
	digest, err := r.Digest(ctx, m.Set)
	if err != nil {
		return nil, "", err
	}
	pair = enc.(encoder.Pair)
	return pair, filepath.Join(r.Env.Cache, "told", store.Address("told 2", pair.Digest(), digest,
		string(sentence.GrammarText()), r.Env.Backend.Bits(),
		code.Numbers(code.RoomOf(pair), "multiads"))+".json"), nil
}

// pairKept tells whether the pair has been asked about every benchmark.
func pairKept(ctx context.Context, r *exhibit.Runner) (bool, error) {
	for _, m := range towers(r.Profile) {
		_, path, err := asked(ctx, r, m)
		if err != nil {
			return false, err
		}
		if _, err := os.Stat(path); err != nil {
			return false, nil
		}
	}
	return true, nil
}

// drawPair is a row a benchmark, how often the pair tells the type of a flaw, and what each pair
// costs.
func drawPair(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) ([]exhibit.Figure,
	[]*exhibit.Table, error) {
	t := &exhibit.Table{Corner: "candidates, benchmark", Columns: []string{"images", "types",
		"chance", "plain", "plain, times chance", "synonym", "retained"}}
	costs := &exhibit.Table{Corner: "pair", Columns: []string{milliseconds, megabytes,
		"pixels a side"}}
	var holes []string
	benchmarks := pairBenchmarks(r.Profile)
	for i, m := range towers(r.Profile) {
		pair, path, err := asked(ctx, r, m)
		if err != nil {
			return nil, nil, err
		}
		x, err := store.JSON(ctx, path, func() (told, error) {
			set, err := r.Set(ctx, m.Set)
			if err != nil {
				return told{}, err
			}
			r.Env.Progress.Say("what the pair tells of %s", m.Set)
			return tell(ctx, r.Env, pair, benchmarks[i%len(benchmarks)], set)
		})
		if err != nil {
			return nil, nil, fmt.Errorf("world-pair: %s: %w", m.Set, err)
		}
		name := m.Experiment.Encoder
		if i%len(benchmarks) == 0 {
			cells := []exhibit.Cell{{Decimals: 1}, {Decimals: 1}, number(
				float64(pair.Transform().Crop), 0)}
			if err := weigh(ctx, r.Env, pair, cells); err != nil {
				return nil, nil, err
			}
			g := costs.Group("what an image costs, and both towers' weights")
			g.Rows = append(g.Rows, exhibit.Row{Name: name, Kind: exhibit.Beside, Cells: cells})
		}
		if x.Holes > 0 {
			holes = append(holes, fmt.Sprintf("%s, %s: %d of %d", name, m.Set, x.Higher, x.Holes))
		}
		count := float64(x.Images)
		row(t, name+": all types of the benchmark", m.Set, count, float64(x.Candidates), x.Chance,
			x.Plain, x.Synonym)
		row(t, name+": the category's own types", m.Set, count, 0, x.OwnChance, x.OwnPlain,
			x.OwnSynonym)
	}
	t.Notes = []string{"percent of the images; on how many the map of “[cls] with a hole” has a " +
		"higher mean inside the hole than outside: " + strings.Join(holes, "; ")}
	return nil, []*exhibit.Table{t, costs}, nil
}

// row adds one: counts, types 0 where they differ, then shares, which become percent; retained is
// what a synonym keeps of the plain text's share.
func row(t *exhibit.Table, group, name string, images, types, chance, plain, synonym float64) {
	cells := []exhibit.Cell{{Ours: []float64{images}}, {}}
	if types > 0 {
		cells[1].Ours = []float64{types}
	}
	for _, v := range []float64{100 * chance, 100 * plain, plain / chance, 100 * synonym,
		100 * synonym / plain} {
		c := exhibit.Cell{Decimals: 1}
		if !math.IsNaN(v) && !math.IsInf(v, 0) { // nothing was told
			c.Ours = []float64{v}
		}
		cells = append(cells, c)
	}
	g := t.Group(group)
	g.Rows = append(g.Rows, exhibit.Row{Name: name, Kind: exhibit.Beside, Cells: cells})
}
