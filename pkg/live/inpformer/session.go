// Package inpformer is the playground of INP-Former: anomaly map, metrics and what each prototype
// looks at under any number of prototypes, beside other detectors.
//
// The cell's goroutine owns the Session and all heads that it draws. The background owns what a job
// makes, a head or a detector beside, until it hands a head over through computed, or the file of a
// sweep through the cache.
package inpformer

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strconv"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/live"
	papers "adlab/pkg/papers/inpformer"

	"github.com/gomlx/gomlx/core/graph"
)

// prototypes are the numbers of prototypes that the slider goes through; Figure 6 has trained a
// head for most of them.
var prototypes = []int{1, 2, 3, 4, 6, 8, 12, 16}

// State is all that the controls decide.
type State struct {
	live.View
	M       int             // prototypes
	Level   int             // of the encoder: 0 for all together, else the group of levels
	INP     int             // whose attention is drawn large, from 1; 0 for none
	Fixed   bool            // one colour scale whatever M is, instead of one for each M
	Compare string          // the detector beside
	Shots   int             // normal references of a detector that compares with some
	Dials   [len(dials)]int // places of the sliders over settings of detectors beside
}

// viewOf is the common part of a state.
func viewOf(s *State) *live.View { return &s.View }

// Session is INP-Former on the data set of Figure 6, in all its numbers of prototypes.
type Session struct {
	runner     *exhibit.Runner
	env        *experiment.Env
	measured   exhibit.Measurement
	experiment experiment.Experiment
	set        *datasets.Set
	setDigest  string
	tests      []datasets.Sample
	places     map[string]int // among them, by path
	encoder    encoder.Encoder
	groups     int // of encoder levels
	tokens     int
	post       *graph.Exec // token distances to a map
	jobs       *live.Jobs

	heads    map[int]*head // that can be drawn
	computed chan *head    // in the background
	drawn    int           // M of the last picture
	images   *live.Images
	rows     *live.Cache[image.Image]
	others   map[string]*sweep        // of the detectors beside, by path
	weights  map[detector.Sees]string // digests of what they look through
}

// inps is M of the experiment.
func (s *Session) inps() int { return experiment.OwnOf[inpformer.Settings](s.experiment).INPs }

// Open opens the playground in the profile of a runner.
func Open(ctx context.Context, r *exhibit.Runner) (*Session, error) {
	m := papers.Walked(r.Profile) // as in Figure 6
	e, err := r.Ready(ctx, m)
	if err != nil {
		return nil, err
	}
	s := &Session{
		runner: r, env: r.Env, measured: m, experiment: e, heads: map[int]*head{},
		computed: make(chan *head, 2*len(prototypes)), places: map[string]int{},
		rows:   live.NewCache[image.Image](64),
		others: map[string]*sweep{}, weights: map[detector.Sees]string{},
	}
	if s.set, err = e.Open(); err != nil {
		return nil, err
	}
	if s.setDigest, err = s.set.Digest(); err != nil {
		return nil, err
	}
	for _, c := range s.set.Categories {
		for _, x := range c.Test {
			s.places[x.Path] = len(s.tests)
			s.tests = append(s.tests, x)
		}
	}
	if s.encoder, err = s.env.NewEncoder(e); err != nil {
		return nil, err
	}
	s.images, s.weights[detector.Tokens] = live.NewImages(s.encoder.Transform()), s.encoder.Digest()
	s.groups, s.tokens = len(s.env.Features(s.encoder).GroupsInUse()),
		s.encoder.Grid()*s.encoder.Grid()
	if s.post, err = postProcessed(s.env.Backend.Backend, s.encoder.Grid(),
		s.encoder.Transform().Crop); err != nil {
		return nil, err
	}
	h, err := s.newHead(s.inps())
	if err != nil {
		return nil, err
	}
	if kept, err := s.open(h); err != nil {
		return nil, err
	} else if !kept {
		if err := s.compute(ctx, h); err != nil {
			return nil, err
		}
	}
	s.heads[h.m], s.drawn = h, h.m
	s.jobs = live.NewJobs()
	quiet := *s.env
	quiet.Progress, s.env = s.jobs.Progress(), &quiet // from here on the picture tells of it
	s.ahead()
	return s, nil
}

// ahead prepares the heads that a run has trained already, the nearest first.
func (s *Session) ahead() {
	for _, m := range slices.Backward(prototypes) {
		if s.heads[m] != nil {
			continue
		}
		h, err := s.newHead(m)
		if err != nil {
			continue // said when it is asked for
		}
		if kept, _ := s.open(h); kept {
			s.heads[m] = h
		} else if h.trained() {
			s.wantHead(m)
		}
	}
}

// playground is its name.
const playground = "inp-former"

// Name is that of the playground.
func (s *Session) Name() string { return playground }

