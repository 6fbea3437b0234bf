package imageio

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"adlab/pkg/tensorfile"
)

// fixtures hold the official preprocessing's results, made with Pillow and torchvision.
const fixtures = "../../testdata/inpformer"

func openFixtures(t *testing.T) (*tensorfile.File, Transform) {
	f, err := tensorfile.Open(filepath.Join(fixtures, "preprocess.safetensors"))
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	var settings struct {
		Resize, Crop int
		Mean, Std    [3]float32
	}
	b, err := os.ReadFile(filepath.Join(fixtures, "preprocess.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &settings))
	return f, Transform{settings.Resize, settings.Crop, settings.Mean, settings.Std, Bilinear}
}

func TestTransformEqualsTheOfficialOne(t *testing.T) {
	f, transform := openFixtures(t)
	r, c := transform.Resize, transform.Crop
	for _, name := range []string{"img_wide", "img_square", "img_gray"} {
		m, err := Decode(filepath.Join(fixtures, name+".png"))
		require.NoError(t, err)
		resized, err := f.Uint8s(name+"_resized_uint8", r, r, 3)
		require.NoError(t, err)
		require.Equal(t, resized, Resize(m, r, r).Pix, name)
		want, err := f.Float32s(name, 3, c, c)
		require.NoError(t, err)
		got := make([]float32, c*c*3)
		transform.Apply(got, m)
		for i, v := range got {
			require.InDelta(t, want[i%3*c*c+i/3], v, 2e-6, "%s value %d", name, i)
		}
	}
	grey, err := DecodeMask(filepath.Join(fixtures, "img_gray.png"))
	require.NoError(t, err)
	require.Equal(t, 1, grey.C)
	rgb, err := Decode(filepath.Join(fixtures, "img_gray.png"))
	require.NoError(t, err)
	a, b := make([]float32, 3*c*c), make([]float32, 3*c*c)
	transform.Apply(a, grey)
	transform.Apply(b, rgb)
	require.Equal(t, b, a, "a grey image is replicated")
}

func TestMaskEqualsTheOfficialOne(t *testing.T) {
	f, transform := openFixtures(t)
	c := transform.Crop
	m, err := DecodeMask(filepath.Join(fixtures, "mask_wide.png"))
	require.NoError(t, err)
	require.Equal(t, 1, m.C)
	want, err := f.Float32s("mask_wide", 1, c, c)
	require.NoError(t, err)
	got := transform.Mask(m)
	require.InDeltaSlice(t, want, got, 2e-6)
	binary, err := f.Uint8s("mask_wide_256_bin", 1, 256, 256)
	require.NoError(t, err)
	require.Equal(t, binary, MaskTo(got, c, 256))
}

func TestMaskTakesTheLargestChannel(t *testing.T) {
	m := &Image{2, 1, 3, []uint8{0, 255, 10, 51, 0, 0}}
	m = &Image{2, 2, 3, append(m.Pix, m.Pix...)}
	require.Equal(t, []float32{1, 0.2, 1, 0.2}, Transform{Resize: 2, Crop: 2}.Mask(m))
}

func TestMaskTo(t *testing.T) {
	require.Equal(t, []uint8{0, 0, 0, 1}, MaskTo([]float32{0, 0.5, 0.2, 0.51}, 2, 2),
		"strictly above a half")
	require.Equal(t, []uint8{1}, MaskTo([]float32{1, 0, 0, 0}, 2, 1))
	// to larger: source index floor(i*2/3) is 0, 0, 1
	require.Equal(t, []uint8{1, 1, 0, 1, 1, 0, 0, 0, 1}, MaskTo([]float32{1, 0, 0, 1}, 2, 3))
	require.Equal(t, []uint8{
		0, 0, 1, 1,
		1, 1, 0, 0,
		1, 1, 1, 1}, MaskResize([]float32{
		0, 1,
		1, 0,
		0, 0,
		1, 1,
		0, 0}, 2, 5, 4, 3), "rows 0, 1 and 3 of five")
}

func TestPictureKeepsWhatTheEncoderSees(t *testing.T) {
	m := noise(7, 5, 3)
	got := Transform{Resize: 9, Crop: 4}.Picture(m)
	whole := Resize(m, 9, 9)
	require.Equal(t, []int{4, 4}, []int{got.W, got.H})
	for y := range 4 { // (9-4)/2 = 2.5 rounds to 2
		require.Equal(t, whole.Pix[3*((y+2)*9+2):3*((y+2)*9+6)], got.Pix[3*4*y:3*4*(y+1)])
	}
}

func TestValidate(t *testing.T) {
	one := [3]float32{1, 1, 1}
	for _, tt := range []struct {
		t     Transform
		patch int
		want  string
	}{
		{Transform{Resize: 448, Crop: 392, Std: one}, 14, ""},
		{Transform{Resize: 224, Crop: 224, Std: one}, 32, ""},
		{Transform{Resize: 448, Crop: 390, Std: one}, 14,
			"Crop: 390 is not divisible by the patch size 14: use 378 or 392"},
		{Transform{Resize: 448, Crop: 10, Std: one}, 14,
			"Crop: 10 is not divisible by the patch size 14: use 14"},
		{Transform{Resize: 224, Crop: 392, Std: one}, 14,
			"crop 392 is larger than resize 224: use at most 224"},
		{Transform{Resize: 448, Crop: 0, Std: one}, 14,
			"resize 448 and crop 0: expected at least 1 pixel each"},
		{Transform{Resize: -1, Crop: 14, Std: one}, 14,
			"resize -1 and crop 14: expected at least 1 pixel each"},
		{Transform{Resize: 1 << 40, Crop: 14, Std: one}, 14,
			"resize 1099511627776 makes pictures of more than 64 megapixels: use a smaller one"},
		{Transform{Resize: 448, Crop: 392, Std: one}, 0,
			"the patch size is 0: expected at least 1 pixel"},
		{Transform{Resize: 448, Crop: 392}, 14,
			"std of channel 0 is 0: expected a positive number"},
	} {
		err := tt.t.Validate(tt.patch)
		if tt.want == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, tt.want)
		}
	}
}

func TestStringTellsTransformsApart(t *testing.T) {
	base := Transform{448, 392, [3]float32{0.485, 0.456, 0.406}, [3]float32{0.229, 0.224, 0.225},
		Bilinear}
	require.Equal(t, "resize 448 crop 392 mean [0.485 0.456 0.406] std [0.229 0.224 0.225]",
		base.String())
	seen := map[string]bool{base.String(): true}
	for _, change := range []func(*Transform){
		func(x *Transform) { x.Resize++ }, func(x *Transform) { x.Crop++ },
		func(x *Transform) { x.Mean[2] += 1e-6 }, func(x *Transform) { x.Std[1] += 1e-6 },
	} {
		x := base
		change(&x)
		require.False(t, seen[x.String()], x.String())
		seen[x.String()] = true
	}
}

func noise(w, h, c int) *Image {
	m, rng := New(w, h, c), rand.New(rand.NewPCG(uint64(w), uint64(h)))
	for i := range m.Pix {
		m.Pix[i] = uint8(rng.Uint32())
	}
	return m
}
