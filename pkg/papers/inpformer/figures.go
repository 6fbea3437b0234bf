package inpformer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"
	"adlab/pkg/view"
)

var figures = []exhibit.Exhibit{
	{ID: "inp-figure1", Paper: Paper, Kind: exhibit.KindFigure, Notebook: figuresNotebook,
		Heads: func(p experiment.Profile) []exhibit.Measurement {
			return []exhibit.Measurement{head(p, walked).By("knn")}
		}, Draw: drawVariation},
	{ID: "inp-figure3", Paper: Paper, Kind: exhibit.KindFigure, Notebook: figuresNotebook,
		Heads: func(p experiment.Profile) (all []exhibit.Measurement) {
			for _, set := range superSets {
				all = append(all, head(p, set))
			}
			return all
		}, Draw: drawMaps},
	{ID: "inp-figure6", Paper: Paper, Kind: exhibit.KindFigure, Notebook: figuresNotebook,
		Table: figure6, Draw: drawPrototypes},
	{ID: "inp-figure7", Paper: Paper, Kind: exhibit.KindFigure, Notebook: figuresNotebook,
		Heads: one, Draw: drawAttention},
	{ID: "inp-coherence", Paper: Paper, Kind: exhibit.KindFigure, Notebook: figuresNotebook,
		Heads: coherence, Draw: drawCoherence},
	{ID: "inp-figureS2", Paper: Paper, Kind: exhibit.KindFigure, Notebook: figuresNotebook,
		Heads: one, Draw: drawLogical},
}

// one is the model that most figures look into.
func one(p experiment.Profile) []exhibit.Measurement {
	return []exhibit.Measurement{Walked(p)}
}

// coherence is that model with the coherence loss and without.
func coherence(p experiment.Profile) []exhibit.Measurement {
	return []exhibit.Measurement{Walked(p), ablated(p, "no-coherence")}
}

// figure6 is a row for each number of prototypes.
func figure6(p experiment.Profile) *exhibit.Table {
	t := &exhibit.Table{Corner: "data set, prototypes", Columns: []string{"I-AUROC", "I-AP",
		"P-AUROC", "P-AP", "AUPRO"}}
	for _, n := range p.Prototypes {
		t.Beside(ablationSet, fmt.Sprintf("M = %d", n),
			With(Walked(p), n).Seeds(p))
	}
	return t
}

func drawPrototypes(_ context.Context, r *exhibit.Runner, t *exhibit.Table) ([]exhibit.Figure,
	[]*exhibit.Table, error) {
	var lines []plot.Line
	for c, name := range t.Columns {
		line := plot.Line{Name: name}
		for i, row := range t.Groups[0].Rows {
			if len(row.Cells[c].Ours) > 0 {
				mean, deviation := row.Cells[c].Mean()
				line.X = append(line.X, float64(r.Profile.Prototypes[i]))
				line.Y, line.Band = append(line.Y, mean), append(line.Band, deviation)
			}
		}
		if line.X != nil {
			lines = append(lines, line)
		}
	}
	f, err := curves("", "influence of the number of prototypes", "prototypes M", "percent",
		lines...)
	return []exhibit.Figure{f}, nil, err
}

func drawMaps(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) (figures []exhibit.Figure,
	_ []*exhibit.Table, err error) {
	for _, key := range superSets {
		d, enc, err := Trained(ctx, r, head(r.Profile, key))
		if err != nil {
			return nil, nil, err
		}
		set, err := r.Set(ctx, key)
		if err != nil {
			return nil, nil, err
		}
		picked := view.Cases(set, r.Profile.Cases, nil)
		picked = append(picked, view.Normal(set, picked[0].Category)...)
		scale, err := view.ScaleOf(ctx, d, set)
		if err != nil {
			return nil, nil, err
		}
		top, err := view.Pictures(picked, enc)
		if err != nil {
			return nil, nil, err
		}
		bottom, err := view.Row(ctx, "score", d, picked, enc, scale)
		if err != nil {
			return nil, nil, err
		}
		title := fmt.Sprintf("%s: INP-Former's anomaly maps", r.NameOf(key))
		figures = append(figures,
			exhibit.Figure{Name: key, Says: r.Named(key), Over: true,
				Picture: plot.Panel(title, [][]plot.Tile{top, bottom}, view.TileSide, &scale)})
	}
	return figures, nil, nil
}

