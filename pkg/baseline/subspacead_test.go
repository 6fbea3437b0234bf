package baseline

import (
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/encoder"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// TestSubspaceADEqualsGonumsSVD: mean, number of components, what they span, and the scores, the
// largest of four residuals, are those of a singular value decomposition of the tokens.
func TestSubspaceADEqualsGonumsSVD(t *testing.T) {
	const images, channels = 40, 6
	samples := coloured(t, images+3)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		x := &encoder.Cache{Backend: b.Backend, Encoder: quarters{}, Dir: t.TempDir()}
		f, err := x.Extract(t.Context(), samples)
		require.NoError(t, err)
		all := tokensOf(f, len(samples))
		f.Close()
		data := mat.NewDense(images*4, channels, nil)
		for i := range images {
			for n, token := range all[i] {
				data.SetRow(4*i+n, token)
			}
		}
		var means []float64
		for c := range channels {
			means = append(means, stat.Mean(mat.Col(nil, c, data), nil))
			for i := range images * 4 {
				data.Set(i, c, data.At(i, c)-means[c])
			}
		}
		var svd mat.SVD
		require.True(t, svd.Factorize(data, mat.SVDThin))
		var right mat.Dense
		svd.VTo(&right)
		total := 0.0
		for _, s := range svd.Values(nil) {
			total += s * s
		}
		for _, share := range []float64{0.5, 0.9, 0.99} {
			k, kept := 0, 0.0
			for kept < share*total {
				kept += svd.Values(nil)[k] * svd.Values(nil)[k]
				k++
			}
			d := NewSubspaceAD(x)
			d.Variance = share
			require.NoError(t, d.Fit(t.Context(), samples[:images]))
			bytes, _ := Kept(d)
			require.Equal(t, 4*(channels+channels*k), bytes, "%d components keep %g", k, share)
			predictions, err := predictAll(t.Context(), d, samples[images:])
			require.NoError(t, err)
			for i, p := range predictions {
				want := 0.0
				for _, token := range all[images+i] {
					rest := mat.NewVecDense(channels, nil)
					for c, v := range token {
						rest.SetVec(c, v-means[c])
					}
					whole := mat.VecDenseCopyOf(rest)
					for c := range k {
						v := right.ColView(c)
						rest.AddScaledVec(rest, -mat.Dot(whole, v), v)
					}
					want = max(want, mat.Dot(rest, rest))
				}
				require.InEpsilon(t, want, p.Score, 2e-3, "share %g", share)
			}
		}
	}
}

// TestPrincipalKeepsOneDirectionAtLeast, also of tokens that are all alike.
func TestPrincipalKeepsOneDirectionAtLeast(t *testing.T) {
	basis, err := principal(mat.NewSymDense(3, nil), 0.99)
	require.NoError(t, err)
	_, k := basis.Dims()
	require.Equal(t, 1, k)
	basis, err = principal(mat.NewSymDense(2, []float64{1, 0, 0, 4}), 0.5)
	require.NoError(t, err)
	require.InDelta(t, 1, basis.At(1, 0)*basis.At(1, 0), 1e-12, "the stronger axis")
}

// TestWideTokensAreRefused in one line.
func TestWideTokensAreRefused(t *testing.T) {
	b, err := backend.Open(backend.Available()[0])
	require.NoError(t, err)
	err = NewSubspaceAD(&encoder.Cache{Backend: b.Backend, Encoder: NewHOG()}).Fit(t.Context(),
		coloured(t, 1))
	require.ErrorContains(t, err, "subspacead: expected tokens of at most 4096 numbers")
	require.ErrorContains(t, err, "got 7056 of encoder hog")
}
