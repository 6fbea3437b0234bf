package live

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strconv"

	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	method "adlab/pkg/inpformer"
	"adlab/pkg/papers/inpformer"

	"github.com/gomlx/gomlx/core/graph"
)

// prototypes are the numbers of prototypes that the slider goes through; Figure 6 has trained a
// head for most of them.
var prototypes = []int{1, 2, 3, 4, 6, 8, 12, 16}

// inpSession is INP-Former on the data set of Figure 6, in all its numbers of prototypes.
type inpSession struct {
	runner     *exhibit.Runner
	lab        *experiment.Env
	profile    experiment.Profile
	experiment experiment.Experiment
	set        *datasets.Set
	setDigest  string
	tests      []datasets.Sample
	encoder    encoder.Encoder
	groups     int // of encoder levels
	tokens     int
	post       *graph.Exec // token distances to a map
	jobs       *jobs

	heads    map[int]*head // that can be drawn
	computed chan *head    // in the background
	steps    chan trainingStep
	training map[int]trainingStep
	drawn    int // M of the last picture
	pictures *cache[*shown]
	rows     *cache[image.Image]
	others   map[string]*other

	pairDigest string // of the pair that MultiADS looks through; "" until it is asked for
}

// inps is M of the experiment.
func (s *inpSession) inps() int { return experiment.OwnOf[method.Settings](s.experiment).INPs }

// sourceFolder is the data set that MultiADS learns from here.
func (s *inpSession) sourceFolder(ctx context.Context) (string, error) {
	return s.runner.Folder(ctx, "visa")
}

// newINP opens the playground of INP-Former in the profile of a runner.
func newINP(ctx context.Context, r *exhibit.Runner) (*inpSession, error) {
	l, p := r.Env, r.Profile
	e, err := r.Ready(ctx, inpformer.Walked(p)) // as in Figure 6
	if err != nil {
		return nil, err
	}
	s := &inpSession{
		runner: r, lab: l, profile: p, experiment: e, heads: map[int]*head{},
		computed: make(chan *head, 2*len(prototypes)), steps: make(chan trainingStep, 64),
		training: map[int]trainingStep{}, pictures: newCache[*shown](64),
		rows: newCache[image.Image](64), others: map[string]*other{},
	}
	if s.set, err = datasets.Open(e.Layout, e.Data, e.Limit); err != nil {
		return nil, err
	}
	if s.setDigest, err = s.set.Digest(); err != nil {
		return nil, err
	}
	for _, c := range s.set.Categories {
		s.tests = append(s.tests, c.Test...)
	}
	if s.encoder, err = l.NewEncoder(e); err != nil {
		return nil, err
	}
	s.groups, s.tokens = len(l.Features(s.encoder).GroupsInUse()),
		s.encoder.Grid()*s.encoder.Grid()
	if s.post, err = postProcessed(l.Backend.Backend, s.encoder.Grid(),
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
		if err := s.compute(ctx, h, nil); err != nil {
			return nil, err
		}
	}
	s.heads[h.m], s.drawn = h, h.m
	s.jobs = newJobs()
	quiet := *r
	quiet.Env = l.Quiet()
	s.runner, s.lab = &quiet, quiet.Env // from here on the picture tells what is being done
	s.ahead()
	return s, nil
}

// ahead prepares the heads that a run has trained already, the nearest first.
func (s *inpSession) ahead() {
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

// Name, Title and Start say what the playground is.
func (s *inpSession) Name() string { return "inp-former" }

// Title is for people.
func (s *inpSession) Title() string {
	return "INP-Former: prototypes of normality, drawn from the image itself"
}

// Start is the first defect of the first category.
func (s *inpSession) Start() State {
	state := State{Category: s.set.Categories[0].Name, M: s.inps(), Blend: 50,
		Threshold: 50, Compare: besideDistance}
	for i, at := range s.list(state) {
		if s.tests[at].Label == 1 {
			state.Image = i
			break
		}
	}
	return state
}

// Later is told by the background.
func (s *inpSession) Later() <-chan struct{} { return s.jobs.told }

// Close ends the background.
func (s *inpSession) Close() { s.jobs.close() }

// list are the places of the test images that the state picks among.
func (s *inpSession) list(state State) (places []int) {
	for i, x := range s.tests {
		if x.Category == state.Category && (state.Defect == "" || x.DefectType == state.Defect) {
			places = append(places, i)
		}
	}
	return places
}

// Panel lists the controls.
func (s *inpSession) Panel(state State) Panel {
	var categories []string
	for _, c := range s.set.Categories {
		categories = append(categories, c.Name)
	}
	var list []datasets.Sample
	for _, at := range s.list(state) {
		list = append(list, s.tests[at])
	}
	inps := []string{"none"}
	for i := range state.M {
		inps = append(inps, strconv.Itoa(i+1))
	}
	levels := levelNames[:1+min(s.groups, 2)]
	panel := picking(categories, defects(s.set, state.Category), list, state,
		func(x *State, category string) {
			x.Category, x.Defect, x.Image, x.File = category, "", 0, ""
		})
	return append(panel,
		choice(Range, "m", "M", texts(prototypes), slices.Index(prototypes, state.M),
			func(x *State, i int) {
				x.M = prototypes[i]
				x.INP = min(x.INP, x.M)
			}),
		choice(Range, "level", "encoder", levels, state.Level, func(x *State, i int) {
			x.Level = i
		}),
		choice(Range, "inp", "INP large", inps, state.INP, func(x *State, i int) { x.INP = i }),
		slider("blend", "blend", 0, 100, state.Blend, " %", func(x *State, v int) { x.Blend = v }),
		choice(Select, "scale", "colour scale",
			[]string{"of this M", fmt.Sprintf("fixed, of M = %d", s.inps())},
			btoi(state.Fixed), func(x *State, i int) {
				x.Fixed = i == 1
			}),
		slider("threshold", "threshold", 0, 100, state.Threshold, " %", func(x *State, v int) {
			x.Threshold = v
		}),
		choice(Select, "compare", "beside", besides, slices.Index(besides, state.Compare),
			func(x *State, i int) {
				x.Compare = besides[i]
			}),
		choice(Range, "shots", "k of multiads", texts(shotCounts),
			slices.Index(shotCounts, state.Shots), func(x *State, i int) {
				x.Shots = shotCounts[i]
			}),
	)
}

// shotCounts are the numbers of normal references, 0 for zero-shot.
var shotCounts = []int{0, 1, 2, 4}

func texts(numbers []int) (out []string) {
	for _, n := range numbers {
		out = append(out, strconv.Itoa(n))
	}
	return out
}
