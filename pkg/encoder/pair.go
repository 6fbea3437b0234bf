package encoder

import (
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Pair is a vision and a text tower with a common space of D channels: what MultiADS looks and
// reads through. As an Encoder it is its taps: one level of patch tokens each, Dv channels wide.
type Pair interface {
	Encoder
	// Blocks are those after which the taps are, counted from 1.
	Blocks() []int
	// Embed is D.
	Embed() int
	// Tower is the vision tower in one pass: the taps with one token of the whole image in front,
	// and perhaps a level more; Image makes the image's embedding of the last level's first token.
	Tower() Led
	// Image brings that token to the common space: [B, Dv] to [B, D], not normalised.
	Image(scope *model.Scope, token *Node) *Node
	// Space is one level of tokens in the common space, [B, 1+N, D]: the image's embedding, then
	// the patches, not normalised.
	Space() Led
	// Adapters are maps of the taps to the common space that were trained with the pair, by the
	// names of MultiADS's adapters, which start as these are; nil for a pair that has none.
	Adapters() map[string]layer.Array
	// Read gives a text's ids, as many for each text; an error where the text tower lacks one.
	Read(text string) (ids []int32, err error)
	// Text embeds texts from their ids [B, T]: [B, D], not normalised.
	Text(scope *model.Scope, ids *Node) *Node
	// Cut tells whether a text is longer than the text tower reads.
	Cut(text string) bool
	// Unknown are the words of a text that the text tower cannot know.
	Unknown(text string) []string
}
