package multiads

import (
	"fmt"
	"strings"

	"adlab/datasets/kba"
	"adlab/pkg/encoder"
)

// note tells of what is odd in the prompts for a product, of each prompt once.
func (d *Detector) note(base *kba.Base, product string) {
	if d.Note == nil {
		return
	}
	look := func(prompts []string) {
		for _, p := range prompts {
			if key := product + "\n" + p; !d.noted[key] {
				d.noted[key] = true
				for _, text := range odd(d.Model, p, product, d.Sentences.Templates) {
					d.Note(text)
				}
			}
		}
	}
	look(d.Sentences.Normal)
	for _, t := range base.Types {
		look(t.Prompts)
	}
}

// odd says what a person may not see in a prompt: that long sentences are cut, and which words the
// text tower cannot know.
func odd(tower encoder.Pair, prompt, product string, templates []string) (notes []string) {
	for _, t := range templates {
		sentence := strings.ReplaceAll(t, kba.State, strings.ReplaceAll(prompt, kba.Product,
			product))
		if tower.Cut(sentence) {
			notes = append(notes, fmt.Sprintf("a prompt makes longer sentences than the text "+
				"tower reads, the rest is cut off: %.60s...", prompt))
			break
		}
	}
	for _, word := range tower.Unknown(prompt) {
		notes = append(notes, UnknownWord(word))
	}
	return notes
}

// UnknownWord says that a text tower cannot know a word, in a line.
func UnknownWord(word string) string {
	return fmt.Sprintf("the text tower has no letters for %.40q; what is answered by that word "+
		"means nothing: describe it in English", word)
}
