package baseline

import (
	"cmp"
	"slices"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/encoder"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/stretchr/testify/require"
)

// tokensOf are the tokens of each image of quarters, both levels side by side.
func tokensOf(f *encoder.Features, images int) (all [][][]float64) {
	for i := range images {
		flat, tokens := f.At(i), make([][]float64, f.Tokens)
		for n := range tokens {
			for g := range f.Groups {
				for c := range f.Width {
					tokens[n] = append(tokens[n], float64(flat[(g*f.Tokens+n)*f.Width+c]))
				}
			}
		}
		all = append(all, tokens)
	}
	return all
}

// squared is the squared distance of two vectors.
func squared(a, b []float64) (sum float64) {
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return sum
}

// averaged is the mean of vectors.
func averaged(all [][]float64) []float64 {
	out := make([]float64, len(all[0]))
	for _, v := range all {
		for i, x := range v {
			out[i] += x / float64(len(all))
		}
	}
	return out
}

// nearestPictures are the places of those whose mean tokens are nearest, the nearest first.
func nearestPictures(x []float64, pictures [][]float64) []int {
	order := make([]int, len(pictures))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(squared(x, pictures[a]), squared(x, pictures[b]))
	})
	return order
}

// TestSPADEEqualsTheDefinition holds score and distances against loops over pictures and tokens.
func TestSPADEEqualsTheDefinition(t *testing.T) {
	const images, k = 9, 3
	samples := coloured(t, images+3)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		x := &encoder.Cache{Backend: b.Backend, Encoder: quarters{}, Dir: t.TempDir()}
		f, err := x.Extract(t.Context(), samples)
		require.NoError(t, err)
		all := tokensOf(f, len(samples))
		var pictures [][]float64
		for i := range images {
			pictures = append(pictures, averaged(all[i]))
		}
		s := NewSPADE(x)
		s.Neighbours = k
		require.NoError(t, s.Fit(t.Context(), samples[:images]))
		predictions, err := predictAll(t.Context(), s, samples[images:])
		require.NoError(t, err)
		bytes, ok := Kept(s)
		require.True(t, ok)
		require.Equal(t, 4*(images*4*6+images*6), bytes)
		for i, p := range predictions {
			near := nearestPictures(averaged(all[images+i]), pictures)[:k]
			want := 0.0
			var found [][][]float32
			for _, at := range near {
				want += squared(averaged(all[images+i]), pictures[at]) / k
				found = append(found, float32Tokens(all[at]))
			}
			require.InEpsilon(t, want, p.Score, 1e-3)
			out, err := CallOnce(b.Backend, correspondences,
				[][][]float32{float32Tokens(all[images+i])}, [][][][]float32{found})
			require.NoError(t, err)
			for n, got := range out.Value().([][]float32)[0] {
				least := squared(all[images+i][n], all[near[0]][0])
				for _, at := range near {
					for _, token := range all[at] {
						least = min(least, squared(all[images+i][n], token))
					}
				}
				require.InDelta(t, least, got, 1e-3*least+0.2, "below 1e-5 of the norms it is 0")
			}
		}
		f.Close()
	}
}

func float32Tokens(tokens [][]float64) (out [][]float32) {
	for _, token := range tokens {
		var row []float32
		for _, v := range token {
			row = append(row, float32(v))
		}
		out = append(out, row)
	}
	return out
}
