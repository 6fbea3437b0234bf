package align

import (
	"adlab/pkg/pretrain/sentence"

	. "github.com/gomlx/gomlx/core/graph"
)

// Shown is the part of a patch that a flaw must cover for the patch to be all flaw.
const Shown = 0.25

// Dense is the cross-entropy of patches' logits [N, P, C] with the images' states named [N, C]
// as far as the flaw covers the patch, and with the normal state, which is the first, as far as it
// does not: both halves count the same, and so do all images with a flaw, or large flaws of few
// images would drown the rest. cover is [N, P].
func Dense(logits, cover, named *Node) *Node {
	flawed := ClipScalar(DivScalar(cover, Shown), 0, 1)
	logs := LogSoftmax(logits, -1)
	normal := Squeeze(Slice(logs, AxisRange(), AxisRange(), AxisRange(0, 1)), -1) // [N, P]
	own := Einsum("npc,nc->np", logs, named)
	amount := ReduceSum(flawed, -1)                                      // [N]
	each := Div(ReduceSum(Mul(own, flawed), -1), AddScalar(amount, 0.3)) // [N], 0 without a flaw
	with := Div(amount, AddScalar(amount, 0.3))
	sound := OneMinus(flawed)
	flaws := Div(ReduceAllSum(each), AddScalar(ReduceAllSum(with), 1e-3))
	return MulScalar(Add(flaws, Div(ReduceAllSum(Mul(normal, sound)),
		AddScalar(ReduceAllSum(sound), 1e-3))), -0.5)
}

// CrossEntropy is the mean of -Σ target·log softmax(logits) over the rows: [N, C] both.
func CrossEntropy(logits, target *Node) *Node {
	return Neg(ReduceAllMean(ReduceSum(Mul(LogSoftmax(logits, -1), target), -1)))
}

// Twins says what each state counts as: itself, but for the types that are drawn alike, which count
// as each other.
func Twins() [][]float32 {
	kinds := append([]string{""}, sentence.Types()...)
	out := make([][]float32, len(kinds))
	for i, a := range kinds {
		out[i] = make([]float32, len(kinds))
		for k, b := range kinds {
			if a == b || a == "thread" && b == "foreign" || a == "foreign" && b == "thread" {
				out[i][k] = 1
			}
		}
		if a == "thread" || a == "foreign" {
			for k := range out[i] {
				out[i][k] /= 2
			}
		}
	}
	return out
}
