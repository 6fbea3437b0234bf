package baseline

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// TestMahalanobisByHand whitens with the inverse Cholesky factor of [[4, 2], [2, 5]], whose inverse
// is [[5, -2], [-2, 4]] / 16.
func TestMahalanobisByHand(t *testing.T) {
	whitening := [][][]float32{{{0.5, 0}, {-0.25, 0.5}}}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnce(b.Backend, mahalanobis, [][][]float32{{{3, 4}}, {{1, 1}}},
			[][]float32{{1, 1}}, whitening)
		require.NoError(t, err)
		got := out.Value().([][]float32)
		require.InDelta(t, math.Sqrt((2*(5*2-2*3)+3*(-2*2+4*3))/16.0), got[0][0], 1e-6)
		require.Zero(t, got[1][0], "the mean itself")
	}
}

// quarters is an encoder without weights: a token is the mean colour of a quarter of the picture,
// the second level its square. Tokens are far from zero.
type quarters struct{}

func (quarters) Name() string        { return "quarters" }
func (quarters) Digest() string      { return "quarters" }
func (quarters) Grid() int           { return 2 }
func (quarters) Width() int          { return 3 }
func (quarters) Groups() [][]int     { return [][]int{{0}, {1}} }
func (quarters) Store() *model.Store { return model.NewStore() }
func (quarters) Transform() imageio.Transform {
	return imageio.Transform{Resize: 4, Crop: 4, Std: [3]float32{0.1, 0.1, 0.1}}
}
func (quarters) Forward(_ *model.Scope, x *Node) []*Node {
	x = Reshape(ReduceMean(Reshape(x, x.Shape().Dimensions[0], 2, 2, 2, 2, 3), 2, 4),
		x.Shape().Dimensions[0], 4, 3)
	return []*Node{x, Square(x)}
}

// coloured writes pictures of 16 pixels of random colours.
func coloured(t *testing.T, images int) (samples []datasets.Sample) {
	dir, rng := t.TempDir(), rand.New(rand.NewPCG(5, 6))
	for i := range images {
		m := image.NewRGBA(image.Rect(0, 0, 4, 4))
		for k := range 16 {
			m.Set(k%4, k/4, color.RGBA{uint8(rng.IntN(256)), uint8(rng.IntN(256)),
				uint8(rng.IntN(256)), 255})
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%02d.png", i)))
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, m))
		require.NoError(t, f.Close())
		samples = append(samples, datasets.Sample{ID: filepath.Base(f.Name()), Path: f.Name()})
	}
	return samples
}

// TestPaDiMEqualsGonum holds the fitted model against gonum's covariance and Mahalanobis distance.
func TestPaDiMEqualsGonum(t *testing.T) {
	const images, tokens, channels = 9, 4, 6
	samples := coloured(t, images+2)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		x := &encoder.Cache{Backend: b.Backend, Encoder: quarters{}, Dir: t.TempDir()}
		f, err := x.Extract(t.Context(), samples)
		require.NoError(t, err)
		token := func(image, n int) (v []float64) {
			for c := range channels {
				v = append(v, float64(f.At(image)[(c/3*tokens+n)*3+c%3]))
			}
			return v
		}
		p := NewPaDiM(x, 1)
		require.NoError(t, p.Fit(t.Context(), samples[:images]))
		predictions, err := predictAll(t.Context(), p, samples[images:])
		require.NoError(t, err)
		for i, prediction := range predictions {
			want := 0.0
			for n := range tokens {
				data, mean := mat.NewDense(images, channels, nil), mat.NewVecDense(channels, nil)
				for k := range images {
					data.SetRow(k, token(k, n))
				}
				for c := range channels {
					mean.SetVec(c, stat.Mean(mat.Col(nil, c, data), nil))
				}
				var covariance mat.SymDense
				stat.CovarianceMatrix(&covariance, data, nil)
				for c := range channels {
					covariance.SetSym(c, c, covariance.At(c, c)+0.01)
				}
				var cholesky mat.Cholesky
				require.True(t, cholesky.Factorize(&covariance))
				want = max(want, stat.Mahalanobis(mat.NewVecDense(channels, token(images+i, n)),
					mean, &cholesky))
			}
			require.InEpsilon(t, want, prediction.Score, 1e-3)
		}
		f.Close()

		p.Channels = 2
		score := func(seed uint64) float64 {
			p.Seed = seed
			require.NoError(t, p.Fit(t.Context(), samples[:images]))
			predictions, err := predictAll(t.Context(), p, samples[images:])
			require.NoError(t, err)
			return predictions[0].Score
		}
		require.NotEqual(t, score(1), score(2), "other seeds, other channels")
	}
}
