package multiads

import (
	"image"
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

// plain writes a picture of one grey and, where it is anomalous, a mask of the whole.
func plain(t *testing.T, dir, name, kind string, grey uint8, w, h int) datasets.Sample {
	s := datasets.Sample{ID: name, Path: filepath.Join(dir, name+".png"), Category: "plate",
		DefectType: kind}
	m, mask := image.NewGray(image.Rect(0, 0, w, h)), image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i], mask.Pix[i] = grey, 255
	}
	require.NoError(t, writePNG(s.Path, m))
	if kind != datasets.Good {
		s.Label, s.Mask = 1, filepath.Join(dir, name+".mask.png")
		require.NoError(t, writePNG(s.Mask, mask))
	}
	return s
}

func TestMosaicOfFour(t *testing.T) {
	dir := t.TempDir()
	good, hole := plain(t, dir, "good", datasets.Good, 50, 8, 6), plain(t, dir, "hole", "hole", 100,
		8, 6)
	scratch, large := plain(t, dir, "scratch", "scratch", 150, 8, 6),
		plain(t, dir, "large", "hole", 200, 20, 20)
	tiles := [4]datasets.Sample{hole, good, scratch, large}
	colours := func(s datasets.Sample) (out []uint8) {
		m, err := imageio.Decode(s.Path)
		require.NoError(t, err)
		require.Equal(t, []int{16, 12}, []int{m.W, m.H}, "twice the first tile")
		for _, at := range [][2]int{{1, 1}, {9, 1}, {1, 7}, {15, 11}} {
			out = append(out, m.Pix[3*(at[1]*m.W+at[0])])
		}
		return out
	}
	columns := func(m Mosaic, replaced datasets.Sample) []uint8 {
		s, err := m.one(replaced, tiles, filepath.Join(dir, string(m)+replaced.ID))
		require.NoError(t, err)
		require.Equal(t, []uint8{100, 50, 150, 200}, colours(s))
		require.Equal(t, 1, s.Label)
		base := &kba.Base{Types: []kba.Type{{Name: "hole"}, {Name: "scratch"}}}
		transform := imageio.Transform{Resize: 2, Crop: 2, Std: [3]float32{1, 1, 1}}
		c, err := columnsOf(s, base, func(raw string) (string, bool) {
			return raw, true
		}, transform)
		require.NoError(t, err)
		return c
	}
	require.Equal(t, []uint8{1, 0, 2, 1}, columns(MosaicOn, scratch), "every tile has its own type")
	require.Equal(t, []uint8{2, 0, 2, 2}, columns(MosaicOneType, scratch),
		"the mistake: all have the replaced one's")
	require.Equal(t, []uint8{untyped, 0, untyped, untyped}, columns(MosaicOneType, good),
		"in place of a normal image: no type at all")
	both := large
	both.ID, both.DefectType, both.TypedMasks = "both", "hole,scratch",
		map[string]string{"scratch": large.Mask, "hole": large.Mask}
	require.Equal(t, []uint8{1, 0, 1, 1}, columns(MosaicOneType, both),
		"in place of an image of several types: the first by name")
}

func TestMixIsItsSeed(t *testing.T) {
	dir := t.TempDir()
	var samples []datasets.Sample
	for i := range 60 {
		samples = append(samples, plain(t, dir, string(rune('A'+i)),
			[]string{datasets.Good, "hole"}[i%2], uint8(i), 4, 4))
	}
	mix := func(seed uint64) (paths []string, mixed int) {
		out, err := MosaicOn.Mix(samples, seed, filepath.Join(dir, "cache"))
		require.NoError(t, err)
		for i, s := range out {
			paths = append(paths, s.Path)
			if s.Path != samples[i].Path {
				mixed++
				require.FileExists(t, s.Path)
			}
		}
		return paths, mixed
	}
	a, n := mix(1)
	b, _ := mix(1)
	c, _ := mix(2)
	require.Equal(t, a, b)
	require.NotEqual(t, a, c)
	require.InDelta(t, 12, n, 9, "a fifth of them")
	off, err := MosaicOff.Mix(samples, 1, dir)
	require.NoError(t, err)
	require.Equal(t, samples, off)
	require.ErrorContains(t, Mosaic("sometimes").Validate(), `got "sometimes"`)
}
