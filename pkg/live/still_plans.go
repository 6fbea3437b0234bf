package live

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strconv"

	"adlab/pkg/detector"
	"adlab/pkg/exhibit"
	"adlab/pkg/papers"
	"adlab/pkg/plot"
)

// openSections opens the playgrounds and draws their frames.
func openSections(ctx context.Context, r *exhibit.Runner) (sections []stillSection, err error) {
	inp, err := newINP(ctx, r)
	if err != nil {
		return nil, err
	}
	defer inp.Close()
	mads, err := newMADS(ctx, r)
	if err != nil {
		return nil, err
	}
	defer mads.Close()
	return drawSections(ctx, r, inp, mads)
}

// drawSections draws the frames of open playgrounds.
func drawSections(ctx context.Context, r *exhibit.Runner, inp *inpSession, mads *madsSession) (
	sections []stillSection, err error) {
	for _, plan := range []func() (still, stillSection){inp.still, mads.still} {
		s, section := plan()
		section.Name = s.session.Name()
		if section.Made, err = madeOf(ctx, r, section.exhibit); err != nil {
			return nil, err
		}
		bar := r.Env.Progress.Bar("playground " + section.Name)
		if section.Images, err = s.all(ctx, func(done, of int) {
			bar(done, of, "frames")
		}); err != nil {
			return nil, err
		}
		section.level()
		sections = append(sections, section)
	}
	return sections, nil
}

// madeOf says what makes an exhibit in the runner's profile.
func madeOf(ctx context.Context, r *exhibit.Runner, id string) (map[string]string, error) {
	found, err := papers.Find(id)
	if err != nil {
		return nil, err
	}
	return r.Made(ctx, found[0])
}

// still is INP-Former under the numbers of prototypes that the exhibits have trained: two defects
// and a normal image.
func (s *inpSession) still() (still, stillSection) {
	trained := func(m string) bool {
		n, err := strconv.Atoi(m)
		return err == nil && slices.Contains(s.profile.Prototypes, n)
	}
	return still{
			session: s, control: "m", shows: trained,
			images: []func(string) bool{defectImage, defectImage, normalImage},
			draw: func(ctx context.Context, state State) (Frame, error) {
				return settled(ctx, s, state)
			},
		}, stillSection{
			Title: exhibit.Words{EN: "INP-Former: the number of prototypes",
				KO: "INP-Former: 프로토타입의 수"},
			Caption: exhibit.Words{
				EN: "Slide M: anomaly map, score, metrics and what each prototype looks at move " +
					"together. Each M has a trained head of its own, that of Figure 6. Green is a " +
					"defect found at the threshold, blue one missed, orange a false alarm.",
				KO: "M을 움직이면 이상 지도와 점수, 지표, 각 프로토타입이 보는 곳이 함께 바뀐다. M마다 따로 학습한 모델이며 그림 6의 모델과 같다. " +
					"임계값에서 초록은 찾은 결함, 파랑은 놓친 결함, 주황은 잘못 찾은 곳이다.",
			},
			Label: exhibit.Words{EN: "M", KO: "프로토타입 수"}, Slider: true, exhibit: "inp-figure6",
			Note: fmt.Sprintf("heads of %d steps, seed %d", s.experiment.Steps, s.experiment.Seed),
		}
}

// still is MultiADS asked for one type after another, of two images.
func (s *madsSession) still() (still, stillSection) {
	return still{
			session: s, control: "type", shows: func(string) bool { return true },
			images: []func(string) bool{defectImage, defectImage}, draw: s.typed,
		}, stillSection{
			Title: exhibit.Words{EN: "MultiADS: which type of defect", KO: "MultiADS: 어떤 유형의 결함인가"},
			Caption: exhibit.Words{
				EN: "Choose a type: the map on the right shows where the image answers to its " +
					"prompts, from 0 to 1. The adapters have seen none of these products.",
				KO: "유형을 고르면 그 유형의 프롬프트에 이미지의 어디가 반응하는지를 오른쪽 지도에서 0부터 1까지로 보인다. 어댑터는 이 제품들을 학습한 " +
					"적이 없다.",
			},
			Label: exhibit.Words{EN: "type", KO: "유형"}, exhibit: "mads-types",
			Note: fmt.Sprintf("zero-shot; adapters trained on %s, seed %d", s.source,
				s.experiment.Seed),
		}
}

// typeMapTile is the size in pixels of a tile of one type's picture.
const typeMapTile = 340

// typed is a state's frame with the map of the chosen type large, where the live cell has those of
// the strongest types side by side.
func (s *madsSession) typed(ctx context.Context, state State) (Frame, error) {
	f, err := settled(ctx, s, state)
	if err != nil {
		return f, err
	}
	own, err := s.own(state)
	if err != nil {
		return f, err
	}
	x, err := s.show(state)
	if err != nil {
		return f, err
	}
	a, err := s.ask(ctx, state, baseOf(state, own), x)
	if err != nil {
		return f, err
	}
	at := slices.Index(a.names, state.Type) // always among them
	f.Rows = []image.Image{plot.Panel("probability of any defect, and of the chosen type (mean "+
		"over the levels)", [][]plot.Tile{{
		{Picture: x.outline, Caption: x.caption()},
		{Picture: overlay(x.picture, a.anomaly, detector.MapSide, unitScale, state.Blend),
			Caption: fmt.Sprintf("any defect, score %.3f", a.score)},
		{Picture: overlay(x.picture, a.maps[at], detector.MapSide, unitScale, state.Blend),
			Caption: fmt.Sprintf("%s %.2f", state.Type, slices.Max(a.maps[at]))},
	}}, typeMapTile, &unitScale).Image}
	return f, nil
}
