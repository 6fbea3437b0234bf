package prompted

import (
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
)

// windowsByLoop are the unit means of patches [grid²][d] over windows of k × k.
func windowsByLoop(patches [][]float64, grid, k int) (out [][]float64) {
	for y := range grid - k + 1 {
		for x := range grid - k + 1 {
			sum := make([]float64, len(patches[0]))
			for i := range k * k {
				for c, v := range patches[(y+i/k)*grid+x+i%k] {
					sum[c] += v
				}
			}
			out = append(out, unit(sum))
		}
	}
	return out
}

// spreadByLoop is the harmonic mean, for each patch, of the values of the windows over it.
func spreadByLoop(values []float64, grid, k int) []float64 {
	out, m := make([]float64, grid*grid), grid-k+1
	for at := range out {
		sum, count := 0.0, 0.0
		for w, v := range values {
			if y, x := at/grid-w/m, at%grid-w%m; y >= 0 && y < k && x >= 0 && x < k {
				sum, count = sum+1/v, count+1
			}
		}
		out[at] = count / sum
	}
	return out
}

func TestWindowsByALoop(t *testing.T) {
	const grid, d = 5, 3
	rng := rand.New(rand.NewPCG(1, 2))
	patches, flat := make([][]float64, grid*grid), []float32{}
	for i := range patches {
		for range d {
			x := float32(rng.NormFloat64())
			patches[i], flat = append(patches[i], float64(x)), append(flat, x)
		}
	}
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		for _, k := range []int{1, 2, 3, 5} {
			x := tensors.FromFlatDataAndDimensions(flat, 1, grid*grid, d)
			out, err := CallOnceN(b, func(x *Node) []*Node {
				w := Windows(x, k)
				values := AddScalar(first(w), 1.5) // positive
				return []*Node{w, values, Spread(values, k, grid)}
			}, x)
			require.NoError(t, err)
			want := windowsByLoop(patches, grid, k)
			got := tensors.MustCopyFlatData[float32](out[0])
			require.Len(t, got, len(want)*d)
			var values []float64
			for i, w := range want {
				for c, v := range w {
					require.InDelta(t, v, got[i*d+c], 1e-5)
				}
				values = append(values, w[0]+1.5)
			}
			spread := tensors.MustCopyFlatData[float32](out[2])
			for i, v := range spreadByLoop(values, grid, k) {
				require.InDelta(t, v, spread[i], 1e-5, "windows of %d, patch %d", k, i)
			}
		}
	})
}

func TestHarmonicMean(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		out, err := CallOnce(b, func(x, y, z *Node) *Node { return Harmonic(x, y, z) },
			[]float32{1, 0.2, 0}, []float32{2, 0.4, 0.5}, []float32{4, 0.8, 0.5})
		require.NoError(t, err)
		got := tensors.MustCopyFlatData[float32](out)
		require.InDelta(t, 3/(1+0.5+0.25), got[0], 1e-6)
		require.InDelta(t, 3/(5+2.5+1.25), got[1], 1e-6)
		require.InDelta(t, 0, got[2], 1e-5, "what one of them denies is denied")
	})
}
