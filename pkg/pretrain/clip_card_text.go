package pretrain

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"adlab/datasets/synth/lessons"
)

// Markdown is the card as a page.
func (c *PairCard) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# The small vision-language pair

A vision and a text tower of CLIP's architecture with a common space, trained by adlab, so that prompts mean something on a laptop. The vision
tower looks at %d × %d pixels in patches of %d; blocks %v are tapped. The text tower has CLIP's byte-pair vocabulary.

| | |
|---|---|
| file | F16 safetensors under OpenCLIP's names, %d bytes, SHA-256 %s |
| parameters | %s |
| made by | `+"`adlab pretrain clip`"+`, version %s, seed %d, %d of %d steps of %d pictures, largest learning rate %g |
| cost | %.0f minutes on %s, %d cores, without drawing the pictures and asking the sentence teacher |
| licence | Apache-2.0, as the project |

## Data
- %d pictures, and %d drawn smaller and enlarged, by datasets/synth's training family (%d names, %d types of flaw), with exact masks; no category of any benchmark is in it, and a test
  asserts it. Their captions are composed from pkg/pretrain/captions.yaml, apart from the knowledge base's prompts.
- %d sentences for the text tower, composed likewise, with the vectors of paraphrase-MiniLM-L3-v2 (Apache-2.0; PyPI wheel %s %s, SHA-256 %s), which knows synonyms.
  The token table is made of its vectors of every piece of the vocabulary and was not trained. What states outside the grammar mean, the kept synonyms among them,
  was told by that teacher alone. The kept synonyms were chosen among words that the teacher knows.
- The vision tower began as the first blocks of the small vision transformer of this project (`+"`"+`adlab pretrain vision`+"`"+`, file SHA-256 %s), which was distilled from EfficientNet-Lite0
  (ImageNet weights, Apache-2.0); its card names the pictures that it saw.

## Training
`, c.Image, c.Image, c.Patch, c.Taps, c.Bytes, c.Digest, parameterList(c.Parameters), c.Version, c.Seed, c.Steps, c.Of, c.Batch, c.Rate, c.Minutes, c.Backend, c.Cores,
		c.Pictures, c.Sketches, len(lessons.Names()), len(lessons.Types()), c.Sentences,
		teacherWeights.Name, teacherWeights.Version, teacherWeights.SHA256, c.Start)
	for _, p := range c.Phases {
		fmt.Fprintf(&b, "- %s, loss after steps:", p.Name)
		for _, step := range slices.Sorted(maps.Keys(p.Losses)) {
			fmt.Fprintf(&b, " %s: %.2f,", strings.TrimLeft(step, "0"), p.Losses[step])
		}
		fmt.Fprintln(&b)
	}
	b.WriteString(`
Phases: the text tower learns alone, from the teacher's vectors and from what each sentence means; then the vision tower, on windows of 128 pixels: its last block, then all of it; then all of it on 224; then the text tower again, on
what other words mean, while the texts that the vision tower knows stay. There count, most first: each
patch names its state among all texts; the image does; image and caption find each other.

## Good for, bad for
Good for lessons on prompts, adapters, few-shot and multi-type maps on a laptop, where a flaw and its words are of the kinds that it has learned. Bad for anything that hangs on a real product:
its flaws are drawn by the same hand as those of the generated benchmarks, and of objects beyond the family it knows what the sentence teacher says of
their names. A number measured with it is not one of CLIP. What it tells without training is in figures/pair.md.
`)
	return b.String()
}

func parameterList(parts map[string]int) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		list = append(list, fmt.Sprintf("%s %d", name, parts[name]))
	}
	return strings.Join(list, ", ")
}
