package live

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// moment is how a cell stood once: what undo goes back to, and what a comparison sets beside.
type moment[S any] struct {
	state   S
	panel   Panel[S]
	numbers []Number
	rows    []encodedRow // of what is set beside
}

// differences says in words what lies between two moments: the controls that stand elsewhere, then
// the numbers that are known of both; "" where there is nothing.
func differences[S any](from, to moment[S]) string {
	var said []string
	change := func(name, was, is, more string) {
		if was != is {
			said = append(said, fmt.Sprintf("%s from %s to %s%s", name, was, is, more))
		}
	}
	for _, c := range to.panel {
		if was, ok := from.panel.find(c.ID); ok && c.Kind != Button && c.Kind != Lines &&
			!(c.Off && was.Off) {
			change(c.Label, was.spoken(), c.spoken(), "")
		}
	}
	for _, n := range to.numbers {
		i := slices.IndexFunc(from.numbers, func(m Number) bool { return m.Name == n.Name })
		if i >= 0 && n.Value != Unknown && from.numbers[i].Value != Unknown {
			change(n.Name, from.numbers[i].Value, n.Value, gain(from.numbers[i].Value, n.Value))
		}
	}
	return strings.Join(said, "; ")
}

// spoken is a value as a person says it.
func (c Control[S]) spoken() string {
	switch {
	case c.Words != "":
		return c.Words
	case c.Kind == Checkbox && c.Value == "true":
		return "on"
	case c.Kind == Checkbox:
		return "off"
	case c.Value == "":
		return "nothing"
	}
	return c.Shown()
}

// gain is a difference of two fractions with its sign, in brackets; "" of what is none.
func gain(was, is string) string {
	a, errA := strconv.ParseFloat(was, 64)
	b, errB := strconv.ParseFloat(is, 64)
	if errA != nil || errB != nil {
		return ""
	}
	return fmt.Sprintf(" (%+.4f)", b-a)
}

// Address is a state as the browser's address bar holds it: NAME?control=value&..., the moves that
// lead to it from the first picture, in the panel's order, choices by their words.
func Address[S any](s Session[S], state S) string {
	at, moves := s.Start(), []string{}
	for _, c := range s.Panel(state) {
		panel := s.Panel(at) // a move before may have changed what follows
		now, ok := panel.find(c.ID)
		if !ok || c.Kind == Button || c.Off || now.Value == c.Value {
			continue
		}
		next, err := panel.Set(at, c.ID, c.Value)
		if err != nil {
			continue // nothing else leads there
		}
		at = next
		now.Value = c.Value
		value := c.Value
		if len(now.Options) > 0 {
			value = now.Shown()
		}
		moves = append(moves, url.QueryEscape(c.ID)+"="+url.QueryEscape(value))
	}
	if len(moves) == 0 {
		return ""
	}
	return s.Name() + "?" + strings.Join(moves, "&")
}

// longestAddress is how many bytes an address may have.
const longestAddress = 1 << 16

// Follow gives the state that an address leads to, and what is wrong with it, in one line: then it
// is the state that it leads to until there.
func Follow[S any](s Session[S], text string) (S, error) {
	state := s.Start()
	name, moves, _ := strings.Cut(text, "?")
	if name != s.Name() || len(text) > longestAddress {
		return state, fmt.Errorf("address: expected %s?... of at most %d bytes, got %.40q",
			s.Name(), longestAddress, text)
	}
	for move := range strings.SplitSeq(moves, "&") {
		key, text, _ := strings.Cut(move, "=")
		id, err := url.QueryUnescape(key)
		if err != nil {
			return state, fmt.Errorf("address: %w", err)
		}
		value, err := url.QueryUnescape(text)
		if err != nil {
			return state, fmt.Errorf("address: %w", err)
		}
		panel := s.Panel(state)
		c, _ := panel.find(id)
		if c.Kind == Button {
			return state, fmt.Errorf("address: %s is a button", id)
		}
		if len(c.Options) > 0 {
			at := slices.Index(c.Options, value)
			if at < 0 {
				return state, fmt.Errorf("address: %s: expected one of %.200s, got %.40q", c.Label,
					strings.Join(c.Options, ", "), value)
			}
			value = strconv.Itoa(at)
		}
		next, err := panel.Set(state, id, value)
		if err != nil {
			return state, fmt.Errorf("address: %w", err)
		}
		state = next
	}
	return state, nil
}