// Title is for people.
func (s *Session) Title() string {
	return "INP-Former: prototypes of normality, drawn from the image itself"
}

// Start is the first defect of the first category.
func (s *Session) Start() State {
	return State{View: live.FirstDefect(s.set), M: s.inps(), Compare: compareDistance}
}

// Later is told by the background.
func (s *Session) Later() <-chan struct{} { return s.jobs.Later() }

// Busy tells of the background.
func (s *Session) Busy() bool { return s.jobs.Busy() }

// Made says what made the pictures.
func (s *Session) Made() map[string]string {
	return exhibit.Record(s.env, playground, s.experiment, s.encoder,
		map[string]string{s.measured.Set: s.setDigest})
}

// Close ends the background.
func (s *Session) Close() { s.jobs.Close() }

// Panel lists the controls.
func (s *Session) Panel(state State) live.Panel[State] {
	inps := []string{"none"}
	for i := range state.M {
		inps = append(inps, strconv.Itoa(i+1))
	}
	scales, scale := []string{"of this M", fmt.Sprintf("fixed, of M = %d", s.inps())}, 0
	if state.Fixed {
		scale = 1
	}
	panel := append(live.Picking(s.set, state, viewOf, func(*State) {}),
		live.Choice(live.Range, "m", "M", live.Texts(prototypes),
			slices.Index(prototypes, state.M), func(x *State, i int) {
				x.M = prototypes[i]
				x.INP = min(x.INP, x.M)
			}).Tipped("how many prototypes are drawn from the image"),
		live.Choice(live.Range, "level", "encoder", levelNames[:1+min(s.groups, 2)], state.Level,
			func(x *State, i int) { x.Level = i }).
			Tipped("which of the encoder's levels the map is made of"),
		live.Choice(live.Range, "inp", "INP large", inps, state.INP, func(x *State, i int) {
			x.INP = i
		}).Tipped("one prototype's attention, large"),
		live.BlendSlider(state, viewOf),
		live.Choice(live.Select, "scale", "colour scale", scales, scale, func(x *State, i int) {
			x.Fixed = i == 1
		}).Tipped("fixed: heads of different M can be compared"),
		live.ThresholdSlider(state, viewOf),
		live.Choice(live.Select, "compare", "beside", comparisons,
			slices.Index(comparisons, state.Compare), func(x *State, i int) {
				x.Compare = comparisons[i]
			}).Tipped("another detector on the same image, in its own scale"),
		live.Choice(live.Range, "shots", "references of multiads", live.Texts(live.ShotCounts),
			slices.Index(live.ShotCounts, state.Shots), func(x *State, i int) {
				x.Shots = live.ShotCounts[i]
			}).Only(slices.Contains(state.comparisons(), "multiads")),
	)
	return append(panel, dialPanel(state)...)
}

// Finds list what a reader should find out.
func (s *Session) Finds() []live.Find[State] {
	return []live.Find[State]{
		live.Seen("A normal image stays dark: go to one that is good.",
			"정상 이미지는 어둡게 남는다: 정상(good) 이미지로 가 본다.", func(x State) bool {
				return x.File == "" && x.List(s.set)[x.Image].Label == 0
			}),
		{Words: exhibit.Words{EN: "One or two prototypes share nothing, eight and more look at " +
			"nearly the same places: see both.",
			KO: "프로토타입이 한둘이면 나눌 것이 없고, 여덟이 넘으면 거의 같은 곳을 본다: 둘 다 본다."}, Facts: 2,
			Fact: func(x State, _ live.Frame) string {
				switch {
				case x.M <= 2:
					return "few"
				case x.M >= 8:
					return "many"
				}
				return ""
			}},
		{Words: exhibit.Words{EN: "Prototypes look at different parts: draw two of them large.",
			KO: "프로토타입마다 다른 곳을 본다: 둘을 크게 그려 본다."}, Facts: 2,
			Fact: func(x State, _ live.Frame) string {
				if x.INP == 0 {
					return ""
				}
				return strconv.Itoa(x.INP)
			}},
		{Words: exhibit.Words{EN: "A threshold misses defects or raises false alarms: move it " +
			"until nothing is called, and until a fifth of the picture is.",
			KO: "임계값은 결함을 놓치거나 잘못 찾는다: 아무것도 찾지 않을 때까지, 그림의 5분의 1을 찾을 때까지 움직인다."}, Facts: 2,
			Fact: func(_ State, f live.Frame) string {
				switch called := f.Called(); {
				case called == 0:
					return "nothing"
				case called >= 20:
					return "much"
				}
				return ""
			}},
		live.Seen("A detector without training sees other things: set one beside, on the same "+
			"image.",
			"학습하지 않는 검출기는 다른 것을 본다: 같은 이미지에서 나란히 놓아 본다.",
			func(x State) bool {
				return x.Compare != compareNone && x.Compare != compareDistance
			}),
	}
}
