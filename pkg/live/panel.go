package live

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Kind is what a control looks like.
type Kind string

// The kinds of controls.
const (
	Range    Kind = "range"    // a slider over Min to Max, or over the places of Options
	Select   Kind = "select"   // one of Options; its value is the place
	Text     Kind = "text"     // one line
	Lines    Kind = "lines"    // several lines
	Checkbox Kind = "checkbox" // "true" or "false"
	Button   Kind = "button"   // its value counts how often it has been pressed
	Hidden   Kind = "hidden"   // not on the page: what others have set, so that an address holds it
)

// Control is one thing to move, as it stands now.
type Control[S any] struct {
	ID      string   `json:"id"`
	Label   string   `json:"label"`
	Kind    Kind     `json:"kind"`
	Value   string   `json:"value"`
	Min     int      `json:"min"`
	Max     int      `json:"max"`
	Options []string `json:"options,omitempty"`
	Off     bool     `json:"off"`    // nothing to move at the moment
	Absent  bool     `json:"absent"` // off, and not on the page
	Unit    string   `json:"unit,omitempty"`
	Words   string   `json:"-"` // what to say instead of the value
	Tip     string   `json:"-"` // what it does, where the label does not say it

	// set gives the state with another value; its error is one line for the user. A button's value
	// is how often it was pressed since.
	set func(s S, value string) (S, error)
}

// Panel is the list of a session's controls.
type Panel[S any] []Control[S]

// Set gives the state after a control has moved to a value. Errors are one line that names the
// control.
func (p Panel[S]) Set(s S, id, value string) (S, error) {
	c, ok := p.find(id)
	if !ok {
		return s, fmt.Errorf("no control %.40q", id)
	}
	if c.Off {
		return s, nil
	}
	next, err := c.set(s, value)
	if err != nil {
		return s, fmt.Errorf("%s: %w", c.Label, err)
	}
	return next, nil
}

// find gives a control by its ID.
func (p Panel[S]) find(id string) (c Control[S], ok bool) {
	i := slices.IndexFunc(p, func(c Control[S]) bool { return c.ID == id })
	if i < 0 {
		return c, false
	}
	return p[i], true
}

// Slider is a range of whole numbers.
func Slider[S any](id, label string, low, high, value int, unit string,
	set func(*S, int)) Control[S] {
	return Control[S]{ID: id, Label: label, Kind: Range, Min: low, Max: high,
		Value: strconv.Itoa(value), Unit: unit, Off: high <= low, set: whole(low, high, set)}
}

// Choice is one of named options, as a Range or a Select.
func Choice[S any](kind Kind, id, label string, options []string, at int,
	set func(*S, int)) Control[S] {
	return Control[S]{ID: id, Label: label, Kind: kind, Max: len(options) - 1, Options: options,
		Value: strconv.Itoa(at), Off: len(options) < 2, set: whole(0, len(options)-1, set)}
}

// whole reads a whole number from low to high.
func whole[S any](low, high int, set func(*S, int)) func(S, string) (S, error) {
	return func(s S, value string) (S, error) {
		n, err := strconv.Atoi(value)
		if err != nil || n < low || n > high {
			return s, fmt.Errorf("expected a whole number from %d to %d, got %.40q", low, high,
				value)
		}
		set(&s, n)
		return s, nil
	}
}

// Tick is a checkbox.
func Tick[S any](id, label string, on bool, set func(*S, bool)) Control[S] {
	return Control[S]{ID: id, Label: label, Kind: Checkbox, Value: strconv.FormatBool(on),
		set: func(s S, value string) (S, error) {
			on, err := strconv.ParseBool(value)
			if err != nil {
				return s, fmt.Errorf("expected true or false, got %.40q", value)
			}
			set(&s, on)
			return s, nil
		}}
}

// Press is a button that does something as often as it was pressed.
func Press[S any](id, label string, press func(*S, int)) Control[S] {
	const most = 1 << 20
	return Control[S]{ID: id, Label: label, Kind: Button, set: whole(0, most, press)}
}

// Box is a text box; set's error is what is wrong with the text.
func Box[S any](kind Kind, id, label, value string,
	set func(S, string) (S, error)) Control[S] {
	return Control[S]{ID: id, Label: label, Kind: kind, Value: value, set: set}
}

// Tipped is the control with a tip.
func (c Control[S]) Tipped(tip string) Control[S] {
	c.Tip = tip
	return c
}

// Only is the control where there is something for it to move, else it is absent.
func (c Control[S]) Only(moves bool) Control[S] {
	c.Off, c.Absent = c.Off || !moves, !moves
	return c
}

// Choices are the options as JSON, for the page.
func (c Control[S]) Choices() string {
	b, _ := json.Marshal(c.Options)
	return string(b)
}

// Chosen tells whether the i-th option is the value.
func (c Control[S]) Chosen(i int) bool { return c.Value == strconv.Itoa(i) }

// Shown is the value of a range as a person reads it.
func (c Control[S]) Shown() string {
	if at, err := strconv.Atoi(c.Value); err == nil && at >= 0 && at < len(c.Options) {
		return c.Options[at]
	}
	return c.Value + c.Unit
}
