package metric

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

const references = "../../testdata/inpformer"

type values map[string]float64

type reference struct {
	AllThresholds float64 `json:"aupro_mvtec_style_all_thresholds"`
	Exact         values  `json:"exact_path"`
	Histogram     values  `json:"histogram_path"`
	NearEdges     int     `json:"scores_within_1e-3_bins_of_an_edge"`
	Sensitivity   values
}

// TestReferences holds every entry of metrics.json against this package.
// TestTheRangeOfHistograms: one limit for Histogram, for rulers and for what the error says.
func TestTheRangeOfHistograms(t *testing.T) {
	for top, want := range map[float32]error{1.6e36: nil, 1.8e36: ErrRange, 0: ErrRange} {
		_, err := Histogram([][]float32{{top, 0, 0, top}}, [][]uint8{{0, 0, 0, 1}}, 2)
		require.ErrorIs(t, err, want)
		_, _, err = extremes([]Picture{{Scores: []float32{top, 0, 0, top}}})
		require.ErrorIs(t, err, want)
	}
}

func TestReferences(t *testing.T) {
	var want struct {
		Image  values
		Labels []int `json:"image_labels_from_masks"`
		Four   []int `json:"regions_4_connected"`
		Eight  []int `json:"regions_8_connected"`
		Smooth reference
		Tied   reference
	}
	raw, err := os.ReadFile(filepath.Join(references, "metrics.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &want))
	f, err := tensorfile.Open(filepath.Join(references, "metrics.safetensors"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	floats := func(name string, shape ...int) []float32 {
		x, err := f.Float32s(name, shape...)
		require.NoError(t, err)
		return x
	}
	ranked := func(name string, labels []int, want values) {
		var scores []float64
		for _, s := range floats(name) {
			scores = append(scores, float64(s))
		}
		got, err := Image(scores, labels)
		require.NoError(t, err)
		require.InDelta(t, want["I-AUROC"], got.AUROC, 1e-12, name)
		require.InDelta(t, want["I-AP"], got.AP, 1e-12, name)
		require.InDelta(t, want["I-F1max"], got.F1Max, 1e-12, name)
		if at, ok := want["best_threshold"]; ok {
			require.InDelta(t, at, got.Threshold, 1e-12, name)
		}
	}
	stored, err := f.Int64s("image_labels")
	require.NoError(t, err)
	var labels []int
	for _, l := range stored {
		labels = append(labels, int(l))
	}
	ranked("image_scores", labels, want.Image)

	const side = 64
	bytes, err := f.Uint8s("pixel_masks", -1, side, side)
	require.NoError(t, err)
	masks := slices.Collect(slices.Chunk(bytes, side*side))
	var four, eight, anomalous []int
	for _, mask := range masks {
		_, areas := Regions(mask, side, 4)
		four = append(four, len(areas))
		_, areas = Regions(mask, side, 8)
		eight, anomalous = append(eight, len(areas)), append(anomalous, int(slices.Max(mask)))
	}
	require.Equal(t, want.Four, four)
	require.Equal(t, want.Eight, eight)
	require.Equal(t, want.Labels, anomalous)

	for _, c := range []struct {
		name, maps string
		want       reference
	}{
		{"smooth", "pixel_scores", want.Smooth},
		{"tied", "pixel_scores_tied", want.Tied},
	} {
		t.Run(c.name, func(t *testing.T) {
			ranked("image_scores_"+c.name, anomalous, c.want.Histogram)
			maps := slices.Collect(slices.Chunk(floats(c.maps, len(masks), side, side), side*side))
			exact, err := Pixel(maps, masks, side)
			require.NoError(t, err)
			require.InDelta(t, c.want.Exact["P-AUROC"], exact.AUROC, 1e-12)
			require.InDelta(t, c.want.Exact["P-AP"], exact.AP, 1e-12)
			require.InDelta(t, c.want.Exact["P-F1max"], exact.F1Max, 1e-12)
			require.InDelta(t, c.want.AllThresholds, exact.AUPRO, 1e-12)

			old, err := ThresholdAUPRO(maps, masks, side)
			require.NoError(t, err)
			require.InDelta(t, c.want.Exact["AUPRO"], old, 1e-12)
			require.InDelta(t, c.want.Sensitivity["AUPRO_float64_scores"], old, 1e-12)
			old, err = thresholdAUPRO(maps, masks, side, 4)
			require.NoError(t, err)
			require.InDelta(t, c.want.Sensitivity["AUPRO_if_4_connected"], old, 1e-12)

			h, err := Histogram(maps, masks, side)
			require.NoError(t, err)
			require.InDelta(t, c.want.Histogram["P-AUROC"], h.AUROC, 1e-12)
			require.InDelta(t, c.want.Histogram["P-AP"], h.AP, 1e-12)
			require.InDelta(t, c.want.Histogram["P-F1max"], h.F1Max, 1e-12)
			require.InDelta(t, c.want.Histogram["AUPRO"], h.AUPRO, 1e-8)
			curves, err := HistogramCurves(maps, masks, side)
			require.NoError(t, err)
			for name, got := range map[string][]float64{"fpr": curves.FPR, "tpr": curves.TPR,
				"precision": curves.Precision, "pro": curves.PRO} {
				wanted := floats("hist_"+c.name+"_"+name, bins+1) // rounded to float32
				for k := range wanted {
					require.InDelta(t, wanted[k], got[k], 1e-7, "%s at edge %d", name, k)
				}
			}
			flat := slices.Concat(maps...)
			lo, hi, near := slices.Min(flat), slices.Max(flat), 0
			for _, s := range flat {
				if s == lo || s == hi {
					continue
				}
				at := (float64(s) - float64(lo)) * bins / (float64(hi) - float64(lo))
				if math.Abs(at-math.Round(at)) < 1e-3 {
					near++
				}
			}
			require.Equal(t, c.want.NearEdges, near,
				"scores that another arithmetic than float32 may put into the next bin")
		})
	}
}

func TestHistogramByHand(t *testing.T) {
	// Scores 0, 1, 2, 4 fall into bins 0, 50, 100 and 199; 4 falls into the overflow bin again.
	maps, masks := [][]float32{{0, 1, 2, 4}}, [][]uint8{{0, 1, 0, 1}} // the two touch: one region
	c, err := HistogramCurves(maps, masks, 2)
	require.NoError(t, err)
	for edge, want := range map[int][4]float64{ // fpr, tpr, precision, pro
		0: {1, 1, 3. / 5, 1}, 1: {0.5, 1, 3. / 4, 1}, 51: {0.5, 2. / 3, 2. / 3, 2. / 3},
		101: {0, 2. / 3, 1, 2. / 3}, 200: {0, 1. / 3, 1, 1. / 3},
	} {
		got := [4]float64{c.FPR[edge], c.TPR[edge], c.Precision[edge], c.PRO[edge]}
		require.InDeltaSlice(t, want[:], got[:], 1e-12, "edge %d", edge)
	}
	h, err := Histogram(maps, masks, 2)
	require.NoError(t, err)
	require.InDelta(t, 0.5*2./3+0.5*1, h.AUROC, 1e-12)
	require.InDelta(t, 1./3*1+1./3*(2./3+3./4)/2, h.AP, 1e-12)
	require.InDelta(t, 2./3, h.AUPRO, 1e-12)
}

func TestThresholdAUPROByHand(t *testing.T) {
	// Thresholds are 0, 1, .. 199. Of 14 normal pixels one has 100 and one 50, of the region's two
	// one has 200 and one 50.5.
	m := []float32{200, 50.5, 100, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	got, err := ThresholdAUPRO([][]float32{m},
		[][]uint8{{1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}, 4)
	require.NoError(t, err)
	require.InDelta(t, 0.5*0.5+0.5*1, got, 1e-12) // above 50 lies 50.5 but not 50
}

func TestConventionsThatAreUndefined(t *testing.T) {
	masks := [][]uint8{{1, 0, 0, 0}}
	for name, m := range map[string][]float32{
		"all equal": {3, 3, 3, 3},
		"too wide":  {math.MaxFloat32, -math.MaxFloat32, 0, 1},
		"wide":      {2e36, 0, 0, 1},
	} {
		exact, err := Pixel([][]float32{m}, masks, 2)
		require.NoError(t, err, name)
		require.NotZero(t, exact, name)
		got, err := Histogram([][]float32{m}, masks, 2)
		require.ErrorIs(t, err, ErrRange, name)
		require.Zero(t, got, name)
	}
	_, err := ThresholdAUPRO([][]float32{{3, 3, 3, 3}}, masks, 2)
	require.ErrorIs(t, err, ErrFewThresholds, "no threshold takes a pixel")
	_, err = ThresholdAUPRO([][]float32{{1, 2, 2, 2}}, masks, 2)
	require.ErrorIs(t, err, ErrFewThresholds, "every threshold takes all normal pixels")
}
