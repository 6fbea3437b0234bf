// Package multiads is the playground of MultiADS: maps, scores and answer move as prompts are
// edited, types added and normal references given. It draws what the steps of multiads.Detector
// say, and computes nothing itself.
//
// Two goroutines work here. The cell's owns the Session and all that it draws from; the background
// measures a category, one at a time, and hands its metrics over through computed. Both ask the one
// detector: who does holds detecting, image by image, and with it the caches of what the detector
// has said.
package multiads

import (
	"context"
	"image"
	"maps"
	"slices"
	"strings"
	"sync"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/encoder"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/live"
	"adlab/pkg/multiads"
	papers "adlab/pkg/papers/multiads"
	"adlab/pkg/view"
)

// State is all that the controls decide.
type State struct {
	live.View
	KBA     bool              // all prompts of a type, or one that names it
	Type    string            // the defect type whose prompts are in the text box
	Own     bool              // only types that can occur on the product
	Prompts map[string]string // edited prompts of a type, a line each
	Added   []string          // types that the user added
	Shots   int               // normal references
}

// viewOf is the common part of a state.
func viewOf(s *State) *live.View { return &s.View }

// edited is a copy with other prompts of a type.
func (s State) edited(name, prompts string) State {
	s.Prompts = maps.Clone(s.Prompts)
	if s.Prompts == nil {
		s.Prompts = map[string]string{}
	}
	s.Prompts[name] = prompts
	return s
}

// Session is MultiADS on a data set that its adapters have not seen.
type Session struct {
	env        *experiment.Env
	experiment experiment.Experiment
	set        *datasets.Set
	types      map[string][]string // that can occur on each product
	made       map[string]string
	first      int // the image that is shown first
	jobs       *live.Jobs

	images   *live.Images
	rows     *live.Cache[image.Image]             // of types' maps
	scores   map[string]experiment.CategoryReport // by what decides them
	computed chan scored

	detecting sync.Mutex // for the detector and what follows
	detector  *multiads.Detector
	looks     *live.Cache[*multiads.Look]
	tests     map[string]*multiads.Looks // of a category's test images
	memories  *live.Cache[multiads.Memory]
	axes      *live.Cache[*view.Axes] // of a product's prompts
	placed    *live.Cache[*places]
}

// scored is a category's metrics in a state.
type scored struct {
	key string
	row experiment.CategoryReport
}

// Open opens the playground in the profile of a runner: adapters trained on MVTec-AD, or what
// stands in for it, look at VisA, with the adapters of the tables and of the walkthrough.
func Open(ctx context.Context, r *exhibit.Runner) (*Session, error) {
	m := papers.Walked(r.Profile)
	e, err := r.Ready(ctx, m)
	if err != nil {
		return nil, err
	}
	walk, err := view.NewTypeWalk(ctx, r.Env, e)
	if err != nil {
		return nil, err
	}
	config := walk.Detector.Config
	config.Tell = nil // from here on the picture tells what is being done
	d, err := walk.Detector.With(config)
	if err != nil {
		return nil, err
	}
	s := &Session{
		env: r.Env.Quiet(), experiment: e, set: walk.Target, detector: d,
		tests: map[string]*multiads.Looks{}, looks: live.NewCache[*multiads.Look](128),
		images: live.NewImages(d.Model.Transform()), memories: live.NewCache[multiads.Memory](16),
		axes: live.NewCache[*view.Axes](16), rows: live.NewCache[image.Image](64),
		placed: live.NewCache[*places](64), scores: map[string]experiment.CategoryReport{},
		computed: make(chan scored, 16),
	}
	k := walk.Detector.Knowledge()
	if s.types, err = k.ProductTypes(s.set, k.Vocabulary.ProductFilter); err != nil {
		return nil, err
	}
	if s.made, err = s.record(m.Set); err != nil {
		return nil, err
	}
	if err := s.findFirst(ctx); err != nil {
		return nil, err
	}
	s.jobs = live.NewJobs()
	return s, nil
}

// record says what the pictures are made of.
func (s *Session) record(target string) (map[string]string, error) {
	sets := map[string]string{}
	var err error
	if sets[target], err = s.set.Digest(); err != nil {
		return nil, err
	}
	for key, folder := range experiment.OwnOf[multiads.Settings](s.experiment).Folders() {
		set, err := datasets.Open(exhibit.LayoutOf(key), folder, datasets.Options{})
		if err != nil {
			return nil, err
		}
		if sets[key], err = set.Digest(); err != nil {
			return nil, err
		}
	}
	return exhibit.Record(s.env, playground, s.experiment, s.encoder(), sets), nil
}

// encoder is the vision tower as the measurements know it.
func (s *Session) encoder() encoder.Encoder { return s.detector.Model }

// playground is its name.
const playground = "multiads"

// Name is that of the playground.
func (s *Session) Name() string { return playground }

// Title is for people.
func (s *Session) Title() string { return "MultiADS: what kind of defect, asked in words" }

// Start is the image of the first category whose defect is met best.
func (s *Session) Start() State {
	state := State{View: live.FirstDefect(s.set), KBA: true, Own: true}
	state.Type, state.Image = s.types[state.Category][0], s.first
	return state
}

