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
)

// Control is one thing to move, as it stands now.
type Control struct {
	ID      string   `json:"id"`
	Label   string   `json:"label"`
	Kind    Kind     `json:"kind"`
	Value   string   `json:"value"`
	Min     int      `json:"min"`
	Max     int      `json:"max"`
	Options []string `json:"options,omitempty"`
	Off     bool     `json:"off"` // nothing to move at the moment
	Unit    string   `json:"unit,omitempty"`

	// set gives the state with another value; its error is one line for the user. A button's value
	// is how often it was pressed since.
	set func(s State, value string) (State, error)
}

// Panel is the list of a session's controls.
type Panel []Control

// Set gives the state after a control has moved to a value. Errors are one line that names the
// control.
func (p Panel) Set(s State, id, value string) (State, error) {
	i := slices.IndexFunc(p, func(c Control) bool { return c.ID == id })
	if i < 0 {
		return s, fmt.Errorf("no control %.40q", id)
	}
	c := p[i]
	if c.Off {
		return s, nil
	}
	next, err := c.set(s, value)
	if err != nil {
		return s, fmt.Errorf("%s: %w", c.Label, err)
	}
	return next, nil
}

// slider is a range of whole numbers.
func slider(id, label string, low, high, value int, unit string, set func(*State, int)) Control {
	return Control{ID: id, Label: label, Kind: Range, Min: low, Max: high,
		Value: strconv.Itoa(value), Unit: unit, Off: high <= low, set: whole(low, high, set)}
}

// choice is one of named options, as a Range or a Select.
func choice(kind Kind, id, label string, options []string, at int, set func(*State, int)) Control {
	return Control{ID: id, Label: label, Kind: kind, Max: len(options) - 1, Options: options,
		Value: strconv.Itoa(at), Off: len(options) < 2, set: whole(0, len(options)-1, set)}
}

// whole reads a whole number from low to high.
func whole(low, high int, set func(*State, int)) func(State, string) (State, error) {
	return func(s State, value string) (State, error) {
		n, err := strconv.Atoi(value)
		if err != nil || n < low || n > high {
			return s, fmt.Errorf("expected a whole number from %d to %d, got %.40q", low, high,
				value)
		}
		set(&s, n)
		return s, nil
	}
}

// tick is a checkbox.
func tick(id, label string, on bool, set func(*State, bool)) Control {
	return Control{ID: id, Label: label, Kind: Checkbox, Value: strconv.FormatBool(on),
		set: func(s State, value string) (State, error) {
			on, err := strconv.ParseBool(value)
			if err != nil {
				return s, fmt.Errorf("expected true or false, got %.40q", value)
			}
			set(&s, on)
			return s, nil
		}}
}

// button does something as often as it was pressed.
func button(id, label string, press func(*State, int)) Control {
	const most = 1 << 20
	return Control{ID: id, Label: label, Kind: Button, set: whole(0, most, press)}
}

// box is a text box; set's error is what is wrong with the text.
func box(kind Kind, id, label, value string, set func(State, string) (State, error)) Control {
	return Control{ID: id, Label: label, Kind: kind, Value: value, set: set}
}

// Choices are the options as JSON, for the page.
func (c Control) Choices() string {
	b, _ := json.Marshal(c.Options)
	return string(b)
}

// Chosen tells whether the i-th option is the value.
func (c Control) Chosen(i int) bool { return c.Value == strconv.Itoa(i) }

// Shown is the value of a range as a person reads it.
func (c Control) Shown() string {
	if at, err := strconv.Atoi(c.Value); err == nil && at >= 0 && at < len(c.Options) {
		return c.Options[at]
	}
	return c.Value + c.Unit
}
