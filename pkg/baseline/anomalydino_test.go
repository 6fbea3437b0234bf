package baseline

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// TestAnomalyDINOEqualsALoop: quarters have no rim, so that all tokens count; the score is the
// largest of four distances.
func TestAnomalyDINOEqualsALoop(t *testing.T) {
	const images = 9
	samples := coloured(t, images+3)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		x := &encoder.Cache{Backend: b.Backend, Encoder: quarters{}, Dir: t.TempDir()}
		f, err := x.Extract(t.Context(), samples)
		require.NoError(t, err)
		all := tokensOf(f, len(samples))
		for _, tokens := range all {
			for _, v := range tokens {
				mean := 0.0
				for _, c := range v {
					mean += c / float64(len(v))
				}
				for c := range v {
					v[c] -= mean
				}
			}
		}
		d := NewAnomalyDINO(x, 1)
		require.NoError(t, d.Fit(t.Context(), samples[:images]))
		bytes, _ := Kept(d)
		require.Equal(t, 4*images*4*6, bytes)
		predictions, err := predictAll(t.Context(), d, samples[images:])
		require.NoError(t, err)
		for i, p := range predictions {
			want := 0.0
			for _, token := range all[images+i] {
				least := math.Inf(1)
				for _, tokens := range all[:images] {
					for _, v := range tokens {
						least = min(least, 1-cosine(token, v))
					}
				}
				want = max(want, least)
			}
			require.InDelta(t, want, p.Score, 1e-4)
		}
		d.Rotations, d.Bank = 3, 50
		require.NoError(t, d.Fit(t.Context(), samples[:images]))
		bytes, _ = Kept(d)
		require.Equal(t, 4*50*6, bytes, "drawn of 9 pictures in 3 turns of 4 tokens")
		f.Close()
	}
}

// framed writes a picture of an object, striped, on a black ground, perhaps with a speck on it.
func framed(t *testing.T, dir string, speck bool) datasets.Sample {
	m := image.NewGray(image.Rect(0, 0, 224, 224))
	for i := range m.Pix {
		if x, y := i%224, i/224; x >= 48 && x < 176 && y >= 48 && y < 176 { // 8 × 8 tokens of 14
			m.Pix[i] = uint8(60 + 8*(x%16))
		}
	}
	if speck {
		for i := range 64 {
			m.SetGray(4+i%8, 4+i/8, color.Gray{Y: 200})
		}
	}
	path := filepath.Join(dir, fmt.Sprintf("%v.png", speck))
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
	return datasets.Sample{ID: filepath.Base(path), Path: path}
}

// TestTheGroundDoesNotCount where the mask tells it from the object.
func TestTheGroundDoesNotCount(t *testing.T) {
	dir := t.TempDir()
	clean, speck := framed(t, dir, false), framed(t, dir, true)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		x := &encoder.Cache{Backend: b.Backend, Encoder: NewHalfPixels(), Dir: t.TempDir()}
		scores := func(masked bool) (float64, float64) {
			d := NewAnomalyDINO(x, 1)
			d.Masked = masked
			require.NoError(t, d.Fit(t.Context(), []datasets.Sample{clean}))
			predictions, err := predictAll(t.Context(), d, []datasets.Sample{clean, speck})
			require.NoError(t, err)
			return predictions[0].Score, predictions[1].Score
		}
		masked, maskedSpeck := scores(true)
		require.InDelta(t, 0, masked, 1e-5)
		require.InDelta(t, 0, maskedSpeck, 1e-5)
		whole, wholeSpeck := scores(false)
		require.InDelta(t, 0, whole, 1e-5)
		require.Greater(t, wholeSpeck, 0.1)
	}
}

// TestTurnsOfFewShots: what is asked for goes before the paper's number, which is of few shots.
func TestTurnsOfFewShots(t *testing.T) {
	for _, c := range []struct {
		asked, shots, want int
	}{{0, 0, 1}, {0, 4, 8}, {1, 4, 1}, {5, 0, 5}} {
		d, err := newAnomalyDINOMethod(detector.Job{Common: detector.Common{Shots: c.shots},
			Encoder: quarters{}, Progress: progress.New(nil),
			Settings: AnomalyDINOSettings{Rotations: c.asked}})
		require.NoError(t, err)
		require.Equal(t, c.want, d.(*AnomalyDINO).Rotations)
		require.True(t, d.(*AnomalyDINO).Masked)
	}
}
