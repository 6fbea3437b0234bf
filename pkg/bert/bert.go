// Package bert is BERT as a sentence encoder: the mean of its last states over the pieces of a
// text, of unit length, as the models of the Sentence Transformers have it (Devlin et al., 2019;
// Reimers and Gurevych, 2019). It tokenizes and loads weights under Hugging Face's names.
package bert

import (
	"fmt"
	"math"

	"adlab/pkg/layer"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// epsilon of all layer norms.
const epsilon = 1e-12

// Config is a network's shape.
type Config struct {
	Width, Heads, Depth int
	Words               int // rows of the table of pieces
	Positions           int // pieces in a text at most
}

// Validate says in one line which setting cannot be.
func (c Config) Validate() error {
	if c.Heads < 1 || c.Width%c.Heads != 0 {
		return fmt.Errorf("bert: expected heads to divide the width %d, got %d", c.Width, c.Heads)
	}
	if c.Depth < 1 || c.Words < 1 || c.Positions < 2 {
		return fmt.Errorf("bert: expected a block, a word and two positions at least, got %d, %d "+
			"and %d", c.Depth, c.Words, c.Positions)
	}
	return nil
}

// kinds of segments that the published models have rows for; a text is of the first.
const kinds = 2

// Shapes lists the tensors under Hugging Face's names.
func Shapes(c Config) map[string][]int {
	shapes := map[string][]int{
		"embeddings.word_embeddings.weight":       {c.Words, c.Width},
		"embeddings.position_embeddings.weight":   {c.Positions, c.Width},
		"embeddings.token_type_embeddings.weight": {kinds, c.Width},
	}
	pair := func(name string, dims ...int) {
		shapes[name+".weight"], shapes[name+".bias"] = dims, dims[:1]
	}
	pair("embeddings.LayerNorm", c.Width)
	for i := range c.Depth {
		at := fmt.Sprintf("encoder.layer.%d.", i)
		for _, name := range []string{"attention.self.query", "attention.self.key",
			"attention.self.value", "attention.output.dense"} {
			pair(at+name, c.Width, c.Width)
		}
		pair(at+"intermediate.dense", 4*c.Width, c.Width)
		pair(at+"output.dense", c.Width, 4*c.Width)
		pair(at+"attention.output.LayerNorm", c.Width)
		pair(at+"output.LayerNorm", c.Width)
	}
	return shapes
}

// States gives the last states of texts [B, T, C] from their pieces: ids [B, T] int32, and here
// [B, T], which is 1 where there is a piece and 0 beyond the end.
func States(scope *model.Scope, c Config, ids, here *Node) *Node {
	g, t := ids.Graph(), ids.Shape().Dimensions[1]
	e := scope.At("embeddings")
	table := func(name string, rows int) *Node {
		return layer.Param(e.At("%s", name), g, "weight", rows, c.Width)
	}
	x := Gather(table("word_embeddings", c.Words), ExpandAxes(ids, -1)) // [B, T, C]
	x = Add(x, ExpandAxes(Slice(table("position_embeddings", c.Positions), AxisRange(0, t)), 0))
	x = Add(x, ExpandAxes(Slice(table("token_type_embeddings", kinds), AxisRange(0, 1)), 0))
	x = layer.LayerNorm(e.At("LayerNorm"), x, epsilon)
	hide := MulScalar(Reshape(OneMinus(here), -1, 1, 1, t), -1e9)
	for i := range c.Depth {
		x = block(layer.At(scope, fmt.Sprintf("encoder.layer.%d", i)), c, x, hide)
	}
	return x
}

// block is a post-norm transformer block: [B, T, C] to the same. hide [B, 1, 1, T] is added to the
// scores.
func block(scope *model.Scope, c Config, x, hide *Node) *Node {
	head := func(name string) *Node {
		return layer.Heads(layer.Linear(layer.At(scope, "attention.self."+name), x, c.Width),
			c.Heads)
	}
	scores := DivScalar(Einsum("bhqd,bhkd->bhqk", head("query"), head("key")),
		math.Sqrt(float64(c.Width/c.Heads)))
	y := layer.MergeHeads(Einsum("bhqk,bhkd->bhqd", Softmax(Add(scores, hide), -1), head("value")))
	x = layer.LayerNorm(layer.At(scope, "attention.output.LayerNorm"),
		Add(x, layer.Linear(layer.At(scope, "attention.output.dense"), y, c.Width)), epsilon)
	y = layer.GELU(layer.Linear(layer.At(scope, "intermediate.dense"), x, 4*c.Width))
	return layer.LayerNorm(layer.At(scope, "output.LayerNorm"),
		Add(x, layer.Linear(layer.At(scope, "output.dense"), y, c.Width)), epsilon)
}

// Embed gives texts' vectors [B, C], of unit length, from ids [B, T] int32 that are 0 beyond the
// end.
func Embed(scope *model.Scope, c Config, ids *Node) *Node {
	here := ConvertDType(NotEqual(ids, ZerosLike(ids)), dtypes.Float32) // [B, T]
	x := States(scope, c, ids, here)
	return layer.Normalize(Einsum("btc,bt->bc", x, here), 1e-9) // the mean's direction
}
