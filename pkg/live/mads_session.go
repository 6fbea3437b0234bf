package live

import (
	"context"
	"image"
	"slices"
	"strings"
	"sync"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	papers "adlab/pkg/papers/multiads"
	"adlab/pkg/view"

	"gonum.org/v1/gonum/mat"
)

// madsSession is MultiADS on a data set that its adapters have not seen.
type madsSession struct {
	lab        *experiment.Env
	experiment experiment.Experiment
	set        *datasets.Set
	detector   *multiads.Detector
	types      map[string][]string // that can occur on each product
	source     string
	jobs       *jobs

	features   *cache[*multiads.Look]
	opened     map[string]*multiads.Looks // of a category's test images
	pictures   *cache[*shown]
	references *cache[multiads.Memory]
	axes       *cache[*mat.Dense]  // of a product's prompts
	rows       *cache[image.Image] // of types' maps
	placed     *cache[*places]
	scores     map[string]experiment.CategoryReport // by what decides them
	computed   chan scored
	turn       sync.Mutex // to use the detector and the caches of what it says
}

// scored is a category's metrics in a state.
type scored struct {
	key string
	row experiment.CategoryReport
}

// newMADS opens the playground of MultiADS: adapters trained on the MVTec-like benchmark look at
// the VisA-like one, as in the walkthrough.
func newMADS(ctx context.Context, r *exhibit.Runner) (*madsSession, error) {
	l := r.Env
	e, err := r.Ready(ctx, papers.Walked(r.Profile))
	if err != nil {
		return nil, err
	}
	walk, err := view.NewTypeWalk(ctx, l, e)
	if err != nil {
		return nil, err
	}
	config := walk.Detector.Config
	config.Tell = nil
	d, err := walk.Detector.With(config)
	if err != nil {
		return nil, err
	}
	s := &madsSession{
		lab: l.Quiet(), experiment: e, set: walk.Target, detector: d,
		opened: map[string]*multiads.Looks{}, features: newCache[*multiads.Look](128),
		pictures: newCache[*shown](64), references: newCache[multiads.Memory](16),
		axes: newCache[*mat.Dense](16),
		rows: newCache[image.Image](64), placed: newCache[*places](64),
		scores: map[string]experiment.CategoryReport{}, computed: make(chan scored, 16),
	}
	k, err := multiads.NewKnowledge("visa", nil)
	if err != nil {
		return nil, err
	}
	if s.types, err = k.ProductTypes(s.set, k.Vocabulary.ProductFilter); err != nil {
		return nil, err
	}
	var keys []string
	for _, source := range experiment.OwnOf[multiads.Settings](e).Sources {
		key, _, _ := strings.Cut(source, "=")
		keys = append(keys, key)
	}
	s.source = strings.Join(keys, ", ")
	s.jobs = newJobs()
	return s, nil
}

// Name is "multiads".
func (s *madsSession) Name() string { return "multiads" }

// Title is for people.
func (s *madsSession) Title() string { return "MultiADS: what kind of defect, asked in words" }

// Start is the first image of the first category that has a defect.
func (s *madsSession) Start() State {
	state := State{Category: s.set.Categories[0].Name, KBA: true, Own: true, Blend: 50,
		Threshold: 50}
	state.Type = s.types[state.Category][0]
	for i, x := range s.list(state) {
		if x.Label == 1 {
			state.Image = i
			break
		}
	}
	return state
}

// Later is told by the background.
func (s *madsSession) Later() <-chan struct{} { return s.jobs.told }

// Close ends the background.
func (s *madsSession) Close() {
	s.jobs.close()
	for _, f := range s.opened {
		f.Close()
	}
	clear(s.opened)
}

// list are the test images that the state picks among.
func (s *madsSession) list(state State) (of []datasets.Sample) {
	c, _ := s.set.Category(state.Category)
	for _, x := range c.Test {
		if state.Defect == "" || x.DefectType == state.Defect {
			of = append(of, x)
		}
	}
	return of
}

// own is what of the knowledge base is asked about a product.
func (s *madsSession) own(state State) (*kba.Base, error) {
	if state.Own {
		return s.detector.Base.Keep(s.types[state.Category]...)
	}
	return s.detector.Base, nil
}

// names are the types that are asked about, the added ones last.
func (s *madsSession) names(state State) []string {
	own, err := s.own(state)
	if err != nil { // the types are the base's
		panic(err)
	}
	return append(own.Names(), state.Added...)
}

// Panel lists the controls.
func (s *madsSession) Panel(state State) Panel {
	var categories []string
	for _, c := range s.set.Categories {
		categories = append(categories, c.Name)
	}
	list, names := s.list(state), s.names(state)
	at := max(0, slices.Index(names, state.Type))
	pick := func(x *State, category string) {
		x.Category, x.Defect, x.Image, x.File = category, "", 0, ""
		if all := s.names(*x); !slices.Contains(all, x.Type) {
			x.Type = all[0]
		}
	}
	panel := picking(categories, defects(s.set, state.Category), list, state, pick)
	return append(panel,
		choice(Select, "type", "prompts of", names, at, func(x *State, i int) {
			x.Type = names[i]
		}),
		box(Lines, "prompts", "one a line; [cls] is the product", s.shownPrompts(state, names[at]),
			func(x State, text string) (State, error) {
				if _, err := prompts(text); err != nil {
					return x, err
				}
				return x.edited(names[at], text), nil
			}),
		button("reset", "as shipped", func(x *State, _ int) {
			x.Prompts, x.Added, x.Type = nil, nil, s.types[x.Category][0]
		}),
		box(Text, "add", "add a type", "", func(x State, text string) (State, error) {
			if strings.TrimSpace(text) == "" {
				return x, nil
			}
			name, err := typeName(text, append(s.detector.Base.Names(), x.Added...))
			if err != nil {
				return x, err
			}
			x.Added, x.Type = append(slices.Clone(x.Added), name), name
			return x, nil
		}),
		tick("kba", "knowledge base", state.KBA, func(x *State, on bool) { x.KBA = on }),
		tick("own", "only this product's types", state.Own, func(x *State, on bool) {
			x.Own = on
			if all := s.names(*x); !slices.Contains(all, x.Type) {
				x.Type = all[0]
			}
		}),
		choice(Range, "shots", "normal references k", texts(shotCounts),
			slices.Index(shotCounts, state.Shots), func(x *State, i int) {
				x.Shots = shotCounts[i]
			}),
		slider("blend", "blend", 0, 100, state.Blend, " %", func(x *State, v int) { x.Blend = v }),
		slider("threshold", "threshold", 0, 100, state.Threshold, " %", func(x *State, v int) {
			x.Threshold = v
		}),
	)
}

// shownPrompts are what the text box shows for a type.
func (s *madsSession) shownPrompts(state State, name string) string {
	if text, ok := state.Prompts[name]; ok {
		return text
	}
	for _, t := range baseOf(state, s.detector.Base).Types {
		if t.Name == name {
			return strings.Join(t.Prompts, "\n")
		}
	}
	return ""
}
