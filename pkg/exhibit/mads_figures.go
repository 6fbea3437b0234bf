package exhibit

import (
	"context"
	"fmt"

	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/view"
)

func madsFigures() []Exhibit {
	heads := func(s Settings) []Measurement {
		return []Measurement{s.multiADS("visa", "first-release")}
	}
	return []Exhibit{
		{
			ID: "mads-texts", Paper: "MultiADS", Kind: KindFigure, Notebook: madsFiguresNotebook,
			heads: heads, draw: drawTexts,
			Title: Words{"Text embeddings by type of defect", "결함 유형별 텍스트 임베딩"},
			Caption: Words{"Every prompt of one product as the text tower places it, first two " +
				"principal axes: with the knowledge base, and with one prompt a type.",
				"한 제품의 모든 프롬프트를 텍스트 타워가 놓은 자리를 첫 두 주축으로 그렸다. 지식 베이스를 쓸 때와 유형마다 프롬프트 하나만 쓸 때이다."},
		},
		{
			ID: "mads-types", Paper: "MultiADS", Kind: KindFigure, Notebook: madsFiguresNotebook,
			heads: heads, draw: drawTypes,
			Title: Words{"Several types of defect in one image", "한 이미지 속의 여러 결함 유형"},
			Caption: Words{"A test image with two or more types of defect, and the map of each of " +
				"the strongest types, in one scale.",
				"두 가지 이상의 결함이 있는 시험 이미지와, 가장 강하게 나온 유형들의 지도를 한 눈금으로 그렸다."},
		},
		qualitative(),
	}
}

// walkOf is MultiADS on VisA or what stands in for it, stage by stage.
func (r *Runner) walkOf(ctx context.Context, single bool) (*view.TypeWalk, error) {
	m := r.multiADS("visa", "first-release")
	e, err := r.ready(ctx, m)
	if err != nil {
		return nil, err
	}
	e = experiment.With(e, func(own *multiads.Settings) { own.Single = single })
	return view.NewTypeWalk(ctx, r.Env, e)
}

func drawTexts(ctx context.Context, r *Runner, _ *Table) (figures []Figure, _ []*Table, err error) {
	for _, way := range []struct {
		name    string
		single  bool
		caption Words
	}{
		{"kba", false, Words{"With the knowledge base.", "지식 베이스를 쓸 때."}},
		{"single", true, Words{"One prompt a type.", "유형마다 프롬프트 하나."}},
	} {
		w, err := r.walkOf(ctx, way.single)
		if err != nil {
			return nil, nil, err
		}
		picture, err := w.Prompts(ctx, w.Target.Categories[0].Name)
		if err != nil {
			return nil, nil, err
		}
		figures = append(figures, Figure{Name: way.name, Picture: picture, Caption: way.caption})
	}
	return figures, nil, nil
}

func drawTypes(ctx context.Context, r *Runner, _ *Table) (figures []Figure, _ []*Table, err error) {
	w, err := r.walkOf(ctx, false)
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
		figures = append(figures, Figure{Name: c.Name, Picture: picture,
			Caption: Words{"Answer in words: " + words + ".", "말로 한 답: " + words + "."}})
		if len(figures) == 2 {
			break
		}
	}
	if figures == nil {
		return nil, nil, fmt.Errorf("mads-types: expected a test image of %s whose masks tell two "+
			"types of defect apart, found none; put a mask for each type below typed_masks",
			r.nameOf("visa"))
	}
	return figures, nil, nil
}
