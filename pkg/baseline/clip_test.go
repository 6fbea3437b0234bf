package baseline

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
	"adlab/pkg/clip"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/layer"
	"adlab/pkg/multiads"
	"adlab/pkg/progress"
	"adlab/pkg/train"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
)

// smallPair is a pair of small random towers at 64 pixels, and few templates.
func smallPair(t *testing.T) (*clip.Model, *kba.Sentences) {
	cfg := clip.Config{Vision: clip.Tower{Width: 24, Heads: 2, Layers: 4},
		Text: clip.Tower{Width: 16, Heads: 2, Layers: 2}, Embed: 12, Patch: 16, StoredGrid: 4,
		Grid: 4, Words: clip.Vocabulary, Taps: []int{1, 2, 3, 4}}
	m, err := clip.Random(cfg, 1)
	require.NoError(t, err)
	sentences, err := kba.OpenSentences()
	require.NoError(t, err)
	sentences.Templates = sentences.Templates[:3]
	return m, sentences
}

// plates writes grey plates; the anomalous ones have a red square of 16 pixels at one of sixteen
// places, and a mask.
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
			s.Label, s.DefectType, s.Mask = 1, fmt.Sprintf("paint%d", place%2),
				write(fmt.Sprintf("%d-mask.png", i), mask)
		}
		samples = append(samples, s)
	}
	return samples
}

// TestPlainCLIPByHand computes the score and the map's first corner, which is the first patch's,
// from the towers' features.
func TestPlainCLIPByHand(t *testing.T) {
	samples := append(plates(t, "plate", -1, 5), plates(t, "cup", 5)...)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		m, sentences := smallPair(t)
		weights, err := layer.Get(m.Store(), "visual.")
		require.NoError(t, err)
		cache := t.TempDir()
		p, err := NewPlainCLIP(b.Backend, clip.TapEncoder{Model: m}, sentences, cache, nil)
		require.NoError(t, err)
		require.NoError(t, p.Fit(t.Context(), nil), "zero-shot")
		predictions, err := predictAll(t.Context(), p, samples)
		require.NoError(t, err)
		require.Len(t, predictions, len(samples))

		text, err := multiads.NewTextEncoder(b.Backend, clip.TapEncoder{Model: m}, "")
		require.NoError(t, err)
		probability := func(v []float64, category string) float64 { // of the second column
			matrix, err := text.Matrix(t.Context(), Anomaly().Columns(sentences, category))
			require.NoError(t, err)
			columns := tensors.MustCopyFlatData[float32](matrix)
			var cosine [2]float64
			length := 0.0
			for i, x := range v {
				length += x * x
				for c := range cosine {
					cosine[c] += x * float64(columns[i*2+c])
				}
			}
			return 1 / (1 + math.Exp(100*(cosine[0]-cosine[1])/math.Sqrt(length)))
		}
		features := func(e encoder.Encoder) *encoder.Features {
			f, err := (&encoder.Cache{Backend: b.Backend, Encoder: e,
				Dir: cache}).Extract(t.Context(), samples)
			require.NoError(t, err)
			return f
		}
		taps, space := features(clip.TapEncoder{Model: m}), features(clip.SpaceEncoder{Model: m})
		for i, s := range samples {
			var embedding []float64
			for _, x := range space.At(i)[:space.Width] {
				embedding = append(embedding, float64(x))
			}
			require.InDelta(t, probability(embedding, s.Category), predictions[i].Score, 1e-3)

			patch := taps.At(i)[3*taps.Tokens*taps.Width:][:taps.Width] // the last tap's first
			mean, variance := 0.0, 0.0
			for _, x := range patch {
				mean += float64(x) / float64(len(patch))
			}
			for _, x := range patch {
				variance += (float64(x) - mean) * (float64(x) - mean) / float64(len(patch))
			}
			projected := make([]float64, m.Config.Embed)
			for k, x := range patch {
				y := (float64(x)-mean)/math.Sqrt(variance+1e-5)*
					float64(weights["ln_post.weight"].Data[k]) +
					float64(weights["ln_post.bias"].Data[k])
				for c := range projected {
					projected[c] += y * float64(weights["proj"].Data[k*len(projected)+c])
				}
			}
			require.InDelta(t, probability(projected, s.Category), predictions[i].Map[0], 1e-3)
			require.Len(t, predictions[i].Map, detector.MapSide*detector.MapSide)
		}
		taps.Close()
		space.Close()
		require.NotEqual(t, predictions[1].Score, predictions[2].Score,
			"the category's name is in the texts")
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = predictAll(cancelled, p, samples)
		require.ErrorIs(t, err, context.Canceled)
	}
}

