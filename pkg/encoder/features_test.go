package encoder_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/convnet"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// corners is an encoder without weights: three levels, the image's quarters as tokens, times 1, 2
// and 3.
type corners struct{ digest string }

func (corners) Name() string        { return "corners" }
func (c corners) Digest() string    { return c.digest }
func (corners) Grid() int           { return 2 }
func (corners) Width() int          { return 3 }
func (corners) Groups() [][]int     { return [][]int{{0, 2}, {1}} }
func (corners) Store() *model.Store { return model.NewStore() }
func (corners) Transform() imageio.Transform {
	return imageio.Transform{Resize: 4, Crop: 4, Std: [3]float32{1, 1, 1}}
}
func (corners) Forward(_ *model.Scope, x *Node) []*Node {
	b := x.Shape().Dimensions[0]
	x = Reshape(ReduceMean(Reshape(x, b, 2, 2, 2, 2, 3), 2, 4), b, 4, 3)
	return []*Node{x, MulScalar(x, 2), MulScalar(x, 3)}
}

// plain writes n plain pictures of growing brightness.
func plain(t *testing.T, n int) []datasets.Sample {
	dir := t.TempDir()
	var samples []datasets.Sample
	for i := range n {
		m := image.NewGray(image.Rect(0, 0, 8, 8))
		for k := range m.Pix {
			m.SetGray(k%8, k/8, color.Gray{Y: uint8(10 * (i + 1))})
		}
		path := filepath.Join(dir, fmt.Sprintf("%02d.png", i))
		f, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, m))
		require.NoError(t, f.Close())
		samples = append(samples, datasets.Sample{ID: filepath.Base(path), Path: path})
	}
	return samples
}

// TestAnImageDependsOnItselfAlone: its neighbours, their number and its place change no bit, on a
// network whose products XLA cuts among its threads.
func TestAnImageDependsOnItselfAlone(t *testing.T) {
	b, err := backend.Open("")
	require.NoError(t, err)
	e, err := convnet.New(convnet.Config{Image: 64, Taps: []int{4, 10}})
	require.NoError(t, err)
	samples := plain(t, 5)
	x := &encoder.Cache{Backend: b.Backend, Encoder: e}
	all, err := x.Extract(t.Context(), samples)
	require.NoError(t, err)
	defer all.Close()
	for i := range samples {
		alone, err := x.Extract(t.Context(), samples[i:i+1])
		require.NoError(t, err)
		require.Equal(t, all.At(i), alone.At(0))
		alone.Close()
	}
	turned, err := x.Extract(t.Context(), append(samples[2:len(samples):len(samples)],
		samples[:2]...))
	require.NoError(t, err)
	defer turned.Close()
	require.Equal(t, all.At(0), turned.At(3))
}

func TestExtractKeepsTheOrder(t *testing.T) {
	samples := plain(t, 19) // more than one batch
	samples[0], samples[18] = samples[18], samples[0]
	for _, name := range backend.Available() {
		t.Run(name, func(t *testing.T) {
			b, err := backend.Open(name)
			require.NoError(t, err)
			cache := t.TempDir()
			extractor := func(e corners) *encoder.Cache {
				return &encoder.Cache{Backend: b.Backend, Encoder: e, Dir: cache}
			}
			f, err := extractor(corners{"1"}).Extract(t.Context(), samples)
			require.NoError(t, err)
			defer f.Close()
			require.Equal(t, []int{19, 2, 4, 3}, []int{f.Len, f.Groups, f.Tokens, f.Width})
			brightness := func(i int) float32 { return float32(10*(i+1)) / 255 }
			for at, i := range map[int]int{0: 18, 1: 1, 15: 15, 16: 16, 18: 0} {
				for k, v := range f.At(at) {
					require.InDelta(t, 2*brightness(i), v, 1e-5,
						"place %d value %d: the mean of levels 1 and 3, and level 2, are twice "+
							"the picture", at, k)
				}
			}

			cancelled, cancel := context.WithCancel(t.Context())
			cancel()
			again, err := extractor(corners{"1"}).Extract(cancelled, samples)
			require.NoError(t, err, "the cache needs no encoder")
			defer again.Close()
			for i := range samples {
				require.Equal(t, f.At(i), again.At(i))
			}
			_, err = extractor(corners{"2"}).Extract(cancelled, samples)
			require.ErrorIs(t, err, context.Canceled, "another encoder's features are not these")
			grouped := extractor(corners{"1"})
			grouped.Groups = [][]int{{0, 1, 2}}
			_, err = grouped.Extract(cancelled, samples)
			require.ErrorIs(t, err, context.Canceled, "another grouping's features are not these")
			files, err := filepath.Glob(filepath.Join(cache, "features", "*.safetensors"))
			require.NoError(t, err)
			require.Len(t, files, 1, "a cancelled extraction leaves nothing behind")
		})
	}
}

