package baseline

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/detector"
	"adlab/pkg/encoder"

	"github.com/gomlx/compute"
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

// detectors are all of those that learn from normal images, on HOG's features where they need an
// encoder.
func detectors(t *testing.T, backend compute.Backend, seed uint64) []detector.Detector {
	x := &encoder.Cache{Backend: backend, Encoder: NewHOG(), Dir: t.TempDir()}
	patches := &encoder.Cache{Backend: backend, Encoder: NewPixels(), Dir: t.TempDir()}
	half := &encoder.Cache{Backend: backend, Encoder: NewHalfPixels(), Dir: t.TempDir()}
	core := NewPatchCore(patches, seed)
	core.Bank = 40
	return []detector.Detector{NewKNN(x, seed), core, NewPaDiM(x, seed),
		NewAnomalyDINO(patches, seed), NewSPADE(patches), NewRAD(patches), NewSubspaceAD(half),
		NewPCA(), NewMean()}
}

// TestEveryDetector fits each detector on striped pictures and looks at one more and at one whose
// stripes run the other way.
func TestEveryDetector(t *testing.T) {
	dir := t.TempDir()
	var train []datasets.Sample
	for i := range 12 {
		train = append(train, stripes(t, dir, uint64(i), false))
	}
	test := []datasets.Sample{stripes(t, dir, 100, false), stripes(t, dir, 101, true)}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		again := detectors(t, b.Backend, 1)
		for i, d := range detectors(t, b.Backend, 1) {
			t.Run(d.Name()+" on "+name, func(t *testing.T) {
				_, err := predictAll(t.Context(), d, test)
				require.ErrorContains(t, err, "Fit comes before Predict")
				require.ErrorContains(t, d.Fit(t.Context(), nil),
					"normal images to learn from, got")
				cancelled, cancel := context.WithCancel(t.Context())
				cancel()
				require.ErrorIs(t, d.Fit(cancelled, train), context.Canceled)
				require.NoError(t, d.Fit(t.Context(), train))
				predictions, err := predictAll(t.Context(), d, test)
				require.NoError(t, err)
				require.Len(t, predictions, 2)
				for _, p := range predictions {
					require.Len(t, p.Map, detector.MapSide*detector.MapSide)
					for _, v := range append(p.Map, float32(p.Score)) {
						require.False(t, math.IsNaN(float64(v)) || math.IsInf(float64(v), 0))
						require.GreaterOrEqual(t, v, float32(0))
					}
				}
				require.Greater(t, predictions[1].Score, predictions[0].Score)
				require.Greater(t, detector.TopMean(predictions[1].Map),
					detector.TopMean(predictions[0].Map))

				require.NoError(t, again[i].Fit(t.Context(), train))
				repeated, err := predictAll(t.Context(), again[i], test)
				require.NoError(t, err)
				require.Equal(t, predictions, repeated, "same seed, same bits")
			})
		}
	}
}

// TestFewAndEqualImages: one image, and the same one twice, are enough to learn from (two for PCA);
// what was learned is normal.
func TestFewAndEqualImages(t *testing.T) {
	dir := t.TempDir()
	one, odd := stripes(t, dir, 1, false), stripes(t, dir, 2, true)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		for label, train := range map[string][]datasets.Sample{"one": {one}, "equal": {one, one}} {
			for _, d := range detectors(t, b.Backend, 1)[:7] {
				require.NoError(t, d.Fit(t.Context(), train))
				predictions, err := predictAll(t.Context(), d, []datasets.Sample{one, odd})
				require.NoError(t, err)
				require.Less(t, 5*predictions[0].Score, predictions[1].Score, "%s on %s, %s",
					d.Name(), name, label)
			}
		}
	}
}

func predictAll(ctx context.Context, d detector.Detector,
	samples []datasets.Sample) (out []detector.Prediction, err error) {
	for p, err := range d.Predict(ctx, samples) {
		if err != nil {
			return out, err
		}
		out = append(out, p)
	}
	return out, nil
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
		x := &encoder.Cache{Backend: b.Backend, Encoder: e}
		out, err := x.Run(images, 2)
		require.NoError(t, err)
		require.Len(t, out, 2*e.Grid()*e.Grid()*e.Width())
		return out
	}
	require.Equal(t, run(NewHOG()), run(NewHOGCells()))
	whole, half := run(NewPixels()), run(NewHalfPixels())
	// the third patch of the second image: its first value is the mean of 2 × 2 pixels of the first
	// channel
	at := (196 + 2) * 768
	require.InDelta(t, (whole[at]+whole[at+3]+whole[at+16*3]+whole[at+17*3])/4, half[(196+2)*192],
		1e-6)
	require.NotEqual(t, NewPixels().Digest(), NewHalfPixels().Digest())
	require.NotEqual(t, NewHOG().Digest(), NewHOGCells().Digest())
}