// findFirst finds the image of the first category whose mask the zero-shot map meets best.
func (s *Session) findFirst(ctx context.Context) error {
	state, best := s.Start(), -1.0
	own, err := s.own(state)
	if err != nil {
		return err
	}
	for i, x := range state.List(s.set) {
		if x.Label == 0 {
			continue
		}
		state.Image = i
		image, err := s.images.Of(state.View, s.set)
		if err != nil {
			return err
		}
		a, err := s.ask(ctx, state, baseOf(state, own), x, nil, false)
		if err != nil {
			return err
		}
		mean(a.Anomaly, a.Taps)
		f1 := image.F1(a.Anomaly, float64(state.Threshold)/100)
		if f1 > best {
			s.first, best = i, f1
		}
	}
	return nil
}

// Later is told by the background.
func (s *Session) Later() <-chan struct{} { return s.jobs.Later() }

// Busy tells of the background.
func (s *Session) Busy() bool { return s.jobs.Busy() }

// Made says what made the pictures.
func (s *Session) Made() map[string]string { return s.made }

// Close ends the background.
func (s *Session) Close() {
	s.jobs.Close()
	for _, looks := range s.tests {
		looks.Close()
	}
	clear(s.tests)
}

// own is what of the knowledge base is asked about a product.
func (s *Session) own(state State) (*kba.Base, error) {
	if state.Own {
		return s.detector.Base.Keep(s.types[state.Category]...)
	}
	return s.detector.Base, nil
}

// names are the types that are asked about, the added ones last.
func (s *Session) names(state State) []string {
	own, err := s.own(state)
	if err != nil { // the types are the base's
		panic(err)
	}
	return append(own.Names(), state.Added...)
}

// onList makes the type of the text box one of those that are asked about.
func (s *Session) onList(x *State) {
	if all := s.names(*x); !slices.Contains(all, x.Type) {
		x.Type = all[0]
	}
}

// Panel lists the controls.
func (s *Session) Panel(state State) live.Panel[State] {
	names := s.names(state)
	at := max(0, slices.Index(names, state.Type))
	return append(live.Picking(s.set, state, viewOf, s.onList),
		live.Tick("own", "only this product's types", state.Own, func(x *State, on bool) {
			x.Own = on
			s.onList(x)
		}).Tipped("off: all types of the knowledge base compete"),
		s.edits(state),
		live.Choice(live.Select, "type", "prompts of", names, at, func(x *State, i int) {
			x.Type = names[i]
		}).Tipped("the type whose prompts are in the box"),
		live.Box(live.Lines, "prompts", "one a line; [cls] is the product",
			s.shownPrompts(state, names[at]), func(x State, text string) (State, error) {
				if _, err := prompts(text); err != nil {
					return x, err
				}
				return x.edited(names[at], text), nil
			}),
		live.Press("reset", "as shipped", func(x *State, _ int) {
			x.Prompts, x.Added, x.Type = nil, nil, s.types[x.Category][0]
		}),
		live.Box(live.Text, "add", "add a type", "", func(x State, text string) (State, error) {
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
		live.Tick("kba", "knowledge base", state.KBA, func(x *State, on bool) { x.KBA = on }).
			Tipped("off: one prompt a type, which only names it"),
		live.Choice(live.Range, "shots", "normal references k", live.Texts(live.ShotCounts),
			slices.Index(live.ShotCounts, state.Shots), func(x *State, i int) {
				x.Shots = live.ShotCounts[i]
			}).Tipped("normal images of the product to compare with"),
		live.BlendSlider(state, viewOf),
		live.ThresholdSlider(state, viewOf),
	)
}

// Finds list what a reader should find out.
func (s *Session) Finds() []live.Find[State] {
	return []live.Find[State]{
		live.Seen("Words move a map: rewrite a type's prompts.",
			"말이 지도를 움직인다: 한 유형의 프롬프트를 고쳐 본다.",
			func(x State) bool { return len(x.Prompts) > 0 }),
		live.Seen("A type that nobody trained can be asked for: add one.",
			"학습한 적 없는 유형도 물을 수 있다: 하나 더해 본다.",
			func(x State) bool { return len(x.Added) > 0 }),
		live.Seen("A name alone says less than prompts: without the knowledge base the clouds of "+
			"points become one point each.",
			"이름만으로는 프롬프트보다 적게 말한다: 지식 베이스를 끄면 점 무리가 저마다 한 점이 된다.",
			func(x State) bool { return !x.KBA }),
		live.Seen("Who asks for everything is answered less surely: let all types compete.",
			"모두 물으면 답이 덜 뚜렷하다: 모든 유형을 겨루게 한다.",
			func(x State) bool { return !x.Own }),
		live.Seen("A few normal pictures help where words do not: give references.",
			"말이 모자랄 때 정상 이미지 몇 장이 돕는다: 참조를 준다.",
			func(x State) bool { return x.Shots > 0 }),
	}
}

// shownPrompts are what the text box shows for a type.
func (s *Session) shownPrompts(state State, name string) string {
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
