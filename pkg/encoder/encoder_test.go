package encoder_test

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/baseline"
	"adlab/pkg/encoder"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func TestCheckGroups(t *testing.T) {
	require.NoError(t, encoder.CheckGroups([][]int{{0, 1}, {2}}, 3))
	for _, bad := range [][][]int{{{0}}, {{0, 1, 1}}, {{0, 3}, {1}}, {{0, 1, 2}, {}}} {
		require.ErrorContains(t, encoder.CheckGroups(bad, 3), "groups: expected")
	}
	require.Equal(t, []int{2, 1}, encoder.Sizes([][]int{{0, 1}, {2}}))
}

func TestFeaturesComeFromTheCache(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	var samples []datasets.Sample
	for i, name := range []string{"a.png", "b.png", "c.png"} {
		m := image.NewGray(image.Rect(0, 0, 32, 32))
		for k := range m.Pix {
			m.Pix[k] = uint8(k * (i + 3))
		}
		f, err := os.Create(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, m))
		require.NoError(t, f.Close())
		samples = append(samples, datasets.Sample{ID: name, Path: f.Name()})
	}
	b, err := backend.Open("go")
	require.NoError(t, err)
	runs := 0
	extract := func() *encoder.Features {
		x := &encoder.Cache{Backend: b.Backend, Encoder: baseline.NewHOG(), Dir: cache,
			Tell: func(done, total int) {
				runs++
			}}
		f, err := x.Extract(t.Context(), samples)
		require.NoError(t, err)
		return f
	}
	first := extract()
	defer first.Close()
	require.Positive(t, runs)
	before := runs
	again := extract()
	defer again.Close()
	require.Equal(t, before, runs, "nothing is encoded twice")
	for i := range samples {
		require.Equal(t, first.At(i), again.At(i))
	}
	require.NotEqual(t, first.At(0), first.At(1))
	require.Equal(t, []int{2, 1, 1, 7056}, again.Batch([]int{2, 0}).Shape().Dimensions)

	files, err := filepath.Glob(filepath.Join(cache, "features", "*.safetensors"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.NoError(t, os.WriteFile(files[0], []byte("spoiled"), 0o666))
	_, err = (&encoder.Cache{Backend: b.Backend, Encoder: baseline.NewHOG(),
		Dir: cache}).Extract(t.Context(), samples)
	require.ErrorContains(t, err, "delete it and run again")
}

// TestFeaturesAreComputedOnce, however many want them at a time: the others wait, as they would in
// processes of their own.
func TestFeaturesAreComputedOnce(t *testing.T) {
	cache, path := t.TempDir(), filepath.Join(t.TempDir(), "a.png")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, image.NewGray(image.Rect(0, 0, 32, 32))))
	require.NoError(t, f.Close())
	b, err := backend.Open("go")
	require.NoError(t, err)
	var encoded atomic.Int32
	var all errgroup.Group
	for range 4 {
		all.Go(func() error {
			x := &encoder.Cache{Backend: b.Backend, Encoder: baseline.NewHOG(), Dir: cache,
				Tell: func(int, int) { encoded.Add(1) }}
			f, err := x.Extract(t.Context(), []datasets.Sample{{ID: "a.png", Path: path}})
			if err == nil {
				f.Close()
			}
			return err
		})
	}
	require.NoError(t, all.Wait())
	require.EqualValues(t, 1, encoded.Load())
}