func drawAttention(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) ([]exhibit.Figure,
	[]*exhibit.Table, error) {
	d, _, err := Trained(ctx, r, Walked(r.Profile))
	if err != nil {
		return nil, nil, err
	}
	set, err := r.Set(ctx, walked)
	if err != nil {
		return nil, nil, err
	}
	cases := view.Cases(set, min(r.Profile.Cases, 4), nil)
	attention, err := view.Attentions(ctx, d, cases)
	if err != nil {
		return nil, nil, err
	}
	panel, err := view.Attention(d, cases, attention)
	if err != nil {
		return nil, nil, err
	}
	says, err := saysDistinct(attention, d.Config.INPs)
	return []exhibit.Figure{{Picture: panel, Says: says}}, nil, err
}

func drawCoherence(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) ([]exhibit.Figure,
	[]*exhibit.Table, error) {
	set, err := r.Set(ctx, walked)
	if err != nil {
		return nil, nil, err
	}
	noisy, err := noisiest(set, (len(set.Categories)+2)/3)
	if err != nil {
		return nil, nil, err
	}
	picked := view.Cases(set, r.Profile.Cases, func(s datasets.Sample) bool {
		return slices.Contains(noisy, s.Category)
	})
	var rows [][]plot.Tile
	var detectors []*inpformer.ByDistance
	var maps [][]float32
	for i, m := range coherence(r.Profile) {
		d, enc, err := Trained(ctx, r, m)
		if err != nil {
			return nil, nil, err
		}
		z := &inpformer.ByDistance{Trained: d}
		predictions, err := view.Predictions(ctx, z, picked)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range predictions {
			maps = append(maps, p.Map)
		}
		detectors = append(detectors, z)
		if i == 0 {
			row, err := view.Pictures(picked, enc)
			if err != nil {
				return nil, nil, err
			}
			rows = append(rows, row)
		}
	}
	// the blur darkens the border
	scale := plot.Scale{Low: plot.ScaleOf(0.05, maps...).High, High: plot.ScaleOf(1, maps...).High}
	for i, name := range []string{"with, score", "without, score"} {
		row, err := view.Row(ctx, name, detectors[i], picked, detectors[i].Trained.Features.Encoder,
			scale)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, row)
	}
	return []exhibit.Figure{{Over: true, Picture: plot.Panel("distance to the nearest prototype, "+
		"with and without the coherence loss", rows, view.TileSide, &scale)}}, nil, nil
}

// logical are words in the names of defects that break a rule of the whole and look right by
// themselves.
var logical = []string{"misplaced", "swap", "missing", "wrong place", "extra"}

func drawLogical(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) ([]exhibit.Figure,
	[]*exhibit.Table, error) {
	d, enc, err := Trained(ctx, r, Walked(r.Profile))
	if err != nil {
		return nil, nil, err
	}
	set, err := r.Set(ctx, walked)
	if err != nil {
		return nil, nil, err
	}
	picked := view.Cases(set, r.Profile.Cases, func(s datasets.Sample) bool {
		return slices.ContainsFunc(logical, func(word string) bool {
			return strings.Contains(s.DefectType, word)
		})
	})
	if len(picked) == 0 {
		return nil, nil, fmt.Errorf("inp-figureS2: expected a test image of %s with a defect "+
			"named %s, found none", r.NameOf(walked), strings.Join(logical, ", "))
	}
	top, err := view.Pictures(picked, enc)
	if err != nil {
		return nil, nil, err
	}
	maps, err := view.ScaleOf(ctx, d, set)
	if err != nil {
		return nil, nil, err
	}
	byMap, err := view.Row(ctx, "score", d, picked, enc, maps)
	if err != nil {
		return nil, nil, err
	}
	z := &inpformer.ByDistance{Trained: d}
	distances, err := view.ScaleOf(ctx, z, set)
	if err != nil {
		return nil, nil, err
	}
	byDistance, err := view.Row(ctx, "score", z, picked, enc, distances)
	return []exhibit.Figure{
		{Name: "map", Over: true, Picture: plot.Panel("logical anomalies: anomaly map",
			[][]plot.Tile{top, byMap}, view.TileSide, &maps)},
		{Name: "distance", Over: true, Picture: plot.Panel("logical anomalies: distance map",
			[][]plot.Tile{top, byDistance}, view.TileSide, &distances)},
	}, nil, err
}
