// Package peers sets adlab's speed beside that of what people use for the same work, on the same
// inputs and cores, in turns. Package bench measures.
package peers

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"adlab/pkg/backend"
	"adlab/pkg/bench"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/plot"
	"adlab/pkg/store"
)

// Paper is what the exhibits call their source.
const Paper = "small world"

// EnvPeers names the program that starts a peer: it is given the peer's name and a folder.
const EnvPeers = "ADLAB_PEERS"

// Exhibits lists them.
func Exhibits() (all []exhibit.Exhibit) {
	for _, x := range []struct {
		id string
		of func(experiment.Profile) []work
	}{{"bench-metrics", metrics}, {"bench-forwards", forwards}, {"bench-steps", steps},
		{"bench-looks", looks}} {
		works := func(p experiment.Profile) []work {
			if p.Name == "smoke" {
				return quick(x.of(p))
			}
			return x.of(p)
		}
		all = append(all, exhibit.Exhibit{ID: x.id, Paper: Paper, Kind: exhibit.KindTable,
			Apart: true, Outside: true, Timed: true,
			Draw: func(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) ([]exhibit.Figure,
				[]*exhibit.Table, error) {
				return draw(ctx, r, works(r.Profile))
			},
			Kept: func(_ context.Context, r *exhibit.Runner) (bool, error) {
				return measured(r, works(r.Profile)), nil
			}})
	}
	return append(all, growth)
}

// The names of adlab's own sides.
const (
	asSet     = "adlab"
	unpinned  = "adlab, bits not pinned"
	fromCache = "adlab, features from the cache"
	onGo      = "adlab, Go backend"
)

// coloured are the programs in the order of their colours, which are the same in every picture.
var coloured = []string{unpinned, called[eager], called[compile], called[ort], called[ov], onGo,
	fromCache, called[scikit], called[adeval]}

// sides are adlab's own, and the peers where there are any.
func (w work) sides(v *experiment.Env) ([]bench.Side, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	on := func(backend string) []string {
		return []string{program, "bench", "serve", "--backend", backend}
	}
	own := on(v.Backend.Short())
	sides := []bench.Side{{Name: asSet, Command: own}}
	if v.Backend.Short() == "xla" && w.task.Kind != bench.Metrics {
		sides = append(sides, bench.Side{Name: unpinned, Command: on(backend.Native)})
	}
	if w.cached != nil {
		sides = append(sides, bench.Side{Name: fromCache, Command: own, Dir: "cached"})
	}
	if w.pure > 0 && v.Backend.Short() != backend.Go {
		sides = append(sides, bench.Side{Name: onGo, Command: on(backend.Go)})
	}
	peer := os.Getenv(EnvPeers)
	if peer == "" {
		return sides, nil
	}
	for _, name := range w.peers {
		s := bench.Side{Name: called[name], Command: []string{peer, name}}
		switch name {
		case adeval:
			s.Tolerance = 0.05 // it bins
		case scikit:
			s.Tolerance = 1e-9
		}
		sides = append(sides, s)
	}
	return sides, nil
}

// path is where what was measured of a work is kept.
func (w work) path(v *experiment.Env, sides []bench.Side) string {
	var names []string
	for _, s := range sides {
		names = append(names, fmt.Sprint(s.Name, s.Env, s.Dir))
	}
	return exhibit.CostPath(v, "bench 2", w.task, w.cached, names, v.Backend.Bits())
}

// measured tells whether all of it has been measured on this machine.
func measured(r *exhibit.Runner, all []work) bool {
	for _, w := range all {
		sides, err := w.sides(r.Env)
		if err != nil {
			return false
		}
		if _, err := os.Stat(w.path(r.Env, sides)); err != nil {
			return false
		}
	}
	return true
}

// measure is what was measured of a work, now or before.
func (w work) measure(ctx context.Context, v *experiment.Env) ([]bench.Series, error) {
	sides, err := w.sides(v)
	if err != nil {
		return nil, err
	}
	return store.JSON(ctx, w.path(v, sides), func() ([]bench.Series, error) {
		if name := filepath.Base(sides[0].Command[0]); !strings.HasPrefix(name, "adlab") {
			return nil, fmt.Errorf("speed is measured by the command line, `make bench`, not by %s",
				name) // a notebook's cell, or a test, would start itself
		}
		v.Progress.Say("%s: %d programs", w.name, len(sides))
		dir, err := os.MkdirTemp("", "adlab-bench-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		if err := w.task.Write(dir, v.Backend); err != nil {
			return nil, err
		}
		for i := range sides {
			if sides[i].Dir == "" {
				continue
			}
			sides[i].Dir = filepath.Join(dir, sides[i].Dir)
			if err := w.cached.Write(sides[i].Dir, v.Backend); err != nil {
				return nil, err
			}
		}
		return bench.Compare(ctx, dir, sides, w.budget)
	})
}

