package experiment

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// paint writes a grey PNG of 32 x 32 pixels: stripes in two greys that the seed decides on, and in
// anomalous ones a bright square; deep pictures have 12 bits of 16.
func paint(t *testing.T, path string, seed int, anomalous, deep bool) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	var m image.Image
	grey8, grey16 := image.NewGray(image.Rect(0, 0, 32, 32)), image.NewGray16(image.Rect(0, 0, 32,
		32))
	if m = grey8; deep {
		m = grey16
	}
	for i := range 32 * 32 {
		x, y := i%32, i/32
		v := 60 + 40*(x/4%2) + (seed+x*y)%37
		if anomalous && x > 20 && y > 20 {
			v = 240
		}
		grey8.Pix[i] = uint8(v)
		grey16.SetGray16(x, y, color.Gray16{Y: uint16(v<<4 | 5)})
	}
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
}

// square writes the mask of paint's square.
func square(t *testing.T, path string, value uint8) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	m := image.NewGray(image.Rect(0, 0, 32, 32))
	for i := range m.Pix {
		if i%32 > 20 && i/32 > 20 {
			m.Pix[i] = value
		}
	}
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
}

// category writes one with so many pictures to learn from, and masks of that value.
func category(t *testing.T, dir string, train int, value uint8) {
	for i := range train {
		paint(t, filepath.Join(dir, "train", "OK", strconv.Itoa(i)+".png"), i, false, false)
	}
	for i := range 3 {
		name := strconv.Itoa(i) + ".png"
		paint(t, filepath.Join(dir, "test", "OK", name), 20+i, false, false)
		paint(t, filepath.Join(dir, "test", "NG", name), 30+i, true, false)
		square(t, filepath.Join(dir, "ground_truth", "NG", name), value)
	}
}

// pixelwise is an experiment of a detector that sees pixels, one model a category.
func pixelwise(root string) Experiment {
	e := Default("mvtec").By("pca")
	e.Profile, e.Setting, e.Data = "smoke", SingleClass, root
	return e
}

// told opens an environment that writes what it says into a text.
func told(t *testing.T) (*Env, *strings.Builder) {
	var said strings.Builder
	v, err := Open("go", t.TempDir(), progress.New(&said))
	require.NoError(t, err)
	return v, &said
}

func TestEvaluateSaysWhatTheDataAreLike(t *testing.T) {
	root := t.TempDir()
	category(t, filepath.Join(root, "bolt"), 4, 1)
	require.NoError(t, os.WriteFile(filepath.Join(root, "bolt/train/OK/9.heic"), nil, 0o666))
	paint(t, filepath.Join(root, "bolt/test/OK/twin.png"), 0, false, false)
	v, said := told(t)
	r, err := v.Evaluate(t.Context(), pixelwise(root), nil)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(said.String(), "note: of the data: "))
	for _, want := range []string{"8 images in folders called OK are read as normal",
		"left out are 1 .heic, in bolt/train/OK", "3 masks have other values than 0 and 255",
		"an image that is both learned from and tested on (1): bolt/test/OK/twin.png = " +
			"bolt/train/OK/0.png"} {
		require.Contains(t, said.String(), want)
	}
	require.InDelta(t, 1, *r.Mean.ImageAUROC, 0.3)

	same := t.TempDir()
	category(t, filepath.Join(same, "bolt"), 4, 255)
	for _, dir := range []string{"train", "test"} {
		require.NoError(t, os.Rename(filepath.Join(same, "bolt", dir, "OK"), filepath.Join(same,
			"bolt", dir, "good")))
	}
	v, said = told(t)
	plain, err := v.Evaluate(t.Context(), pixelwise(same), nil)
	require.NoError(t, err)
	require.NotContains(t, said.String(), "note: of the data")
	require.Equal(t, 7, plain.Categories[0].TestImages+1)
	require.NotNil(t, plain.Mean.PixelAP)

	square(t, filepath.Join(same, "bolt/ground_truth/NG/1.png"), 0)
	_, err = v.Evaluate(t.Context(), pixelwise(same), nil)
	require.ErrorContains(t, err, "AllowEmptyMasks: mask "+filepath.Join(same,
		"bolt/ground_truth/NG/1.png"))
	e := pixelwise(same)
	e.Limit.AllowEmptyMasks = true
	_, err = v.Evaluate(t.Context(), e, nil)
	require.NoError(t, err)
}

