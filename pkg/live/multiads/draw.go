package multiads

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/live"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/store"

	"golang.org/x/sync/errgroup"
)

// shownTypes is the number of maps of types, the strongest first; that of the type in the text box
// is always among them.
const shownTypes = 5

// typeTile is the size of a tile in pixels.
const typeTile = 160

// answer is what MultiADS says of an image, as it is drawn.
type answer struct {
	anomaly  []float32 // [S, S], the taps' mean
	score    float64
	text     float64
	strength []multiads.Found // of every type, the strongest first
	names    []string         // of the maps that are drawn
	maps     [][]float32      // [S, S] each, the taps' mean
}

// Apply draws a state.
func (s *Session) Apply(ctx context.Context, state State) (live.Frame, error) {
	s.collect()
	if err := context.Cause(ctx); err != nil {
		return live.Frame{}, err
	}
	own, err := s.own(state)
	if err != nil {
		return live.Frame{}, err
	}
	base := baseOf(state, own)
	x, err := s.images.Of(state.View, s.set)
	if err != nil {
		return live.Frame{}, err
	}
	p, err := s.places(ctx, state, base)
	if err != nil {
		return live.Frame{}, err
	}
	var scatter image.Image
	var a *answer
	var maps []image.Image
	var both errgroup.Group // the dots are drawn beside the maps
	both.Go(func() (err error) {
		scatter, err = p.scatter(state.Category)
		return err
	})
	both.Go(func() (err error) {
		if a, err = s.answer(ctx, state, base, x); err == nil {
			maps = s.maps(state, base, x, a)
		}
		return err
	})
	if err := both.Wait(); err != nil {
		return live.Frame{}, err
	}
	f := live.Frame{Rows: append(maps, scatter)}
	strongest := "none"
	if len(a.strength) > 0 {
		strongest = multiads.Words(multiads.Shown(a.strength))
	}
	at := max(0, slices.IndexFunc(a.strength, func(f multiads.Found) bool {
		return f.Type == state.Type
	}))
	f.Numbers = []live.Number{
		{Name: "score", Value: live.Fixed(a.score)},
		{Name: "text score", Value: live.Fixed(a.text)},
		{Name: "answer", Value: strongest},
		{Name: a.strength[at].Type, Value: live.Fixed(a.strength[at].Value)},
	}
	f.Numbers = append(f.Numbers, x.CalledNumbers(a.anomaly, float64(state.Threshold)/100)...)
	row, err := s.metrics(state, base)
	if err != nil {
		return f, err
	}
	f.Numbers = append(f.Numbers, row...)
	f.Text = s.text(state, base, p.encoded)
	if words := unknown(s.detector.Model, state, base); len(words) > 0 {
		f.Message = multiads.UnknownWord(words[0])
	}
	return f, nil
}

// look gives what the vision tower sees in an image: of the data set from the cache, of a file
// freshly.
func (s *Session) look(ctx context.Context, category string, x datasets.Sample,
	pixels []float32) (*multiads.Look, error) {
	return s.looks.Get(x.Path, func() (*multiads.Look, error) {
		if pixels != nil {
			return s.detector.Look(pixels)
		}
		c, _ := s.set.Category(category)
		looks, ok := s.tests[c.Name]
		if !ok {
			var err error
			if looks, err = s.detector.Looks(ctx, c.Test); err != nil {
				return nil, err
			}
			s.tests[c.Name] = looks
		}
		return looks.At(slices.IndexFunc(c.Test, func(t datasets.Sample) bool {
			return t.ID == x.ID
		}))
	})
}

// memory are the normal references of a state's product; none for zero-shot.
func (s *Session) memory(ctx context.Context, state State) (multiads.Memory, error) {
	if state.Shots == 0 {
		return nil, nil
	}
	return s.memories.Get(fmt.Sprint(state.Category, state.Shots),
		func() (multiads.Memory, error) {
			few, err := s.set.Shots(state.Shots, datasets.Draw{Seed: s.experiment.Seed})
			if err != nil {
				return nil, err
			}
			c, _ := few.Category(state.Category)
			return s.detector.References(ctx, c.Train)
		})
}

