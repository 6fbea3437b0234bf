package multiads

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"adlab/pkg/live"
)

// edits are the types that were added, and the prompts that were written, as an address holds them.
type edits struct {
	Added   []string          `json:"added,omitempty"`
	Prompts map[string]string `json:"prompts,omitempty"`
}

// mostAdded is how many types an address may add.
const mostAdded = 32

// edits is the control that nobody sees, by which a state with edits can be reached again.
func (s *Session) edits(state State) live.Control[State] {
	value, words := "", "none"
	if n := len(state.Prompts) + len(state.Added); n > 0 {
		b, _ := json.Marshal(edits{state.Added, state.Prompts})
		value = string(b)
		words = fmt.Sprintf("of %d and %d added", len(state.Prompts), len(state.Added))
	}
	c := live.Box(live.Hidden, "edits", "edited prompts", value, s.edit)
	c.Words = words
	return c
}

// edit gives a state with other edits, each held to what the boxes hold it to.
func (s *Session) edit(x State, text string) (State, error) {
	var e edits
	if text != "" {
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			return x, fmt.Errorf("expected added types and prompts, got %.40q", text)
		}
	}
	if len(e.Added) > mostAdded {
		return x, fmt.Errorf("expected at most %d added types, got %d", mostAdded, len(e.Added))
	}
	known := s.detector.Base.Names()
	for _, name := range e.Added {
		name, err := typeName(name, known)
		if err != nil {
			return x, fmt.Errorf("added type: %w", err)
		}
		known = append(known, name)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Prompts)) {
		if !slices.Contains(known, name) {
			return x, fmt.Errorf("prompts: no type %.60q", name)
		}
		if _, err := prompts(e.Prompts[name]); err != nil {
			return x, fmt.Errorf("prompts of %s: %w", name, err)
		}
	}
	x.Added, x.Prompts = e.Added, e.Prompts
	s.onList(&x)
	return x, nil
}
