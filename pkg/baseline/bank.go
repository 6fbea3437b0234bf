package baseline

import (
	"context"
	"math/rand/v2"

	"adlab/pkg/encoder"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// drawBatch is the number of images whose tokens are made together.
const drawBatch = 16

// drawTokens draws size of the images' tokens, or all where there are fewer, without repetition and
// in their order: [size, C']. graph makes tokens [B, N, C'] of features [B, groups, N, C].
func drawTokens(ctx context.Context, backend compute.Backend, f *encoder.Features, size int,
	rng *rand.Rand, graph func(*Node) *Node) (*tensors.Tensor, error) {
	total := f.Len * f.Tokens
	return takeTokens(ctx, backend, f, sampleSorted(rng, total, min(size, total)), graph)
}

// takeTokens gives the images' tokens at places, which ascend and count through all tokens of the
// first image, then of the next: [len(places), C'].
func takeTokens(ctx context.Context, backend compute.Backend, f *encoder.Features, drawn []int,
	graph func(*Node) *Node) (*tensors.Tensor, error) {
	exec, err := NewExec(backend, graph)
	if err != nil {
		return nil, err
	}
	batch := min(drawBatch, f.Len)
	var rows []float32
	channels := 0
	for at := 0; at < len(drawn); {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		first := drawn[at] / f.Tokens
		places := make([]int, batch) // one shape; beyond the last image it again
		for i := range places {
			places[i] = min(first+i, f.Len-1)
		}
		out, err := exec.Call1(f.Batch(places))
		if err != nil {
			return nil, err
		}
		if channels == 0 {
			channels = out.Shape().Dimensions[2]
			rows = make([]float32, 0, len(drawn)*channels)
		}
		out.MustConstFlatData(func(flat any) {
			for ; at < len(drawn) && drawn[at] < (first+batch)*f.Tokens; at++ {
				from := (drawn[at] - first*f.Tokens) * channels
				rows = append(rows, flat.([]float32)[from:from+channels]...)
			}
		})
		out.FinalizeAll()
	}
	return tensors.FromFlatDataAndDimensions(rows, len(drawn), channels), nil
}

// everyToken are the places of all tokens of the images.
func everyToken(f *encoder.Features) []int {
	places := make([]int, f.Len*f.Tokens)
	for i := range places {
		places[i] = i
	}
	return places
}

// sampleSorted draws size of the numbers below n without repetition, in ascending order (Knuth's
// selection sampling).
func sampleSorted(rng *rand.Rand, n, size int) []int {
	out := make([]int, 0, size)
	for i := 0; i < n && len(out) < size; i++ {
		if rng.IntN(n-i) < size-len(out) {
			out = append(out, i)
		}
	}
	return out
}

// squaredDistances are those of vectors [T, C] to a bank [M, C]: [T, M]. They come from ‖x‖² + ‖m‖²
// - 2·x·m, and what cannot be told from the rounding of that is 0.
func squaredDistances(x, bank *Node) *Node {
	norm := func(v *Node) *Node { return ReduceSum(Square(v), -1) }
	norms := Add(ExpandAxes(norm(x), 1), ExpandAxes(norm(bank), 0)) // [T, M]
	d := Sub(norms, MulScalar(Dot(x, bank).General([]int{1}, nil, []int{1}, nil), 2))
	return Where(LessThan(d, MulScalar(norms, 1e-5)), ZerosLike(d), d)
}

// bankBlock is how many tokens of a bank are compared with at a time: what lies between grows with
// it, not with the bank.
const bankBlock = 16_384

// nearest is the squared distance of each token [B, N, C] to the nearest of the bank [M, C]: [B,
// N].
func nearest(x, bank *Node) *Node {
	b, n, c := x.Shape().Dimensions[0], x.Shape().Dimensions[1], x.Shape().Dimensions[2]
	flat, size := Reshape(x, b*n, c), bank.Shape().Dimensions[0]
	if size <= bankBlock {
		return Reshape(ReduceMin(squaredDistances(flat, bank), -1), b, n)
	}
	var best *Node
	for at := 0; at < size; at += bankBlock {
		block := Slice(bank, AxisRange(at, min(at+bankBlock, size)))
		d := ReduceMin(squaredDistances(flat, block), -1)
		if best == nil {
			best = d
		} else {
			best = Min(best, d)
		}
	}
	return Reshape(best, b, n)
}
