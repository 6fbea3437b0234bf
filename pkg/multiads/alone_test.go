package multiads

import (
	"image"
	"image/color"
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/backend"
	"adlab/pkg/detector"

	"github.com/stretchr/testify/require"
)

// TestAlonePicturesAreGivenAsTheyCome asks about more pictures than are looked at at once: each has
// the score that it has by itself, and the first comes before the last is read.
func TestAlonePicturesAreGivenAsTheyCome(t *testing.T) {
	b, err := backend.Open("go")
	require.NoError(t, err)
	dir := t.TempDir()
	var samples []datasets.Sample
	for i := range alonePart + 2 {
		path := filepath.Join(dir, string(rune('a'+i%3))+".png")
		m := image.NewNRGBA(image.Rect(0, 0, 16, 16))
		for k := range 256 {
			m.Set(k%16, k/16, color.NRGBA{uint8(k * (i%3 + 1)), 99, uint8(k), 255})
		}
		require.NoError(t, writePNG(path, m))
		samples = append(samples, datasets.Sample{ID: path, Path: path, Category: "nut"})
	}
	hole := kba.Type{Name: "hole", Prompts: []string{"[cls] with a hole"}}
	d, err := New(b.Backend, Config{Model: small(t), Seed: 1, Alone: true, Passing: true,
		Cache: dir, Base: &kba.Base{Types: []kba.Type{hole}},
		Sentences: &kba.Sentences{Normal: []string{"[cls]"}, Templates: []string{"a [state]."}}})
	require.NoError(t, err)
	predict := func(samples []datasets.Sample) (out []detector.Prediction, err error) {
		for p, err := range d.Predict(t.Context(), samples) {
			if err != nil {
				return out, err
			}
			out = append(out, p)
		}
		return out, nil
	}
	all, err := predict(samples)
	require.NoError(t, err)
	require.Len(t, all, len(samples))
	few, err := predict(samples[:3])
	require.NoError(t, err)
	require.NotEqual(t, few[0].Score, few[1].Score)
	for i, p := range all {
		// where a picture stands in a batch moves the last bit on some backends
		require.InDelta(t, few[i%3].Score, p.Score, 1e-5, i)
		require.InDelta(t, few[i%3].Map[777], p.Map[777], 1e-5, i)
	}
	require.NoDirExists(t, filepath.Join(dir, "features"))
	samples[alonePart].Path = filepath.Join(dir, "none.png")
	first, err := predict(samples)
	require.ErrorContains(t, err, "none.png")
	require.Len(t, first, alonePart)
}