// ask asks MultiADS about an image; pixels are those of a file, or nil.
func (s *Session) ask(ctx context.Context, state State, base *kba.Base, x datasets.Sample,
	pixels []float32, typed bool) (*multiads.Answer, error) {
	s.detecting.Lock()
	defer s.detecting.Unlock()
	text, err := s.detector.Text(ctx, state.Category, base)
	if err != nil {
		return nil, err
	}
	memory, err := s.memory(ctx, state)
	if err != nil {
		return nil, err
	}
	look, err := s.look(ctx, state.Category, x, pixels)
	if err != nil {
		return nil, err
	}
	return s.detector.Ask(look, text, memory, typed)
}

// answer is what is drawn of an image.
func (s *Session) answer(ctx context.Context, state State, base *kba.Base,
	x *live.Image) (*answer, error) {
	said, err := s.ask(ctx, state, base, x.Sample, x.Pixels, true)
	if err != nil {
		return nil, err
	}
	scores, err := s.detector.Scores([]*multiads.Answer{said}, true)
	if err != nil {
		return nil, err
	}
	a := &answer{anomaly: said.Anomaly, score: scores[0], text: said.TextScore,
		strength: multiads.Strength(said.Types, said.Taps)}
	kept := a.strength[:min(shownTypes, len(a.strength))]
	if at := slices.IndexFunc(a.strength, func(f multiads.Found) bool {
		return f.Type == state.Type
	}); at >= len(kept) {
		kept = append(slices.Clone(kept[:len(kept)-1]), a.strength[at])
	}
	for _, f := range kept {
		m := slices.Clone(said.Types[f.Type]) // not the whole of the answer
		mean(m, said.Taps)
		a.names, a.maps = append(a.names, f.Type), append(a.maps, m)
	}
	mean(a.anomaly, said.Taps)
	return a, nil
}

// mean divides sums over so many taps by their number.
func mean(values []float32, taps int) {
	for i := range values {
		values[i] /= float32(taps)
	}
}

// maps draws the image, the anomaly map and what the threshold calls, and under them the maps of
// the types, in one scale from 0 to 1.
func (s *Session) maps(state State, base *kba.Base, x *live.Image, a *answer) []image.Image {
	tiles := []plot.Tile{x.Tile(), x.Map(a.anomaly, detector.MapSide, state.Blend,
		fmt.Sprintf("any defect, score %.3f", a.score)),
		x.Called(a.anomaly, float64(state.Threshold)/100)}
	types, _ := s.rows.Get(store.Address(x.Sample.Path, state.Category, state.Type, state.Shots,
		state.Blend, *base), func() (image.Image, error) {
		var types []plot.Tile
		for i, m := range a.maps {
			types = append(types, x.Map(m, detector.MapSide, state.Blend,
				fmt.Sprintf("%s %.2f", a.names[i], slices.Max(m))))
		}
		return plot.Panel("probability of each type", [][]plot.Tile{types}, typeTile,
			&live.UnitScale).Image, nil
	})
	return []image.Image{plot.Panel("probability of any defect (mean over the levels)",
		[][]plot.Tile{tiles}, typeTile, &live.UnitScale).Image, types}
}

// text says what made the picture.
func (s *Session) text(state State, base *kba.Base, encoded int) string {
	way := "zero-shot"
	if state.Shots > 0 {
		way = fmt.Sprintf("%d normal references", state.Shots)
	}
	edited := "prompts as shipped"
	if len(state.Prompts)+len(state.Added) > 0 {
		edited = fmt.Sprintf("%d types edited, %d added", len(state.Prompts), len(state.Added))
	}
	return fmt.Sprintf("Backend %s; pair %s, weights %.12s; adapters trained on %s, %d steps of "+
		"%d images, seed %d, with the whole knowledge base; %s; %d types, %s; sentences encoded "+
		"for this picture: %d; profile %s.",
		s.env.Backend.Short(), s.encoder().Name(), s.detector.Model.Digest(), s.sources(),
		s.experiment.Steps, s.experiment.Batch, s.experiment.Seed, way, len(base.Types), edited,
		encoded, s.experiment.Profile)
}

// sources are the data sets that the adapters have learned from.
func (s *Session) sources() string {
	return strings.Join(experiment.OwnOf[multiads.Settings](s.experiment).Keys(), ", ")
}
