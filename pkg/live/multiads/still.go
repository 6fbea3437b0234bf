package multiads

import (
	"context"
	"fmt"
	"image"
	"slices"

	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/live"
	"adlab/pkg/live/still"
	"adlab/pkg/plot"
)

// Still is MultiADS asked for one type after another, of two images.
func (s *Session) Still() still.Plan[State] {
	return still.Plan[State]{
		Session: s, Control: "type", Shows: func(string) bool { return true },
		Images: []func(string) bool{still.Defect, still.Defect}, Draw: s.typed,
		Title: exhibit.Words{EN: "MultiADS: which type of defect", KO: "MultiADS: 어떤 유형의 결함인가"},
		Caption: exhibit.Words{
			EN: "Choose a type: the map on the right shows where the image answers to its " +
				"prompts, from 0 to 1. The adapters have seen none of these products.",
			KO: "유형을 고르면 그 유형의 프롬프트에 이미지의 어디가 반응하는지를 오른쪽 지도에서 0부터 1까지로 보인다. " +
				"어댑터는 이 제품들을 학습한 적이 없다.",
		},
		Label: exhibit.Words{EN: "type", KO: "유형"},
		Note: fmt.Sprintf("zero-shot; adapters trained on %s, %d steps of %d images, seed %d",
			s.sources(), s.experiment.Steps, s.experiment.Batch, s.experiment.Seed),
	}
}

// typeMapTile is the size in pixels of a tile of one type's picture.
const typeMapTile = 340

// typed is a state's frame with the map of the chosen type large, where the live cell has those of
// the strongest types side by side.
func (s *Session) typed(ctx context.Context, state State) (live.Frame, error) {
	f, err := live.Settled(ctx, s, state)
	if err != nil {
		return f, err
	}
	own, err := s.own(state)
	if err != nil {
		return f, err
	}
	x, err := s.images.Of(state.View, s.set)
	if err != nil {
		return f, err
	}
	a, err := s.answer(ctx, state, baseOf(state, own), x)
	if err != nil {
		return f, err
	}
	m := a.maps[slices.Index(a.names, state.Type)] // always among them
	f.Rows = []image.Image{plot.Panel("probability of any defect, and of the chosen type (mean "+
		"over the levels)", [][]plot.Tile{{x.Tile(),
		x.Map(a.anomaly, detector.MapSide, state.Blend,
			fmt.Sprintf("any defect, score %.3f", a.score)),
		x.Map(m, detector.MapSide, state.Blend, fmt.Sprintf("%s %.2f", state.Type, slices.Max(m))),
	}}, typeMapTile, &live.UnitScale).Image}
	return f, nil
}
