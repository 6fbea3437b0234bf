package verify

import (
	"fmt"
	"path/filepath"

	"adlab/pkg/bert"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// sentence: texts to pieces, to the last states, to one vector each.
func sentence(c *checker) {
	var j struct {
		Heads     int
		Texts     []string
		Tolerance float64
	}
	c.json("sentence", &j)
	m := must(bert.Open(c.file("weights_hf").Path(), j.Heads))
	ids := c.pieces(m, j.Texts)
	outputs := must(model.CallOnceN(c.backend, m.Store(),
		func(scope *model.Scope, x *Node) []*Node {
			here := ConvertDType(NotEqual(x, ZerosLike(x)), dtypes.Float32)
			return []*Node{bert.Embed(scope, m.Config, x), bert.States(scope, m.Config, x, here)}
		}, ids))
	c.against(outputs[0], "io", "embedding", j.Tolerance)
	c.against(outputs[1], "io", "last", j.Tolerance)
}

// sentenceReal: vectors of the fetched MiniLM, whose weights no folder has.
func sentenceReal(c *checker) {
	var j struct {
		Texts     []string
		Tolerance float64
	}
	c.json("sentence_real", &j)
	m := must(bert.Open(fetched("dinov2-minilm", bert.MiniLM[0]), 0))
	ids := c.pieces(m, j.Texts)
	out := must(model.CallOnce(c.backend, m.Store(), func(scope *model.Scope, x *Node) *Node {
		return bert.Embed(scope, m.Config, x)
	}, ids))
	c.against(out, "io", "embedding", j.Tolerance)
}

// pieces are the ids of the folder's texts, which must be its own.
func (c *checker) pieces(m *bert.Model, texts []string) *tensors.Tensor {
	shape := c.file("io").Shape("ids")
	want := must(c.file("io").Int64s("ids", shape...))
	var ids []int32
	for _, text := range texts {
		ids = append(ids, m.IDs(text, shape[1])...)
	}
	for i, id := range ids {
		if int64(id) != want[i] {
			panic(fmt.Errorf("%s: text %q, piece %d: expected %d, got %d",
				filepath.Base(c.file("io").Path()), texts[i/shape[1]], i%shape[1], want[i], id))
		}
	}
	return tensors.FromFlatDataAndDimensions(ids, len(texts), shape[1])
}