func TestAPoorCategoryIsLeftAlone(t *testing.T) {
	root := t.TempDir()
	category(t, filepath.Join(root, "anchor"), 4, 255)
	category(t, filepath.Join(root, "bolt"), 1, 255)
	v, _ := told(t)
	r, err := v.Evaluate(t.Context(), pixelwise(root), nil)
	require.NoError(t, err)
	require.Len(t, r.Categories, 2)
	require.NotNil(t, r.Categories[0].AUPRO)
	require.Nil(t, r.Categories[1].ImageAUROC)
	require.Contains(t, r.Categories[1].Why, "bolt: pca: too few images: expected at least 2")
	require.Equal(t, *r.Categories[0].ImageAP, *r.Mean.ImageAP)
	require.Contains(t, r.Text(), "- : bolt: pca: too few images")

	require.NoError(t, os.RemoveAll(filepath.Join(root, "anchor")))
	_, err = v.Evaluate(t.Context(), pixelwise(root), nil)
	require.ErrorIs(t, err, detector.ErrTooFew, "where none has enough")
}

func TestACategoryOfEqualScoresHasNoOfficialMetrics(t *testing.T) {
	root := t.TempDir()
	category(t, filepath.Join(root, "anchor"), 4, 255)
	category(t, filepath.Join(root, "flat"), 4, 255)
	for _, pattern := range []string{"train/OK/*", "test/*/*"} {
		files, err := filepath.Glob(filepath.Join(root, "flat", pattern))
		require.NoError(t, err)
		for _, f := range files {
			paint(t, f, 0, false, false)
		}
	}
	v, _ := told(t)
	e := pixelwise(root).By("mean")
	e.Convention = INPFormerPrint
	r, err := v.Evaluate(t.Context(), e, nil)
	require.NoError(t, err)
	require.NotNil(t, r.Categories[0].PixelAUROC)
	require.Nil(t, r.Categories[1].PixelAUROC)
	require.Contains(t, r.Categories[1].Why, "all equal")
}

// A model of 12-bit pictures needs no test images, and reads a picture as it read those.
func TestModelKeepsTheRangeOfItsPictures(t *testing.T) {
	m, err := MethodOf("inp-former")
	require.NoError(t, err)
	v, said := told(t)
	e := smokeOf(t, v, m)
	e.Layout, e.Data, e.Limit = "folder", t.TempDir(), datasets.Options{}
	for i := range 4 {
		paint(t, filepath.Join(e.Data, "train/good", strconv.Itoa(i)+".png"), i, false, true)
	}
	file := filepath.Join(t.TempDir(), "m.safetensors")
	_, err = v.Train(t.Context(), e, file)
	require.NoError(t, err)
	require.Contains(t, said.String(), "note: of the data: 4 16-bit images hold values")
	model, err := v.OpenModel(file, "")
	require.NoError(t, err)
	require.Equal(t, imageio.Range{High: 4095}, model.Experiment.Range)
	deep, shallow := filepath.Join(t.TempDir(), "deep.png"), filepath.Join(t.TempDir(), "8.png")
	paint(t, deep, 5, true, true)
	paint(t, shallow, 5, true, false)
	p, err := model.Predict(t.Context(), Asked{Images: []string{deep, shallow}})
	require.NoError(t, err)
	require.Equal(t, p[1].Score, p[0].Score, "four bits less are those of the other")
}
