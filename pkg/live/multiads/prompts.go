package multiads

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"adlab/datasets/kba"
	"adlab/pkg/encoder"
)

// Bounds of what a text box may hold.
const (
	mostPrompts   = 24
	longestPrompt = 200 // letters; the text tower sees some 77 pieces
	longestName   = 40
	longestLetter = 4 // bytes
)

// prompts reads a box of prompts, one a line. Errors are one line.
func prompts(text string) (lines []string, err error) {
	if len(text) > longestLetter*mostPrompts*(longestPrompt+2) {
		return nil, fmt.Errorf("expected at most %d prompts of %d letters, got %d bytes",
			mostPrompts, longestPrompt, len(text))
	}
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("expected UTF-8 text")
	}
	for line := range strings.Lines(text) {
		p := strings.TrimSpace(line)
		switch {
		case p == "":
			continue
		case utf8.RuneCountInString(p) > longestPrompt:
			return nil, fmt.Errorf("expected a prompt of at most %d letters, got %d",
				longestPrompt, utf8.RuneCountInString(p))
		case !strings.Contains(p, kba.Product):
			return nil, fmt.Errorf("expected %s, which stands for the product, in every prompt, "+
				"got %.60q", kba.Product, p)
		case strings.ContainsAny(strings.ReplaceAll(p, kba.Product, ""), "[]{}"):
			return nil, fmt.Errorf("expected no brackets but %s in a prompt, got %.60q",
				kba.Product, p)
		case strings.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f }):
			return nil, fmt.Errorf("expected text without control characters, got %.60q", p)
		}
		lines = append(lines, p)
	}
	switch {
	case len(lines) == 0:
		return nil, fmt.Errorf("expected at least one prompt with %s, got none", kba.Product)
	case len(lines) > mostPrompts:
		return nil, fmt.Errorf("expected at most %d prompts, got %d", mostPrompts, len(lines))
	}
	return lines, nil
}

// typeName reads the name of a type to add.
func typeName(text string, known []string) (string, error) {
	name := strings.Join(strings.Fields(text), " ")
	switch {
	case name == "":
		return "", fmt.Errorf("expected a name such as stain, got none")
	case utf8.RuneCountInString(name) > longestName:
		return "", fmt.Errorf("expected a name of at most %d letters, got %d", longestName,
			utf8.RuneCountInString(name))
	case !utf8.ValidString(name), strings.ContainsFunc(name, func(r rune) bool {
		return strings.ContainsRune("[]{}", r) || r < ' ' || r == 0x7f
	}):
		return "", fmt.Errorf("expected a name without brackets and control characters, got %.60q",
			name)
	case slices.Contains(known, name):
		return "", fmt.Errorf("expected a new type, got %q, which is on the list", name)
	}
	return name, nil
}

// promptsOf are the prompts of a type in a state, and whether the user wrote them.
func promptsOf(state State, t kba.Type) []string {
	if text, ok := state.Prompts[t.Name]; ok {
		if lines, err := prompts(text); err == nil {
			return lines
		}
	}
	if !state.KBA {
		return []string{kba.Product + " with " + t.Name}
	}
	return t.Prompts
}

// baseOf is a product's knowledge base in a state: the types of own, with their prompts as the
// state has them, and the added ones.
func baseOf(state State, own *kba.Base) *kba.Base {
	out := &kba.Base{Dataset: own.Dataset, Source: own.Source}
	for _, t := range own.Types {
		out.Types = append(out.Types, kba.Type{Name: t.Name, Prompts: promptsOf(state, t)})
	}
	for _, name := range state.Added {
		t := kba.Type{Name: name, Prompts: []string{kba.Product + " with " + name}}
		out.Types = append(out.Types, kba.Type{Name: name, Prompts: promptsOf(state, t)})
	}
	return out
}

// unknown are the words of a state's own prompts, and of its added types, that the text tower has
// no letters for.
func unknown(tower encoder.Pair, state State, base *kba.Base) (words []string) {
	for _, t := range base.Types {
		if _, own := state.Prompts[t.Name]; own || slices.Contains(state.Added, t.Name) {
			words = append(words, tower.Unknown(strings.Join(t.Prompts, " "))...)
		}
	}
	return words
}
