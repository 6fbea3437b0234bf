package baseline

import (
	"math"
	"math/rand/v2"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/encoder"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/stretchr/testify/require"
)

// cosine is that of two vectors.
func cosine(a, b []float64) float64 {
	ab, aa, bb := 0.0, 0.0, 0.0
	for i := range a {
		ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

// radMap is what RAD says of a picture by its definition: 1 less the best cosine within r steps
// among pictures, the mean over levels of so many channels.
func radMap(x [][]float64, pictures [][][]float64, grid, width, r int) (out []float64) {
	for n := range x {
		sum, levels := 0.0, len(x[n])/width
		for l := range levels {
			best := -1.0
			for _, p := range pictures {
				for m := range p {
					if max(n/grid-m/grid, m/grid-n/grid, n%grid-m%grid, m%grid-n%grid) <= r {
						best = max(best, cosine(x[n][l*width:(l+1)*width],
							p[m][l*width:(l+1)*width]))
					}
				}
			}
			sum += best / float64(levels)
		}
		out = append(out, 1-sum)
	}
	return out
}

// TestTheWindowEqualsALoop on a grid of 5, for two pictures at once, beyond whose edges nothing is.
func TestTheWindowEqualsALoop(t *testing.T) {
	const grid, levels, width, k = 5, 2, 3, 4
	rng := rand.New(rand.NewPCG(7, 8))
	draw := func() (tokens [][]float64) { // of unit length a level
		for range grid * grid {
			var v []float64
			for range levels {
				var part []float64
				for range width {
					part = append(part, rng.NormFloat64())
				}
				length := math.Sqrt(squared(part, make([]float64, width)))
				for _, p := range part {
					v = append(v, p/length)
				}
			}
			tokens = append(tokens, v)
		}
		return tokens
	}
	var x [][][]float64
	var x32 [][][]float32
	found, found32 := make([][][][]float64, 2), make([][][][]float32, 2)
	for i := range 2 {
		x = append(x, draw())
		x32 = append(x32, float32Tokens(x[i]))
		for range k {
			p := draw()
			found[i], found32[i] = append(found[i], p), append(found32[i], float32Tokens(p))
		}
	}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		for _, r := range []int{0, 1, 2, 7} {
			out, err := CallOnce(b.Backend, func(x, found *Node) *Node {
				return OneMinus(highestAround(x, found, grid, levels, r))
			}, x32, found32)
			require.NoError(t, err)
			for i, row := range out.Value().([][]float32) {
				for n, want := range radMap(x[i], found[i], grid, width, r) {
					require.InDelta(t, want, row[n], 1e-5, "r = %d, picture %d, token %d", r, i, n)
				}
			}
		}
	}
}

// TestRADEqualsTheDefinition from pictures to the score, which is the largest distance of four
// tokens.
func TestRADEqualsTheDefinition(t *testing.T) {
	const images, k = 9, 3
	samples := coloured(t, images+3)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		x := &encoder.Cache{Backend: b.Backend, Encoder: quarters{}, Dir: t.TempDir()}
		f, err := x.Extract(t.Context(), samples)
		require.NoError(t, err)
		all := tokensOf(f, len(samples))
		described := make([][]float64, len(all))
		for i, tokens := range all {
			var unit [][]float64
			for _, v := range tokens {
				var u []float64
				for l := range 2 {
					part := v[3*l : 3*l+3]
					length := math.Sqrt(squared(part, make([]float64, 3)))
					u = append(u, part[0]/length, part[1]/length, part[2]/length)
				}
				unit = append(unit, u)
			}
			mean := averaged(unit)
			length := math.Sqrt(squared(mean, make([]float64, 6)))
			for c := range mean {
				mean[c] /= length
			}
			described[i] = mean
		}
		for _, radius := range []int{0, 1} {
			d := NewRAD(x)
			d.Neighbours, d.Radius = k, radius
			require.NoError(t, d.Fit(t.Context(), samples[:images]))
			predictions, err := predictAll(t.Context(), d, samples[images:])
			require.NoError(t, err)
			for i, p := range predictions {
				var found [][][]float64
				for _, at := range nearestPictures(described[images+i], described[:images])[:k] {
					found = append(found, all[at])
				}
				want := 0.0
				for _, v := range radMap(all[images+i], found, 2, 3, radius) {
					want = max(want, v)
				}
				require.InDelta(t, want, p.Score, 1e-4)
			}
		}
		f.Close()
	}
}
