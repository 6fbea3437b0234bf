package baseline

import (
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"

	"github.com/stretchr/testify/require"
)

// stripes writes striped pictures; an odd one is turned by a quarter.
func stripes(t *testing.T, dir string, seed uint64, odd bool) datasets.Sample {
	rng := rand.New(rand.NewPCG(seed, 0))
	m := image.NewGray(image.Rect(0, 0, 64, 64))
	phase := rng.IntN(8)
	for i := range m.Pix {
		at := i % 64
		if odd {
			at = i / 64
		}
		m.Pix[i] = uint8(60 + 20*((at+phase)%8) + rng.IntN(6))
	}
	path := filepath.Join(dir, fmt.Sprintf("%d-%v.png", seed, odd))
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
	return datasets.Sample{ID: filepath.Base(path), Path: path}
}

func TestTheOddOneScoresHigher(t *testing.T) {
	dir := t.TempDir()
	var train []datasets.Sample
	for i := range 12 {
		train = append(train, stripes(t, dir, uint64(i), false))
	}
	test := []datasets.Sample{stripes(t, dir, 100, false), stripes(t, dir, 101, true)}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		x := &encoder.Extractor{Backend: b.Backend, Encoder: NewHOG(), Cache: t.TempDir()}
		for _, d := range []detector.Detector{NewKNN(x, 1), NewPCA()} {
			for _, err := range d.Predict(t.Context(), test) {
				require.ErrorContains(t, err, "Fit comes before Predict")
			}
			require.NoError(t, d.Fit(t.Context(), train))
			var scores []float64
			for p, err := range d.Predict(t.Context(), test) {
				require.NoError(t, err)
				require.Len(t, p.Map, detector.MapSide*detector.MapSide)
				scores = append(scores, p.Score)
			}
			require.Len(t, scores, 2)
			require.Greater(t, scores[1], scores[0], "%s on %s", d.Name(), name)
		}
	}
}

func TestSampleSorted(t *testing.T) {
	got := sampleSorted(rand.New(rand.NewPCG(1, 1)), 100, 30)
	require.Len(t, got, 30)
	require.IsIncreasing(t, got)
}

// The forms of HOG and of pixels for detectors that need tokens are rearrangements of the others.
func TestTokensOfPlainEncoders(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	images := make([]float32, 2*224*224*3)
	for i := range images {
		images[i] = float32(i*7919%251) / 250
	}
	run := func(e encoder.Encoder) []float32 {
		x := &encoder.Extractor{Backend: b.Backend, Encoder: e}
		out, err := x.Run(images, 2)
		require.NoError(t, err)
		require.Len(t, out, 2*e.Grid()*e.Grid()*e.Width())
		return out
	}
	require.Equal(t, run(NewHOG()), run(NewHOGCells()))
	whole, half := run(NewPixels()), run(NewHalfPixels())
	// the third patch of the second image: its first value is the mean of 2 × 2 pixels of the first channel
	at := (196 + 2) * 768
	require.InDelta(t, (whole[at]+whole[at+3]+whole[at+16*3]+whole[at+17*3])/4, half[(196+2)*192], 1e-6)
	require.NotEqual(t, NewPixels().Digest(), NewHalfPixels().Digest())
	require.NotEqual(t, NewHOG().Digest(), NewHOGCells().Digest())
}
