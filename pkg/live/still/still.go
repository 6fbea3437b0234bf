// Package still is the playgrounds without a kernel: frames drawn beforehand, and a page that shows
// them.
package still

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"

	"adlab/datasets"
	"adlab/pkg/exhibit"
	"adlab/pkg/live"
)

// Plan is what of a playground is drawn beforehand: frames for a few images and every choice of one
// control.
type Plan[S any] struct {
	Session live.Session[S]
	Control string // by its id in the panel
	// Shows tells which of its options are choices.
	Shows func(option string) bool
	// Images tell the types of defect that each image may have; the first shown is the first.
	Images []func(defect string) bool
	// Draw draws a state fully; nil for the frame of the live cell.
	Draw func(ctx context.Context, state S) (live.Frame, error)

	Title, Caption, Label exhibit.Words
	Slider                bool   // or a row of buttons
	Note                  string // what the frames rest on
}

// Section is a playground on the page, drawn.
type Section struct {
	Name                  string
	Title, Caption, Label exhibit.Words
	Slider                bool
	Note                  string
	Made                  map[string]string // what made the frames
	Images                []*Image
	W, H                  int // of every picture, in pixels
}

// Image is an image with a frame for each choice.
type Image struct {
	Label   string   `json:"label"`
	Choices []string `json:"choices"`
	At      int      `json:"at"` // the choice that is shown first
	Frames  []Frame  `json:"frames"`
}

// Frame is a live.Frame on its way to the page.
type Frame struct {
	Picture string        `json:"picture"` // its address
	Numbers []live.Number `json:"numbers"`

	picture image.Image
}

// Normal tells an image of a Plan without a defect.
func Normal(defect string) bool { return defect == datasets.Good }

// Defect tells one with a defect.
func Defect(defect string) bool { return defect != datasets.Good }

// Drawn draws every frame of a plan; tell hears how many there are.
func Drawn[S any](ctx context.Context, p Plan[S], tell func(done, of int)) (Section, error) {
	s := Section{Name: p.Session.Name(), Title: p.Title, Caption: p.Caption, Label: p.Label,
		Slider: p.Slider, Note: p.Note, Made: p.Session.Made()}
	draw := p.Draw
	if draw == nil {
		draw = func(ctx context.Context, state S) (live.Frame, error) {
			return live.Settled(ctx, p.Session, state)
		}
	}
	of := 0
	var states [][]S
	for i := range p.Images {
		x, own, err := p.Pick(i)
		if err != nil {
			return s, fmt.Errorf("playground %s: %w", s.Name, err)
		}
		s.Images, states, of = append(s.Images, x), append(states, own), of+len(own)
	}
	done := 0
	for i, x := range s.Images {
		for _, state := range states[i] {
			f, err := draw(ctx, state)
			if err != nil {
				return s, err
			}
			x.Frames = append(x.Frames, Frame{Numbers: f.Numbers, picture: f.Picture()})
			done++
			tell(done, of)
		}
	}
	s.level()
	return s, nil
}

// Pick finds the i-th image, with a state for each choice, by the playground's own controls, in a
// category of its own where there are enough.
func (p Plan[S]) Pick(i int) (x *Image, states []S, err error) {
	state := p.Session.Start()
	categories, _, err := p.options(state, "category")
	if err != nil {
		return nil, nil, err
	}
	category := i * len(categories) / len(p.Images)
	if state, err = p.set(state, "category", category); err != nil {
		return nil, nil, err
	}
	defects, _, err := p.options(state, "defect")
	if err != nil {
		return nil, nil, err
	}
	var fit []int
	for k, d := range defects {
		if k > 0 && p.Images[i](d) { // the first stands for all types
			fit = append(fit, k)
		}
	}
	if fit == nil {
		return nil, nil, fmt.Errorf("none of the test images of %s fits; their types are %s",
			categories[category], strings.Join(defects[1:], ", "))
	}
	defect := fit[i%len(fit)] // not the first type of every category
	if state, err = p.set(state, "defect", defect); err != nil {
		return nil, nil, err
	}
	x = &Image{Label: strings.NewReplacer("_", " ", ",", ", ").Replace(categories[category] +
		": " + defects[defect])}
	options, at, err := p.options(state, p.Control)
	for k, option := range options {
		if !p.Shows(option) {
			continue
		}
		chosen, err := p.set(state, p.Control, k)
		if err != nil {
			return nil, nil, err
		}
		if k == at {
			x.At = len(x.Choices)
		}
		x.Choices, states = append(x.Choices, option), append(states, chosen)
	}
	return x, states, err
}

// options are a control's, with the place of the one that is chosen.
func (p Plan[S]) options(state S, id string) (options []string, at int, err error) {
	panel := p.Session.Panel(state)
	i := slices.IndexFunc(panel, func(c live.Control[S]) bool { return c.ID == id })
	if i < 0 {
		return nil, 0, fmt.Errorf("no control %q", id)
	}
	at, err = strconv.Atoi(panel[i].Value)
	return panel[i].Options, at, err
}

func (p Plan[S]) set(state S, id string, place int) (S, error) {
	return p.Session.Panel(state).Set(state, id, strconv.Itoa(place))
}