// draw measures, and lays out a group a work and a row a program, a table of the goals, and the
// ratios as a picture.
func draw(ctx context.Context, r *exhibit.Runner, all []work) ([]exhibit.Figure, []*exhibit.Table,
	error) {
	if os.Getenv(EnvPeers) == "" && r.Profile.Name != "smoke" {
		return nil, nil, fmt.Errorf("no peers to compare with: expected in %s the program that "+
			"starts them; `make bench` sets them up", EnvPeers)
	}
	times := &exhibit.Table{Corner: "work, program", Columns: []string{"milliseconds",
		"times adlab's", "quartiles", "MB at most", "s to start", "rounds"}}
	goals := &exhibit.Table{Corner: "work, goal", Columns: []string{"times adlab's", "goal",
		"reached"}}
	var rows []plot.Compared
	versions := map[string]bool{}
	for _, w := range all {
		series, err := w.measure(ctx, r.Env)
		if err != nil {
			return nil, nil, err
		}
		g := times.Group(w.name)
		row := plot.Compared{Name: w.short}
		for _, s := range series {
			ratio, low, high := series[0].Ratio(s)
			ms := 1000 * s.Median()
			g.Rows = append(g.Rows, exhibit.Row{Name: s.Side, Kind: exhibit.Beside,
				Cells: []exhibit.Cell{number(ms, digits(ms)), number(ratio, 2),
					{Text: fmt.Sprintf("%.2f to %.2f", low, high)},
					number(float64(s.Peak)/1e6, 0), number(s.Start, 1),
					number(float64(len(s.Seconds)), 0)}})
			versions[s.Version] = true
			if s.Side != asSet {
				row.Of = append(row.Of, plot.Ratio{Name: s.Side, Value: ratio, Low: low,
					High: high, Colour: 1 + slices.Index(coloured, s.Side)})
			}
		}
		rows = append(rows, row)
		if row, ok := w.reachedOnGo(series); ok {
			goals.Group(w.name).Rows = append(goals.Group(w.name).Rows, row)
		}
		for _, x := range w.goals {
			if row, ok := x.reached(series); ok {
				goals.Group(w.name).Rows = append(goals.Group(w.name).Rows, row)
			}
		}
	}
	times.Notes = []string{
		"medians; a ratio above 1 says that the other is slower; ratios are taken round by round",
		fmt.Sprintf("%s, %d cores", backend.ProcessorName(), runtime.NumCPU()),
		"programs: " + strings.Join(slices.Sorted(maps.Keys(versions)), "; "),
	}
	picture, err := plot.Ratios("time of each program over adlab's",
		"right of 1: slower than adlab", rows...)
	if err != nil {
		return nil, nil, err
	}
	tables := []*exhibit.Table{times}
	if len(goals.Groups) > 0 {
		tables = append(tables, goals)
	}
	return []exhibit.Figure{{Name: "ratios", Picture: picture}}, tables, nil
}

// number is a cell of one value.
func number(v float64, decimals int) exhibit.Cell {
	return exhibit.Cell{Ours: []float64{v}, Decimals: decimals}
}

// digits after the point that say something of a number of milliseconds.
func digits(ms float64) int { return max(0, 2-int(math.Log10(max(ms, 1)))) }

// reached is a goal's row: the fastest of its peers over adlab, false where none of them ran.
func (x goal) reached(series []bench.Series) (exhibit.Row, bool) {
	side := asSet
	if x.cached {
		side = fromCache
	}
	at := slices.IndexFunc(series, func(s bench.Series) bool { return s.Side == side })
	best, name := math.Inf(1), ""
	for _, peer := range x.peers {
		for _, s := range series {
			if s.Side != called[peer] {
				continue
			}
			if ratio, _, _ := series[at].Ratio(s); ratio < best {
				best, name = ratio, s.Side
			}
		}
	}
	if name == "" {
		return exhibit.Row{}, false
	}
	return judged(name+" over "+side, best, fmt.Sprintf("at least %.2f", x.ratio),
		best >= x.ratio), true
}

// reachedOnGo is the row of the Go backend's goal, false where it did not run.
func (w work) reachedOnGo(series []bench.Series) (exhibit.Row, bool) {
	at := slices.IndexFunc(series, func(s bench.Series) bool { return s.Side == onGo })
	if at < 0 {
		return exhibit.Row{}, false
	}
	ratio, _, _ := series[0].Ratio(series[at])
	return judged(onGo+" over "+asSet, ratio, fmt.Sprintf("at most %.2f", w.pure),
		ratio <= w.pure), true
}

// judged is a goal's row.
func judged(name string, ratio float64, goal string, met bool) exhibit.Row {
	said := "met"
	if !met {
		said = "not met"
	}
	return exhibit.Row{Name: name, Kind: exhibit.Beside, Cells: []exhibit.Cell{number(ratio, 2),
		{Text: goal}, {Text: said}}}
}
