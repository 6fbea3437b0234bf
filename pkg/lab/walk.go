package lab

import (
	"context"
	"fmt"

	"adlab/datasets"
	"adlab/pkg/experiment"
	method "adlab/pkg/inpformer"
	"adlab/pkg/live/playgrounds"
	"adlab/pkg/papers/inpformer"
	"adlab/pkg/papers/multiads"
	"adlab/pkg/papers/world"
	"adlab/pkg/view"
)

// shown shows steps of a walk under a cell.
type shown struct{ made map[string]string }

// Show displays a step's picture, which says what made it.
func (s shown) Show(step view.Step) { display(Must(step(context.Background())), s.made) }

// Print prints a step's text.
func (s shown) Print(step view.Telling) { fmt.Println(Must(step(context.Background()))) }

// shown of an image: its pictures say what a playground's say, code included.
func (l *Lab) shown(playground, image string) (shown, error) {
	made, err := playgrounds.Made(context.Background(), l.Runner, playground)
	if err == nil {
		made["image"] = image
	}
	return shown{made}, err
}

// INPFormerWalk is a walk through INP-Former under a notebook's cells.
type INPFormerWalk struct {
	shown
	view.INPFormerWalk
}

// INPFormer opens the index-th anomalous test image of a category of MVTec-AD, or of what stands in
// for it, for a walk through the INP-Former of Table 2.
func INPFormer(category string, index int) *INPFormerWalk {
	return Must(Notebook().INPFormer(category, index))
}

// INPFormer is the same in a lab.
func (l *Lab) INPFormer(category string, index int) (*INPFormerWalk, error) {
	r, m := l.Runner, inpformer.Walked(l.Runner.Profile)
	set, err := r.Set(context.Background(), m.Set)
	if err != nil {
		return nil, err
	}
	s, err := view.Anomalous(set, category, index)
	if err != nil {
		return nil, err
	}
	steps, err := l.shown("inp-former", s.ID)
	return &INPFormerWalk{steps, view.INPFormerWalk{Sample: s, Set: set,
		Unseen: func(ctx context.Context) (*datasets.Set, error) {
			return r.Set(ctx, multiads.Walked(r.Profile).Set)
		},
		Head: func(ctx context.Context, prototypes int) (*method.Detector, error) {
			of := m
			if prototypes > 0 {
				of = inpformer.With(m, prototypes)
			}
			d, _, err := inpformer.Trained(ctx, r, of)
			return d, err
		}}}, err
}

// DemoWalk takes the first defective mono cell of the demo's experiment through INP-Former.
func (l *Lab) DemoWalk() *INPFormerWalk {
	e := world.Demo(l.Env, l.Runner.Profile.Name)
	if err := e.Validate(); err != nil {
		Must(0, err)
	}
	set := Must(e.Open())
	s := Must(view.Anomalous(set, "mono", 0))
	made := map[string]string{"adlab": inpformer.Paper + ", step by step", "image": s.ID,
		"profile": e.Profile, "backend": l.Backend.Short(), "processor": l.Backend.Bits()}
	return &INPFormerWalk{shown{made}, view.INPFormerWalk{Sample: s, Set: set,
		Head: func(ctx context.Context, prototypes int) (*method.Detector, error) {
			of := e
			if prototypes > 0 {
				of = experiment.With(e, func(s *method.Settings) { s.INPs = prototypes })
			}
			enc, err := l.NewEncoder(of)
			if err != nil {
				return nil, err
			}
			d, err := l.Fit(ctx, of, enc, set.Train(), set)
			if err != nil {
				return nil, err
			}
			return d.(*method.Detector), nil
		}}}
}

// DemoTable evaluates the demo's experiment, prints the table and displays the best, median and
// worst cases of each category.
func (l *Lab) DemoTable() {
	e := world.Demo(l.Env, l.Runner.Profile.Name)
	var scored []experiment.Scored
	report := Must(l.Evaluate(context.Background(), e, func(s experiment.Scored) {
		scored = append(scored, s)
	}))
	fmt.Print(report.Text())
	enc := Must(l.NewEncoder(e))
	for _, c := range report.Categories {
		Show(Must(view.Extremes("ELPV "+c.Name, enc.Transform(), scored, c.Name, 74)))
	}
}

// MultiADSWalk is a walk through MultiADS under a notebook's cells.
type MultiADSWalk struct {
	shown
	view.MultiADSWalk
}

// MultiADS opens a walk from MVTec-AD to VisA, or from what stands in for the one to the other,
// with the adapters of the tables.
func MultiADS() *MultiADSWalk { return Must(Notebook().MultiADS()) }

// MultiADS is the same in a lab.
func (l *Lab) MultiADS() (*MultiADSWalk, error) {
	ctx := context.Background()
	e, err := l.Runner.Ready(ctx, multiads.Walked(l.Runner.Profile))
	if err != nil {
		return nil, err
	}
	w, err := view.NewTypeWalk(ctx, l.Env, e)
	if err != nil {
		return nil, err
	}
	steps, err := l.shown("multiads", w.Target.Name)
	return &MultiADSWalk{steps, view.MultiADSWalk{Stages: w}}, err
}
