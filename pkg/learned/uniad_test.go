package learned

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// TestFarApart against a direct loop over rows and columns; on every grid each token has something
// to look at.
func TestFarApart(t *testing.T) {
	for grid := 1; grid <= 17; grid++ {
		mask := farApart(grid, uniadReach)
		reach := uniadReach
		for reach >= 0 && 2*reach+2 > grid { // a token in the middle would see no other
			reach--
		}
		for row := range grid {
			for column := range grid {
				seen := 0
				for r := range grid {
					for c := range grid {
						near := r >= row-reach && r <= row+reach && c >= column-reach &&
							c <= column+reach
						require.Equal(t, near, mask[row*grid+column][r*grid+c] == hidden,
							"grid %d: from %d %d to %d %d", grid, row, column, r, c)
						if !near {
							seen++
						}
					}
				}
				require.Positive(t, seen, "grid %d: %d %d", grid, row, column)
			}
		}
	}
}

// TestAttentionLeavesNeighboursOut against a direct loop over the keys that are far enough.
func TestAttentionLeavesNeighboursOut(t *testing.T) {
	const grid, c, d = 5, 16, 16 / uniadHeads
	const n = grid * grid
	w := weights{"q": {c, c}, "k": {c, c}, "v": {c, c}}
	w.linear("proj", c, c)
	arrays := w.draw(3)
	x := normals(4, n*c)
	times := func(name string, x []float64) []float64 { // x·Wᵀ
		out, weight := make([]float64, n*c), arrays[name].Data
		for i := range n {
			for o := range c {
				for k := range c {
					out[i*c+o] += x[i*c+k] * float64(weight[o*c+k])
				}
			}
		}
		return out
	}
	q, k, v := times("q", wide(x)), times("k", wide(x)), times("v", wide(x))
	y := make([]float64, n*c)
	mask := farApart(grid, 1)
	for h := range uniadHeads {
		for i := range n {
			sum := 0.0
			for j := range n {
				if mask[i][j] == hidden {
					continue
				}
				dot := 0.0
				for e := h * d; e < (h+1)*d; e++ {
					dot += q[i*c+e] * k[j*c+e]
				}
				weight := math.Exp(dot / math.Sqrt(d))
				sum += weight
				for e := h * d; e < (h+1)*d; e++ {
					y[i*c+e] += weight * v[j*c+e]
				}
			}
			for e := h * d; e < (h+1)*d; e++ {
				y[i*c+e] /= sum
			}
		}
	}
	want := times("proj.weight", y)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		out := call(t, b, storeOf(t, arrays), func(scope *model.Scope, x *Node) []*Node {
			mask := Reshape(Const(x.Graph(), mask), 1, 1, n, n)
			return []*Node{attendTo(scope, x, x, x, mask)}
		}, tensors.FromFlatDataAndDimensions(x, 1, n, c))
		near(t, want, out[0], 1e-4, "attention")
	})
}

// TestJitteringFollowsTheNorm: a token's noise has scale·norm/channels as deviation, and there is
// none outside of training.
func TestJitteringFollowsTheNorm(t *testing.T) {
	const images, n, k = 2, 4, 4000
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		x := make([]float32, images*n*k)
		for i := range x {
			x[i] = float32(1 + i/k) // each token with a norm of its own
		}
		store, u := storeOf(t, nil), uniad{jitter: 20}
		out := call(t, b, store, func(_ *model.Scope, x *Node) []*Node {
			return []*Node{Sub(u.jittered(x, newDraws(store, x.Graph())), x),
				Sub(u.jittered(x, nil), x)}
		}, tensors.FromFlatDataAndDimensions(x, images, n, k))
		for i := range images * n {
			sum := 0.0
			for _, v := range out[0][i*k : (i+1)*k] {
				sum += float64(v) * float64(v)
			}
			norm := float64(1+i) * math.Sqrt(k)
			require.InEpsilon(t, 20*norm/k, math.Sqrt(sum/k), 0.05, "token %d", i)
		}
		require.Equal(t, make([]float32, images*n*k), out[1])
	})
}
