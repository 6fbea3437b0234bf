// Package sentence makes what a text tower learns from: a grammar that tells pictures and states in
// varied words, a pool of sentences, and the vectors of a teacher that knows synonyms.
package sentence

import (
	_ "embed"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"adlab/datasets/synth/lessons"

	"gopkg.in/yaml.v3"
)

//go:embed captions.yaml
var captionData []byte

// Grammar is how a picture of the training family, and the state of anything, is told in
// varied words.
type Grammar struct {
	Places, Sizes                                map[string][]string
	Flawed, Described, Normal, Frames, Materials []string
	Types                                        map[string]Type
	// for sentences that no picture goes with: nouns; states as nouns, as adjectives
	Objects, Conditions, Qualities []string
}

// Type is how a flaw is told, and the words for it that no caption contains.
type Type struct {
	Words, Describing []string
	Kept              string
}

// Captions is the grammar.
var Captions = sync.OnceValue(func() Grammar {
	var g Grammar
	if err := yaml.Unmarshal(captionData, &g); err != nil {
		panic("pretrain: captions.yaml: " + err.Error())
	}
	return g
})

// KeptSynonyms are words for each type of flaw that no caption contains, such as "a fracture" for a
// crack: for measuring.
func KeptSynonyms() map[string]string {
	kept := map[string]string{}
	for name, t := range Captions().Types {
		kept[name] = t.Kept
	}
	return kept
}

// Types are the flaws in the order of the columns after the normal state.
func Types() []string { return slices.Sorted(maps.Keys(Captions().Types)) }

// draw picks one.
func draw(r *rand.Rand, of []string) string { return of[r.IntN(len(of))] }

// fill puts words into the slots of a pattern, given as slot and word in turn.
func fill(pattern string, slots ...string) string {
	return strings.NewReplacer(slots...).Replace(pattern)
}

// form is one way to tell states, the same for all of them, so that sentences of several states
// differ in the state alone.
type form struct {
	frame, flawed, described, normal string
	describes                        bool
}

func (g Grammar) form(r *rand.Rand) form {
	return form{draw(r, g.Frames), draw(r, g.Flawed), draw(r, g.Described), draw(r, g.Normal),
		r.IntN(5) == 0}
}

// state tells the state of a noun: a type of the grammar, or "" for the normal one.
func (g Grammar) state(r *rand.Rand, f form, noun, kind string) string {
	t := g.Types[kind]
	switch {
	case kind == "":
		return fill(f.frame, "{s}", fill(f.normal, "{a}", noun))
	case f.describes && len(t.Describing) > 0:
		return fill(f.frame, "{s}", fill(f.described, "{a}", noun, "{w}", draw(r, t.Describing)))
	}
	return fill(f.frame, "{s}", fill(f.flawed, "{a}", noun, "{w}", draw(r, t.Words)))
}

// Row tells every state of a noun in one form, which is drawn: the normal state, then Types.
func (g Grammar) Row(r *rand.Rand, noun string) []string {
	f := g.form(r)
	row := []string{g.state(r, f, noun, "")}
	for _, kind := range Types() {
		row = append(row, g.state(r, f, noun, kind))
	}
	return row
}

// Told tells a picture: what it shows, its state, and often material, size and place. The place is
// given, because pictures are turned and mirrored in training.
func (g Grammar) Told(r *rand.Rand, l *lessons.Lesson, place string) string {
	noun, f := draw(r, l.Names), g.form(r)
	if r.IntN(3) == 0 {
		noun = fill(draw(r, g.Materials), "{m}", l.Material, "{a}", noun)
	}
	if l.Type == "" {
		return g.state(r, f, noun, "")
	}
	t := g.Types[l.Type]
	words := draw(r, t.Words)
	if r.IntN(3) == 0 {
		if article, rest, ok := strings.Cut(words, " "); ok && (article == "a" || article == "an") {
			words = "a " + draw(r, g.Sizes[l.Size]) + " " + rest
		}
	}
	s := fill(f.flawed, "{a}", noun, "{w}", words)
	if f.describes && len(t.Describing) > 0 {
		s = fill(f.described, "{a}", noun, "{w}", draw(r, t.Describing))
	}
	if r.IntN(2) == 0 {
		s += " " + draw(r, g.Places[place])
	}
	return fill(f.frame, "{s}", s)
}

// GrammarText is the grammar's file: a part of what a training's bits depend on.
func GrammarText() []byte { return captionData }
