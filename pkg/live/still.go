package live

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"

	"adlab/datasets"
)

// still is what of a playground is drawn beforehand: frames for a few images and every choice of
// one control.
type still struct {
	session Session
	control string // by its id in the panel
	// which of its options are choices
	shows func(option string) bool
	// the type of defect that each image has; the first shown is the first
	images []func(defect string) bool
	draw   func(ctx context.Context, state State) (Frame, error) // a state's frame, fully
}

// stillImage is an image with a frame for each choice.
type stillImage struct {
	Label   string       `json:"label"`
	Choices []string     `json:"choices"`
	At      int          `json:"at"` // the choice that is shown first
	Frames  []stillFrame `json:"frames"`

	states []State
}

// stillFrame is a Frame on its way to the page.
type stillFrame struct {
	Picture string   `json:"picture"` // its address
	Numbers []Number `json:"numbers"`

	picture image.Image
}

func normalImage(defect string) bool { return defect == datasets.Good }
func defectImage(defect string) bool { return defect != datasets.Good }

// settled draws a state fully: what the background computes is waited for.
func settled(ctx context.Context, s Session, state State) (Frame, error) {
	for {
		f, err := s.Apply(ctx, state)
		open := f.Message != "" || slices.ContainsFunc(f.Numbers, func(n Number) bool {
			return n.Value == Unknown
		})
		if err != nil || !open {
			return f, err
		}
		select {
		case <-s.Later():
		case <-ctx.Done():
			return f, context.Cause(ctx)
		}
	}
}

// all draws every frame; tell hears how many there are.
func (s still) all(ctx context.Context, tell func(done, of int)) (images []*stillImage, err error) {
	of := 0
	for i := range s.images {
		x, err := s.pick(i)
		if err != nil {
			return nil, fmt.Errorf("playground %s: %w", s.session.Name(), err)
		}
		images, of = append(images, x), of+len(x.states)
	}
	done := 0
	for _, x := range images {
		for _, state := range x.states {
			f, err := s.draw(ctx, state)
			if err != nil {
				return nil, err
			}
			x.Frames = append(x.Frames, stillFrame{Numbers: f.Numbers, picture: f.Picture()})
			done++
			tell(done, of)
		}
	}
	return images, nil
}

// pick finds the i-th image by the playground's own controls, in a category of its own where there
// are enough.
func (s still) pick(i int) (*stillImage, error) {
	state := s.session.Start()
	categories, _, err := s.options(state, "category")
	if err != nil {
		return nil, err
	}
	category := i * len(categories) / len(s.images)
	if state, err = s.set(state, "category", category); err != nil {
		return nil, err
	}
	defects, _, err := s.options(state, "defect")
	if err != nil {
		return nil, err
	}
	var fit []int
	for k, d := range defects {
		if k > 0 && s.images[i](d) { // the first stands for all types
			fit = append(fit, k)
		}
	}
	if fit == nil {
		return nil, fmt.Errorf("none of the test images of %s fits; their types are %s",
			categories[category], strings.Join(defects[1:], ", "))
	}
	defect := fit[i%len(fit)] // not the first type of every category
	if state, err = s.set(state, "defect", defect); err != nil {
		return nil, err
	}
	x := &stillImage{Label: strings.NewReplacer("_", " ", ",", ", ").Replace(categories[category] +
		": " + defects[defect])}
	options, at, err := s.options(state, s.control)
	for k, option := range options {
		if !s.shows(option) {
			continue
		}
		chosen, err := s.set(state, s.control, k)
		if err != nil {
			return nil, err
		}
		if k == at {
			x.At = len(x.Choices)
		}
		x.Choices, x.states = append(x.Choices, option), append(x.states, chosen)
	}
	return x, err
}

// options are a control's, with the place of the one that is chosen.
func (s still) options(state State, id string) (options []string, at int, err error) {
	panel := s.session.Panel(state)
	i := slices.IndexFunc(panel, func(c Control) bool { return c.ID == id })
	if i < 0 {
		return nil, 0, fmt.Errorf("no control %q", id)
	}
	at, err = strconv.Atoi(panel[i].Value)
	return panel[i].Options, at, err
}

func (s still) set(state State, id string, place int) (State, error) {
	return s.session.Panel(state).Set(state, id, strconv.Itoa(place))
}
