package multiads

import (
	"context"
	"fmt"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/view"
)

var figures = []exhibit.Exhibit{
	{ID: "mads-texts", Paper: Paper, Kind: exhibit.KindFigure, Notebook: figuresNotebook,
		Heads: one, Draw: drawTexts},
	{ID: "mads-types", Paper: Paper, Kind: exhibit.KindFigure, Notebook: figuresNotebook,
		Heads: one, Draw: drawTypes},
	{ID: "mads-qualitative", Paper: Paper, Kind: exhibit.KindFigure, Notebook: figuresNotebook,
		Heads: compared, Draw: drawQualitative},
}

func one(p experiment.Profile) []exhibit.Measurement { return []exhibit.Measurement{Walked(p)} }

// walk is MultiADS on VisA or what stands in for it, stage by stage.
func walk(ctx context.Context, r *exhibit.Runner, single bool) (*view.TypeWalk, error) {
	e, err := r.Ready(ctx, Walked(r.Profile))
	if err != nil {
		return nil, err
	}
	e = experiment.With(e, func(own *multiads.Settings) { own.Single = single })
	return view.NewTypeWalk(ctx, r.Env, e)
}

func drawTexts(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) (figures []exhibit.Figure,
	_ []*exhibit.Table, err error) {
	for _, way := range []struct {
		name   string
		single bool
	}{{"kba", false}, {"single", true}} {
		w, err := walk(ctx, r, way.single)
		if err != nil {
			return nil, nil, err
		}
		picture, err := w.Prompts(ctx, w.Target.Categories[0].Name)
		if err != nil {
			return nil, nil, err
		}
		figures = append(figures, exhibit.Figure{Name: way.name, Picture: picture})
	}
	return figures, nil, nil
}

func drawTypes(ctx context.Context, r *exhibit.Runner, _ *exhibit.Table) (figures []exhibit.Figure,
	_ []*exhibit.Table, err error) {
	w, err := walk(ctx, r, false)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range w.Target.Categories {
		s, err := w.Sample(c.Name, 0)
		if err != nil { // no image with several types in this category
			continue
		}
		picture, words, err := w.Types(ctx, s)
		if err != nil {
			return nil, nil, err
		}
		figures = append(figures, exhibit.Figure{Name: c.Name, Picture: picture,
			Says: exhibit.Words{EN: words}})
		if len(figures) == 2 {
			break
		}
	}
	if figures == nil {
		return nil, nil, fmt.Errorf("mads-types: expected a test image of %s whose masks tell two "+
			"types of defect apart, found none; put a mask for each type below typed_masks",
			r.NameOf(walked))
	}
	return figures, nil, nil
}