func TestSpoiledCacheIsOneLine(t *testing.T) {
	samples := plain(t, 2)
	b, err := backend.Open("go")
	require.NoError(t, err)
	x := &encoder.Cache{Backend: b.Backend, Encoder: corners{"1"}, Dir: t.TempDir()}
	f, err := x.Extract(t.Context(), samples)
	require.NoError(t, err)
	f.Close()
	files, err := filepath.Glob(filepath.Join(x.Dir, "features", "*.safetensors"))
	require.NoError(t, err)
	whole, err := os.ReadFile(files[0])
	require.NoError(t, err)
	for label, content := range map[string][]byte{"empty": {}, "cut": whole[:len(whole)-5],
		"noise": []byte("noise, noise, noise")} {
		require.NoError(t, os.WriteFile(files[0], content, 0o666))
		_, err = x.Extract(t.Context(), samples)
		require.ErrorContains(t, err, filepath.Base(files[0]), label)
		require.ErrorContains(t, err, "delete it and run again", label)
		require.NotContains(t, err.Error(), "\n", label)
	}
	require.NoError(t, os.Remove(files[0]))
	_, err = x.Extract(t.Context(),
		append(samples, datasets.Sample{ID: "x", Path: filepath.Join(t.TempDir(), "gone.png")}))
	require.ErrorContains(t, err, "gone.png")
}

func TestGroupIsTheMeanOfItsLevels(t *testing.T) {
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnceN(b.Backend, func(x *Node) []*Node {
			return encoder.Group([]*Node{x, MulScalar(x, 2), MulScalar(x, 6)},
				[][]int{{2, 0, 1}, {1}})
		}, []float32{1, 10})
		require.NoError(t, err)
		require.InDeltaSlice(t, []float32{3, 30}, out[0].Value(), 1e-5)
		require.Equal(t, []float32{2, 20}, out[1].Value())
	}
}

// TestPartsAreTheWhole takes 600 pictures a part at a time, kept and not kept: the same numbers in
// the same order, and nothing on the disk that was not asked for.
func TestPartsAreTheWhole(t *testing.T) {
	few := plain(t, 7)
	var samples []datasets.Sample
	for i := range 600 {
		s := few[i*i%7]
		s.ID = fmt.Sprint(i)
		samples = append(samples, s)
	}
	b, err := backend.Open("go")
	require.NoError(t, err)
	here := t.TempDir()
	t.Chdir(here)
	cache := t.TempDir()
	kept := &encoder.Cache{Backend: b.Backend, Encoder: corners{"1"}, Dir: cache}
	whole, err := kept.Extract(t.Context(), samples)
	require.NoError(t, err)
	defer whole.Close()
	files := func() int {
		found, err := filepath.Glob(filepath.Join(cache, "features", "*.safetensors"))
		require.NoError(t, err)
		return len(found)
	}
	require.Equal(t, 3, files())
	last := 0
	for _, x := range []*encoder.Cache{kept, {Backend: b.Backend, Encoder: corners{"1"},
		Tell: func(done, total int) { last = done; require.Equal(t, 600, total) }}} {
		at := 0
		for part, err := range x.Parts(t.Context(), samples) {
			require.NoError(t, err)
			require.LessOrEqual(t, part.Len, 256)
			for i := range part.Len {
				require.Equal(t, whole.At(at+i), part.At(i))
			}
			at += part.Len
		}
		require.Equal(t, 600, at)
	}
	require.Equal(t, 600, last)
	require.Equal(t, 3, files(), "the parts are the cache's files")
	left, err := os.ReadDir(here)
	require.NoError(t, err)
	require.Empty(t, left)
	samples[300].Path = filepath.Join(here, "none.png")
	parts := 0
	for _, err = range kept.Parts(t.Context(), samples) {
		if parts++; err != nil {
			break
		}
	}
	require.Equal(t, 2, parts)
	require.ErrorContains(t, err, "none.png")
}
