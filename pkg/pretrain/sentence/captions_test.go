package sentence

import (
	"math/rand/v2"
	"strings"
	"testing"

	"adlab/datasets/kba"
	"adlab/datasets/synth/lessons"
	"adlab/pkg/bert"

	"github.com/stretchr/testify/require"
)

func TestCaptionsTellEveryFlaw(t *testing.T) {
	g := Captions()
	require.Equal(t, lessons.Types(), Types())
	for name, k := range g.Types {
		require.GreaterOrEqual(t, len(k.Words), 3, name)
		require.NotEmpty(t, k.Kept, name)
	}
	for _, list := range [][]string{g.Flawed, g.Described} {
		for _, s := range list {
			require.Contains(t, s, "{a}")
			require.Contains(t, s, "{w}")
		}
	}
}

// everyCaption lists many captions of each flaw, with the lesson's words in lower case.
func everyCaption(t *testing.T) (all []string) {
	g, r := Captions(), rand.New(rand.NewPCG(1, 2))
	told := []*lessons.Lesson{{Names: lessons.Names(), Material: "steel"}}
	for _, kind := range Types() {
		told = append(told, &lessons.Lesson{Names: lessons.Names(), Material: "steel",
			Type: kind, Place: "top", Size: "small"})
	}
	for _, l := range told {
		for range 400 {
			all = append(all, g.Told(r, l, l.Place))
		}
	}
	return all
}

func TestNoCaptionIsAPromptOfTheKnowledgeBase(t *testing.T) {
	prompts := map[string]bool{}
	s, err := kba.OpenSentences()
	require.NoError(t, err)
	var patterns []string // prompts with a hole for the noun
	for _, name := range kba.Names() {
		base, err := kba.Open(name)
		require.NoError(t, err)
		for _, b := range []*kba.Base{base, base.Single()} {
			for _, product := range lessons.Names() {
				for _, column := range b.Columns(s, product) {
					for _, sentence := range column {
						prompts[strings.ToLower(sentence)] = true
					}
				}
			}
			for _, k := range b.Types {
				patterns = append(patterns, k.Prompts...)
			}
		}
	}
	for _, p := range patterns {
		for _, product := range lessons.Names() {
			prompts[strings.ToLower(strings.ReplaceAll(p, kba.Product, product))] = true
		}
	}
	for _, c := range everyCaption(t) {
		require.False(t, prompts[strings.ToLower(c)], c)
	}
}

func TestKeptSynonymsAreInNoCaption(t *testing.T) {
	words := map[string]bool{}
	g := Captions()
	for _, list := range [][]string{everyCaption(t), g.Flawed, g.Described, g.Normal, g.Frames} {
		for _, c := range list {
			for _, w := range bert.Words(c) {
				words[w] = true
			}
		}
	}
	for _, k := range g.Types {
		for _, phrase := range append(append([]string{}, k.Words...), k.Describing...) {
			for _, w := range bert.Words(phrase) {
				words[w] = true
			}
		}
	}
	for name, kept := range KeptSynonyms() {
		new := false
		for _, w := range bert.Words(kept) {
			new = new || !words[w]
		}
		require.True(t, new, "%s: captions have every word of %q", name, kept)
	}
}
