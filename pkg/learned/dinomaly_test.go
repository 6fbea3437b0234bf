package learned

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// TestLinearAttentionIsTheDirectProduct, which weighs every value for every query.
func TestLinearAttentionIsTheDirectProduct(t *testing.T) {
	const heads, n, dim = 2, 7, 5
	q, k, v := normals(1, 2*heads*n*dim), normals(2, 2*heads*n*dim), normals(3, 2*heads*n*dim)
	phi := func(x float32) float64 { // elu + 1
		if x > 0 {
			return float64(x) + 1
		}
		return math.Exp(float64(x))
	}
	want := make([]float64, len(v))
	for h := range 2 * heads {
		at := func(i, c int) int { return (h*n+i)*dim + c }
		for i := range n {
			sum := 0.0
			for j := range n {
				weight := 0.0
				for c := range dim {
					weight += phi(q[at(i, c)]) * phi(k[at(j, c)])
				}
				sum += weight
				for c := range dim {
					want[at(i, c)] += weight * float64(v[at(j, c)])
				}
			}
			for c := range dim {
				want[at(i, c)] /= sum
			}
		}
	}
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		of := func(x []float32) *tensors.Tensor {
			return tensors.FromFlatDataAndDimensions(x, 2, heads, n, dim)
		}
		got, err := CallOnce(b, func(q, k, v *Node) *Node {
			return linearAttention(positive(q), positive(k), v)
		}, of(q), of(k), of(v))
		require.NoError(t, err)
		near(t, want, tensors.MustCopyFlatData[float32](got), 1e-5, "attention")
	})
}

// TestLooseLoss against plain arithmetic: the value is that of the plain distance, and the gradient
// that one's, by finite differences, a tenth of it where a token is among the easy ones.
func TestLooseLoss(t *testing.T) {
	const images, n, dim = 3, 10, 4
	target, output := wide(normals(1, images*n*dim)), wide(normals(2, images*n*dim))
	value := func(x []float64) float64 {
		sum := 0.0
		for i := range images {
			at := i * n * dim
			sum += 1 - cosine(target[at:at+n*dim], x[at:at+n*dim])
		}
		return sum / images
	}
	plain := differences(value, output)
	distances := make([]float64, images*n)
	for i := range distances {
		distances[i] = 1 - cosine(target[i*dim:(i+1)*dim], output[i*dim:(i+1)*dim])
	}
	sorted := slices.Sorted(slices.Values(distances))
	for share, easy := range map[float64]int{0: 0, 0.5: 15, 0.9: 27, 1: images*n - 1} {
		want := slices.Clone(plain)
		for i, d := range distances {
			if d < sorted[easy] {
				for c := range dim {
					want[i*dim+c] *= 0.1
				}
			}
		}
		eachBackend(t, func(t *testing.T, b compute.Backend) {
			out, err := CallOnceN(b, func(target, output *Node) []*Node {
				loss := looseLoss(target, output, Scalar(output.Graph(), output.DType(), share))
				return append(Gradient(loss, output), loss)
			}, tensors.FromFlatDataAndDimensions(normals(1, images*n*dim), images, n, dim),
				tensors.FromFlatDataAndDimensions(normals(2, images*n*dim), images, n, dim))
			require.NoError(t, err)
			require.InDelta(t, value(output), tensors.ToScalar[float32](out[1]), 1e-6)
			near(t, want, tensors.MustCopyFlatData[float32](out[0]), 1e-6,
				fmt.Sprintf("gradient at a share of %g", share))
		})
	}
}

// TestTheShareOfEasyTokensGrows from none: the first step is the plain loss's.
func TestTheShareOfEasyTokensGrows(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		n := dinomaly{shape: shape{groups: 2, grid: 3, width: 8}, heads: 1, blocks: 2, growth: 4}
		store := storeOf(t, n.weights().draw(1))
		norms := func(step float32) []float32 {
			return call(t, b, store, func(scope *model.Scope, x *Node) []*Node {
				taps := []*Node{x, Reverse(x, 1)}
				g := x.Graph()
				v := store.GetVariable("/decoder/0/mlp/fc1/weight").NodeValue(g)
				loose := Gradient(n.loss(scope, taps, &draws{step: Const(g, step)}), v)[0]
				targets, outputs := n.forward(scope, taps, nil)
				plain := Gradient(DivScalar(Add(imageDistance(targets[0], outputs[0]),
					imageDistance(targets[1], outputs[1])), 2), v)[0]
				return []*Node{Stack([]*Node{ReduceAllSum(Square(loose)),
					ReduceAllSum(Square(plain)), ReduceAllMax(Abs(Sub(loose, plain)))}, 0)}
			}, tensor(1, 2, 9, 8))[0]
		}
		first, later := norms(0), norms(4)
		require.InDelta(t, 0, first[2], 1e-6, "nothing is taken away at first")
		require.Less(t, later[0], 0.5*later[1], "most is taken away in the end")
	})
}

// TestRecentringTakesTheMeanAway: what all tokens of an image share does not count.
func TestRecentringTakesTheMeanAway(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		n := dinomaly{shape: shape{groups: 1, grid: 3, width: 8}, heads: 1, blocks: 2,
			recentre: true}
		store := storeOf(t, n.weights().draw(1))
		out := call(t, b, store, func(scope *model.Scope, x *Node) []*Node {
			shifted := Add(x, Slice(Reverse(x, 1), AxisRange(), AxisRange(0, 1)))
			return []*Node{n.distances(scope, []*Node{x}), n.distances(scope, []*Node{shifted})}
		}, tensor(1, 2, 9, 8))
		near(t, wide(out[0]), out[1], 1e-4, "distances of shifted tokens")
	})
}
