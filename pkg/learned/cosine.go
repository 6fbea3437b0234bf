package learned

import (
	"adlab/pkg/encoder"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
)

// cosineDistance is 1 - cos over the channels of a and b, [B, N, C] each: [B, N], in 0..2.
func cosineDistance(a, b *Node) *Node { return OneMinus(layer.Cosine(a, b, -1)) }

// cosineDistances are the mean over the groups of targets and outputs, [B, N, C] each: [B, N], in
// 0..2.
func cosineDistances(targets, outputs []*Node) *Node {
	distances := make([]*Node, len(targets))
	for g := range targets {
		distances[g] = cosineDistance(targets[g], outputs[g])
	}
	return encoder.Mean(distances)
}

// imageDistance is 1 - cos of each image's tokens as one long vector, averaged over the images: a
// scalar, in 0..2.
func imageDistance(a, b *Node) *Node {
	n := a.Shape().Dimensions[0]
	return ReduceAllMean(cosineDistance(Reshape(a, n, -1), Reshape(b, n, -1)))
}

// weighed is x, of whose gradient only a share w, constant, goes on.
func weighed(x, w *Node) *Node {
	still := StopGradient(x)
	return Add(still, Mul(StopGradient(w), Sub(x, still)))
}

// standardized brings each token to zero mean and unit variance over its channels, so that the
// scale of an encoder's levels decides nothing where distances are Euclidean: [B, N, C] to the
// same.
func standardized(x *Node) *Node {
	x = Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	return Div(x, Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceMean, -1), 1e-6)))
}

// beside puts the groups' tokens side by side, each standardised: [B, N, C] each to [B, N, G·C].
func beside(taps []*Node) *Node {
	parts := make([]*Node, len(taps))
	for g, t := range taps {
		parts[g] = standardized(t)
	}
	return Concatenate(parts, -1)
}
