package prompted

import (
	"fmt"
	"slices"
	"strings"

	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/setting"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// reader is the frozen text tower of a pair, which reads learned vectors among its words.
type reader struct {
	pair  encoder.Pair
	table *model.Variable // of the tower's words, [Words, C]
}

// tables are what checkpoints call a text tower's table of words.
var tables = []string{"token_embedding.weight", "word_embeddings.weight"}

// newReader finds the table of words of a pair.
func newReader(pair encoder.Pair) (*reader, error) {
	for v := range pair.Store().IterVariables() {
		if slices.ContainsFunc(tables, func(name string) bool {
			return strings.HasSuffix(layer.Name(v.Path()), name)
		}) {
			return &reader{pair, v}, nil
		}
	}
	return nil, fmt.Errorf("%s: expected a text tower with a tensor %s, found none", pair.Name(),
		strings.Join(tables, " or "))
}

// width is C.
func (r *reader) width() int { return r.table.Shape().Dimensions[1] }

// phrase is a text with learned vectors before and after it, by their numbers.
type phrase struct {
	before []int32
	text   string
	after  []int32
}

// vectors are the numbers of n learned vectors from the first.
func vectors(from, n int) (numbers []int32) {
	for i := range n {
		numbers = append(numbers, int32(from+i))
	}
	return numbers
}

// ids are a phrase's: the tower's own, and -1 less its number for a learned vector. Words that
// there is no room for are cut.
func (r *reader) ids(p phrase) ([]int32, error) {
	read, err := r.pair.Read(p.text)
	if err != nil {
		return nil, err
	}
	end := len(read) - 1 // of the tower's end mark, behind which are zeros
	for end > 1 && read[end] == 0 {
		end--
	}
	room := len(read) - 2 - len(p.before) - len(p.after)
	if room < 1 {
		return nil, setting.Errorf("Context", "the text tower reads %d pieces: expected fewer "+
			"learned vectors than that, got %d", len(read), len(p.before)+len(p.after))
	}
	out := read[:1:1]
	for _, n := range p.before {
		out = append(out, -1-n)
	}
	out = append(out, read[1:min(end, 1+room)]...)
	for _, n := range p.after {
		out = append(out, -1-n)
	}
	return append(out, read[end]), nil
}

// sheetStep is what a sheet's width is a multiple of, so that few shapes are compiled.
const sheetStep = 8

// sheet joins phrases, as many of each product: [P, S, T] int32, filled up with zeros.
func (r *reader) sheet(products ...[]phrase) (*tensors.Tensor, error) {
	var rows [][]int32
	longest := 0
	for _, phrases := range products {
		for _, p := range phrases {
			row, err := r.ids(p)
			if err != nil {
				return nil, err
			}
			rows, longest = append(rows, row), max(longest, len(row))
		}
	}
	limit, err := r.pair.Read("")
	if err != nil {
		return nil, err
	}
	width := min((longest+sheetStep-1)/sheetStep*sheetStep, len(limit))
	flat := make([]int32, len(rows)*width)
	for i, row := range rows {
		copy(flat[i*width:], row)
	}
	return tensors.FromFlatDataAndDimensions(flat, len(products), len(products[0]), width), nil
}

// Embed reads a sheet [P, S, T] with learned vectors [L, C], or the sheet's rows of B images [B, S,
// T] with those that each image has for itself [B, L, C]: embeddings of unit length as columns, [P,
// D, S] or [B, D, S].
//
// While the tower is built its table of words has the learned vectors in it, behind the row that
// fills up; the words follow, so that the end mark's number stays the largest.
func (r *reader) Embed(sheet, learned *Node) *Node {
	p, s, t := sheet.Shape().Dimensions[0], sheet.Shape().Dimensions[1],
		sheet.Shape().Dimensions[2]
	count, none := learned.Shape().Size()/r.width(), ZerosLike(sheet)
	rows := Neg(sheet) // of learned vectors
	if learned.Rank() == 3 {
		rows = Add(rows, MulScalar(Iota(sheet.Graph(), sheet.Shape(), 0),
			learned.Shape().Dimensions[1]))
	}
	rows = Where(LessThan(sheet, none), rows,
		Where(GreaterThan(sheet, none), AddScalar(sheet, count), none))
	words := r.table.NodeValue(sheet.Graph())
	r.table.SetNodeValue(Concatenate([]*Node{Slice(words, AxisRange(0, 1)),
		Reshape(learned, count, r.width()), Slice(words, AxisRangeToEnd(1))}, 0))
	text := r.pair.Text(r.pair.Store().RootScope(), Reshape(rows, p*s, t))
	r.table.SetNodeValue(words)
	return TransposeAllAxes(Reshape(layer.Normalize(text, 1e-12), p, s, r.pair.Embed()), 0, 2, 1)
}
