package world

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/metric"
	"adlab/pkg/store"
)

// tileSet is the set that has each tile under several lights.
const tileSet = "mtd"

// exposed is what a magnetic tile's file is called: under which light, and its number.
var exposed = regexp.MustCompile(`^exp(\d+)_num_(\d+)\.`)

// tilesOf parts pictures by the tile that they show. Each tile was taken under up to six lights
// one after another: in the order of the numbers the next begins where the light's does not rise. A
// picture of another name is a tile of its own.
func tilesOf(samples []datasets.Sample) (tiles [][]datasets.Sample) {
	type picture struct {
		light, number int
		datasets.Sample
	}
	var all []picture
	for _, s := range samples {
		m := exposed.FindStringSubmatch(filepath.Base(s.Path))
		if m == nil {
			tiles = append(tiles, []datasets.Sample{s})
			continue
		}
		light, _ := strconv.Atoi(m[1])
		number, _ := strconv.Atoi(m[2])
		all = append(all, picture{light, number, s})
	}
	slices.SortFunc(all, func(a, b picture) int { return a.number - b.number })
	for i, x := range all {
		if i == 0 || x.light <= all[i-1].light {
			tiles = append(tiles, nil)
		}
		last := len(tiles) - 1
		tiles[last] = append(tiles[last], x.Sample)
	}
	return tiles
}

// otherTiles is a set that learns from no tile that it tests on, and the number of its normal test
// pictures of whose tile the whole set learns.
func otherTiles(set *datasets.Set) (other *datasets.Set, shared int) {
	out := *set
	out.Categories = slices.Clone(set.Categories)
	for i := range out.Categories {
		c := &out.Categories[i]
		c.Train = nil
		for _, tile := range tilesOf(slices.Concat(set.Categories[i].Train, normals(c.Test))) {
			learned := slices.DeleteFunc(slices.Clone(tile), func(s datasets.Sample) bool {
				return s.Split != datasets.TrainSplit
			})
			switch len(learned) {
			case len(tile):
				c.Train = append(c.Train, learned...)
			case 0:
			default:
				shared += len(tile) - len(learned)
			}
		}
		slices.SortFunc(c.Train, func(a, b datasets.Sample) int {
			return strings.Compare(a.Path, b.Path)
		})
	}
	return &out, shared
}

// tileSets are the set with as many pictures to learn from, drawn, and with those of other tiles.
func tileSets(set *datasets.Set) (drawn, other *datasets.Set, shared int, err error) {
	other, shared = otherTiles(set)
	drawn, err = set.Shots(len(other.Train()), datasets.Draw{Seed: 1})
	return drawn, other, shared, err
}

// keptTiles is what is kept of a contender on tiles that it did and did not learn from.
const keptTiles = "tiles 1"

// byTiles are the exact ruler's numbers of both.
type byTiles struct{ Drawn, Other experiment.Ruled }

// lookByTiles fits the measurement's detector on both and tests it, or finds what is kept.
func lookByTiles(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (byTiles, error) {
	path, err := lookPath(ctx, r, keptTiles, m)
	if err != nil {
		return byTiles{}, err
	}
	return store.JSON(ctx, path, func() (b byTiles, err error) {
		set, err := r.Set(ctx, m.Set)
		if err != nil {
			return b, err
		}
		drawn, other, _, err := tileSets(set)
		if err != nil {
			return b, err
		}
		r.Env.Progress.Say("by tiles: %s", m)
		if b.Drawn, err = ruledOn(ctx, r, m, drawn); err != nil {
			return b, err
		}
		b.Other, err = ruledOn(ctx, r, m, other)
		return b, err
	})
}

// ruledOn is what the exact ruler says of the measurement's detector on a set in place of its own.
func ruledOn(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement, set *datasets.Set) (
	of experiment.Ruled, err error) {
	e, err := r.Ready(ctx, m)
	if err != nil {
		return of, err
	}
	enc, err := r.EncoderOf(m, e)
	if err != nil {
		return of, err
	}
	report, err := r.Env.Test(ctx, e, enc, set, func(c datasets.Category) (detector.Detector,
		error) {
		return r.Env.FitCategory(ctx, e, enc, set, c)
	}, nil)
	if err != nil {
		return of, err
	}
	if len(report.Rulers) == 0 {
		return of, fmt.Errorf("%s: its run has no intervals", m)
	}
	return report.Rulers[0], nil
}

// tilesKept tells whether all of that is kept, or does not apply.
func tilesKept(ctx context.Context, r *exhibit.Runner) (bool, error) {
	if fewerSet(r.Profile) != tileSet {
		return true, nil
	}
	var all []looked
	for _, x := range contending() {
		all = append(all, looked{of: field{tileSet, ""}.trial(r.Profile, x.Name)})
	}
	return looksKept(ctx, r, keptTiles, all...)
}

// drawTiles asks how much of each contender's number is that it has seen the tile under another
// light; nil where the tiles are not here.
func drawTiles(ctx context.Context, r *exhibit.Runner) (*exhibit.Table, *exhibit.Figure, error) {
	if fewerSet(r.Profile) != tileSet {
		return nil, nil, nil
	}
	f := field{tileSet, ""}
	set, err := r.Set(ctx, tileSet)
	if err != nil {
		return nil, nil, err
	}
	_, other, shared, err := tileSets(set)
	if err != nil {
		return nil, nil, err
	}
	n, tested := len(other.Train()), 0
	for _, c := range set.Categories {
		tested += len(normals(c.Test))
	}
	t := &exhibit.Table{Corner: "I-AUROC, learned from", Columns: []string{
		fmt.Sprintf("all %d", len(set.Train())), fmt.Sprintf("%d, drawn", n),
		fmt.Sprintf("%d of other tiles", n), "difference", "interval of the difference"},
		Notes: []string{fmt.Sprintf("MTD has each tile under up to six lights, told by its files' "+
			"numbers; of %d normal test pictures %d show a tile that the literature's split also "+
			"learns from, under another light", tested, shared), pairedNote}}
	g := t.Group(f.name() + ", has it seen this very tile?")
	for _, x := range contending() {
		m := f.trial(r.Profile, x.Name)
		all, err := exact(ctx, r, m)
		if err != nil {
			return nil, nil, err
		}
		b, err := lookByTiles(ctx, r, m)
		if err != nil {
			return nil, nil, err
		}
		d, err := differences(b.Other, b.Drawn)
		if err != nil {
			return nil, nil, err
		}
		row := exhibit.Row{Name: x.name, Kind: exhibit.Beside}
		for _, of := range []experiment.Ruled{all, b.Drawn, b.Other} {
			row.Cells = append(row.Cells, number(100*of.Values[metric.ImageAUROC], 1))
		}
		row.Cells = append(row.Cells, pairedCells(d, metric.ImageAUROC)...)
		g.Rows = append(g.Rows, row)
	}
	return t, nil, nil
}

// normals are the normal ones of some pictures.
func normals(of []datasets.Sample) []datasets.Sample {
	return slices.DeleteFunc(slices.Clone(of), func(s datasets.Sample) bool { return s.Label != 0 })
}