// TestAprilGANFindsWhatItLearned: squares on plates teach it to find squares on cups, whatever the
// types are called.
func TestAprilGANFindsWhatItLearned(t *testing.T) {
	const steps = 10
	source := []multiads.Source{{Samples: plates(t, "plate", -1, 0, 3, 6, 9, -1, 12, 15, 5, 10)}}
	test, references := plates(t, "cup", -1, 7, 2), plates(t, "cup", -1, -1)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		m, sentences := smallPair(t)
		cache := t.TempDir()
		untrained := func(shots int) *multiads.Transfer {
			d, err := newAprilGAN(detector.Job{Backend: b.Backend, Cache: cache,
				Progress: progress.New(nil), Encoder: clip.TapEncoder{Model: m},
				Common: detector.Common{Seed: 1, Shots: shots}}, multiads.Learning{}, sentences)
			require.NoError(t, err)
			return d
		}
		learned := func(shots int) *multiads.Transfer {
			d := untrained(shots)
			var losses []float64
			require.NoError(t, d.TrainAdapters(t.Context(), Untyped(source), multiads.Sum,
				train.Options{
					Steps: steps, Batch: 5, Seed: 1, Schedule: train.WarmCosine{Base: 2e-2,
						Final: 2e-2,
						Total: steps}, Optimizer: train.NewAdam(0.5, 0.999),
					ClipNorm: math.Inf(1),
					Report:   func(s train.Step) { losses = append(losses, s.Loss) },
				}))
			require.Less(t, losses[steps-1], losses[0], "%v", losses)
			return d
		}
		predict := func(d *multiads.Transfer) []detector.Prediction {
			require.NoError(t, d.Detector.Fit(t.Context(), references))
			predictions, err := predictAll(t.Context(), d, test)
			require.NoError(t, err)
			return predictions
		}
		withReferences := learned(2)
		zero, few := predict(learned(0)), predict(withReferences)
		again := untrained(0) // with what the second training, of the same seed, learned
		adapters, err := layer.Get(withReferences.Store(), "")
		require.NoError(t, err)
		require.NoError(t, layer.Put(again.Store(), "", adapters, true))
		require.Equal(t, zero, predict(again), "same seed, same bits")
		for i, square := range map[int]int{1: 7, 2: 2} {
			inside, outside := 0.0, 0.0
			const side = detector.MapSide / 4
			for k, v := range zero[i].Map {
				if k%detector.MapSide/side == square%4 && k/detector.MapSide/side == square/4 {
					inside += float64(v) / (side * side)
				} else {
					outside += float64(v) / (15 * side * side)
				}
			}
			require.Greater(t, inside, 2*outside, "%s: picture %d", name, i)
		}
		plain, err := NewPlainCLIP(b.Backend, clip.TapEncoder{Model: m}, sentences, cache, nil)
		require.NoError(t, err)
		same, err := predictAll(t.Context(), plain, test)
		require.NoError(t, err)
		for i := range test {
			require.InDelta(t, same[i].Score, zero[i].Score, 1e-6,
				"zero-shot, the texts alone score")
			require.GreaterOrEqual(t, few[i].Map[1000], zero[i].Map[1000]-1e-5,
				"the distance to the references is added")
		}
		require.Greater(t, few[1].Score, few[0].Score)
	}
}

func TestAnomalyNamesTheProduct(t *testing.T) {
	sentences, err := kba.OpenSentences()
	require.NoError(t, err)
	columns := Anomaly().Columns(sentences, "zipper")
	require.Len(t, columns, 2)
	for _, column := range columns {
		for _, s := range column {
			require.True(t, strings.Contains(s, "zipper") && !strings.Contains(s, "["), s)
		}
	}
	for _, s := range columns[1] {
		require.NotContains(t, columns[0], s)
	}
}
