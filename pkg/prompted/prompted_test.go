package prompted

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/backend"
	_ "adlab/pkg/backend/quick" // compiling is most of the work
	"adlab/pkg/clip"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/progress"

	"github.com/gomlx/compute"
	"github.com/stretchr/testify/require"
)

// eachBackend runs a test on every backend.
func eachBackend(t *testing.T, test func(t *testing.T, b compute.Backend)) {
	for _, name := range backend.Available() {
		t.Run(name, func(t *testing.T) {
			b, err := backend.Open(name)
			require.NoError(t, err)
			test(t, b.Backend)
		})
	}
}

// smallPair is a pair of small random towers at 64 pixels, 16 patches, whose blocks say more than
// those that learning begins with, so that what stands before them matters.
func smallPair(t *testing.T) clip.TapEncoder {
	m, err := clip.Random(clip.Config{Vision: clip.Tower{Width: 24, Heads: 2, Layers: 2},
		Text: clip.Tower{Width: 16, Heads: 2, Layers: 2}, Embed: 12, Patch: 16, StoredGrid: 4,
		Grid: 4, Words: clip.Vocabulary, Taps: []int{1, 2}}, 1)
	require.NoError(t, err)
	arrays, err := layer.Get(m.Store(), "")
	require.NoError(t, err)
	for name, a := range arrays {
		if strings.HasSuffix(name, "_proj.weight") {
			for i := range a.Data {
				a.Data[i] *= 20
			}
		}
	}
	m, err = clip.New("loud pair", arrays, clip.Options{Image: 64, Taps: []int{1, 2},
		VisionHeads: 2, TextHeads: 2})
	require.NoError(t, err)
	return clip.TapEncoder{Model: m}
}

// fewSentences are the shipped ones with two templates.
func fewSentences(t *testing.T) *kba.Sentences {
	s, err := kba.OpenSentences()
	require.NoError(t, err)
	s.Templates = s.Templates[:2]
	return s
}

// jobOn is a job on the small pair.
func jobOn(t *testing.T, b compute.Backend, shots int, own detector.Settings) detector.Job {
	return detector.Job{Backend: b, Cache: t.TempDir(), Progress: progress.New(nil),
		Encoder: smallPair(t), Settings: own, Common: detector.Common{Seed: 1, Shots: shots}}
}

// plates writes grey plates of 64 pixels; one at a place from 0 to 15 is anomalous: it has a red
// square of 16 pixels there, and a mask.
func plates(t *testing.T, category string, places ...int) (samples []datasets.Sample) {
	dir := t.TempDir()
	write := func(name string, m image.Image) string {
		f, err := os.Create(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, m))
		require.NoError(t, f.Close())
		return f.Name()
	}
	for i, place := range places {
		m, mask := image.NewRGBA(image.Rect(0, 0, 64, 64)), image.NewGray(image.Rect(0, 0, 64, 64))
		s := datasets.Sample{ID: fmt.Sprintf("%s/%d.png", category, i), Category: category,
			DefectType: datasets.Good}
		for k := range 64 * 64 {
			grey := uint8(120 + (k*7+i)%16)
			m.Set(k%64, k/64, color.RGBA{grey, grey, grey, 255})
			if place >= 0 && k%64/16 == place%4 && k/64/16 == place/4 {
				m.Set(k%64, k/64, color.RGBA{250, 20, 20, 255})
				mask.SetGray(k%64, k/64, color.Gray{Y: 255})
			}
		}
		s.Path = write(fmt.Sprintf("%d.png", i), m)
		if place >= 0 {
			s.Label, s.DefectType = 1, "paint"
			s.Mask = write(fmt.Sprintf("%d-mask.png", i), mask)
		}
		samples = append(samples, s)
	}
	return samples
}

// predictAll takes what a detector says of samples, up to its first error.
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

// tokensOf are the tokens of samples in the common space, of unit length: [image][1+N][D].
func tokensOf(t *testing.T, b compute.Backend, m clip.TapEncoder,
	samples []datasets.Sample) (all [][][]float64) {
	f, err := (&encoder.Cache{Backend: b, Encoder: m.Space()}).Extract(t.Context(), samples)
	require.NoError(t, err)
	defer f.Close()
	for i := range samples {
		flat := f.At(i)
		var tokens [][]float64
		for at := 0; at < len(flat); at += f.Width {
			var v []float64
			for _, x := range flat[at : at+f.Width] {
				v = append(v, float64(x))
			}
			tokens = append(tokens, unit(v))
		}
		all = append(all, tokens)
	}
	return all
}

func unit(v []float64) []float64 {
	length := math.Sqrt(dot(v, v))
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x / length
	}
	return out
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// insideAndOutside are a map's means within the square at a place of plates, and beyond.
func insideAndOutside(m []float32, place int) (inside, outside float64) {
	const side = detector.MapSide / 4
	for k, v := range m {
		if k%detector.MapSide/side == place%4 && k/detector.MapSide/side == place/4 {
			inside += float64(v) / (side * side)
		} else {
			outside += float64(v) / (15 * side * side)
		}
	}
	return inside, outside
}
