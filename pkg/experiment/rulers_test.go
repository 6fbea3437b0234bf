package experiment

import (
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/metric"

	"github.com/stretchr/testify/require"
)

// looker is an encoder as far as Cases asks: pictures go through 16 pixels, of which 8 are seen.
type looker struct{ encoder.Encoder }

func (looker) Transform() imageio.Transform { return imageio.Transform{Resize: 16, Crop: 8} }
func (looker) Grid() int                    { return 2 }

// TestCasesKnowSizesAndDefects: a set of MVTec LOCO's layout, whose defects saturate at half of
// their area.
func TestCasesKnowSizesAndDefects(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "box")
	for _, folder := range []string{"train", "validation", "test"} {
		paint(t, filepath.Join(dir, folder, "good", "000.png"), len(folder), false, false)
	}
	paint(t, filepath.Join(dir, "test", datasets.Logical, "000.png"), 1, true, false)
	square(t, filepath.Join(dir, "ground_truth", datasets.Logical, "000", "000.png"), 7)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "defects_config.json"), []byte(`[{
		"defect_name": "extra", "pixel_value": 7, "saturation_threshold": 0.5,
		"relative_saturation": true}]`), 0o666))
	set, err := datasets.Open("mvtec-loco", root, datasets.Options{})
	require.NoError(t, err)
	test := set.Categories[0].Test
	predictions := make([]detector.Prediction, len(test))
	for i := range predictions {
		predictions[i].Map = make([]float32, detector.MapSide*detector.MapSide)
	}
	cases, err := Cases(test, predictions, looker{})
	require.NoError(t, err)
	require.Len(t, cases, 2)
	for _, c := range cases {
		if c.Label == 0 {
			require.Equal(t, []int{32, 32}, []int{c.W, c.H})
			require.Nil(t, c.Defects)
			continue
		}
		require.Len(t, c.Defects, 1)
		d := c.Defects[0]
		require.Equal(t, metric.Defect{Mask: c.Mask, Saturation: 0.5, Relative: true}, d)
		require.Equal(t, uint8(255), d.Mask.Pix[31*32+31])
	}
	own, err := metric.FindRulers("s-pro")
	require.NoError(t, err)
	pictures, err := own[0].Read(cases)
	require.NoError(t, err)
	for _, p := range pictures {
		require.Equal(t, []int{16, 16}, []int{p.W, p.H}, "the half that is seen")
	}
	require.NoError(t, os.Remove(test[0].Path))
	require.NoError(t, os.Remove(test[1].Path))
	_, err = Cases(test, predictions, looker{})
	require.Error(t, err)
}

// ruledCases are two normal and two anomalous pictures.
func ruledCases() (cases []metric.Case) {
	for i, m := range [][]float32{{0, 1}, {2, 0}, {1, 3}, {0, 2}} {
		c := metric.Case{Name: "a", Map: metric.Plane{W: 2, H: 1, Pix: m}}
		if i > 1 {
			c.Label, c.Mask = 1, &imageio.Image{W: 2, H: 1, C: 1, Pix: []uint8{0, 255}}
		}
		cases = append(cases, c)
	}
	return cases
}

// TestCategoriesAreResampledApart: and rulers and detectors by the same resamples.
func TestCategoriesAreResampledApart(t *testing.T) {
	e := Default("mvtec")
	e.Convention, e.Bootstrap = AllRulers, 20
	draws := func(categories ...string) [][]metric.Draws {
		r := newRuling(&e)
		for _, name := range categories {
			rows, err := r.category(name, ruledCases())
			require.NoError(t, err)
			require.Len(t, rows, len(metric.Rulers))
			require.Equal(t, "exact", rows[0].Ruler)
		}
		return r.draws
	}
	got := draws("bottle", "cable")
	require.NotEqual(t, got[0][0], got[0][1])
	require.Equal(t, got[0][1], draws("cable")[0][0], "whatever else is measured")
	for i, r := range metric.Rulers {
		if r.Name == "aupro-5" {
			require.Equal(t, got[0][0][metric.PixelAP], got[i][0][metric.PixelAP])
		}
	}
	e.Seed++
	require.NotEqual(t, got[0][1], draws("cable")[0][0])
}
