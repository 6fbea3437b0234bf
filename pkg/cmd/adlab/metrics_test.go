package main

import (
	"encoding/json"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/experiment"
	"adlab/pkg/metric"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// ownMaps are two normal pictures' maps and two anomalous ones' with their masks' folder: anomalous
// pixels score 3 and 2, normal ones 0 and 1 but for one that ties.
func ownMaps(t *testing.T) (maps, masks string) {
	dir := t.TempDir()
	maps, masks = filepath.Join(dir, "maps.safetensors"), filepath.Join(dir, "masks")
	require.NoError(t, tensorfile.Write(maps, map[string]tensorfile.Tensor{
		"good/0": tensorfile.F32([]float32{0, 1, 0, 1}, 2, 2),
		"good/1": tensorfile.F32([]float32{0, 0, 2, 0}, 2, 2),
		"bad/0":  tensorfile.F32([]float32{3, 0, 0, 0}, 2, 2),
		"bad/1":  tensorfile.F32([]float32{2, 1, 1, 0}, 2, 2)}, nil))
	for _, name := range []string{"0_mask.png", "1_mask.png"} {
		m := image.NewGray(image.Rect(0, 0, 2, 2))
		m.SetGray(0, 0, color.Gray{Y: 255})
		path := filepath.Join(masks, "bad", name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		writePNG(t, path, m)
	}
	return maps, masks
}

func TestMetricsOfOnesOwnMaps(t *testing.T) {
	maps, masks := ownMaps(t)
	stdout, stderr, code := adlab("metrics", "--maps", maps, "--masks", masks, "--json",
		"--ruler", "exact,adeval-50", "--bootstrap", "50")
	require.Zero(t, code, stderr)
	var got measuredMaps
	require.NoError(t, json.Unmarshal([]byte(stdout), &got))
	require.Equal(t, 4, got.Pictures)
	require.Equal(t, 2, got.Anomalous)
	require.Len(t, got.Rulers, 2)
	exact := got.Rulers[0]
	require.Equal(t, "exact", exact.Ruler)
	require.InDelta(t, 1-0.5/28, exact.Values[metric.PixelAUROC], 1e-9, "one tie of 2 x 14 pairs")
	require.InDelta(t, 0.5*1+0.5*2/3, exact.Values[metric.PixelAP], 1e-9)
	require.InDelta(t, 1-0.5/4, exact.Values[metric.ImageAUROC], 1e-9)
	interval := exact.Intervals[metric.PixelAP]
	require.Equal(t, exact.Values[metric.PixelAP], interval.Value)
	require.Equal(t, &experiment.Resampling{Resamples: 50, Level: 0.95, Seed: 1}, got.Resampling)
	require.Less(t, interval.Low, interval.High)
	again, _, _ := adlab("metrics", "--maps", maps, "--masks", masks, "--json",
		"--ruler", "exact,adeval-50", "--bootstrap", "50")
	require.Equal(t, stdout, again)

	stdout, stderr, code = adlab("metrics", "--maps", maps, "--masks", masks, "--ruler", "all")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "4 maps, 2 with a mask, 2 anomalous\n")
	for _, name := range metric.RulerNames() {
		require.Regexp(t, "(?m)^"+name+" ", stdout)
	}
	stdout, stderr, code = adlab("metrics", "--maps", maps, "--than", maps, "--masks", masks,
		"--bootstrap", "20")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "differences")
	require.Contains(t, stdout, "intervals: 95 % of 20 resamples of the test pictures, seed 1; ")
	stdout, _, _ = adlab("metrics", "--maps", maps, "--masks", masks, "--ruler", "seg-f1,exact")
	require.Contains(t, stdout, "seg-f1: its threshold is taken from the normal pictures of the "+
		"test set")
	require.NotContains(t, stdout, "intervals")
	stdout, _, _ = adlab("metrics", "--maps", maps, "--than", maps, "--masks", masks,
		"--bootstrap", "20")
	require.NotContains(t, stdout, "*", "nothing differs from itself")
	stdout, _, code = adlab("metrics", "--list")
	require.Zero(t, code)
	require.Contains(t, stdout, "arXiv 2401.01984")
}

func TestMistakesOfMetrics(t *testing.T) {
	maps, masks := ownMaps(t)
	bad := filepath.Join(t.TempDir(), "bad.safetensors")
	require.NoError(t, tensorfile.Write(bad, map[string]tensorfile.Tensor{
		"bad/0": tensorfile.F32([]float32{3, 0, 0, 0}, 2, 2),
		"bad/1": tensorfile.F32([]float32{2, 1, 1, 0}, 2, 2)}, nil))
	empty, normal := t.TempDir(), t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(normal, "bad"), 0o777))
	writePNG(t, filepath.Join(normal, "bad", "0.png"), image.NewGray(image.Rect(0, 0, 2, 2)))
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--maps", maps, "--masks", empty}, "--masks: expected masks, as .png, .npy"},
		{[]string{"--maps", maps, "--masks", normal},
			"no ruler gives a number of these maps and masks: images of one class only"},
		{nil, "metrics: --maps names the maps"},
		{[]string{"--maps", maps}, "--masks: name the folder of the masks"},
		{[]string{"--maps", "none", "--masks", masks}, "--maps: expected a file or folder"},
		{[]string{"--maps", maps, "--masks", masks, "--ruler", "exakt"},
			"did you mean exact?"},
		{[]string{"--maps", maps, "--masks", masks, "--ruler", ""},
			"--ruler: name at least one, such as exact"},
		{[]string{"--maps", maps, "--masks", masks, "--bootstrap", "-1"},
			"--bootstrap: expected 0 to 100000 resamples, got -1"},
		{[]string{"--maps", maps, "--masks", masks, "--than", bad},
			"expected maps of the same pictures"},
	} {
		stdout, stderr, code := adlab(append([]string{"metrics"}, c.args...)...)
		require.Equal(t, 1, code, c.args)
		require.Empty(t, stdout)
		require.Contains(t, stderr, c.says)
		require.Regexp(t, `^adlab: [^\n]+\n$`, stderr)
	}
	_, stderr, code := adlab("eval", "--bootstrap", "-1")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--bootstrap: expected 0 to 100000 resamples, got -1")
	_, stderr, code = adlab("eval", "--metrics", "none")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--metrics: expected exact, inp-former, multiads or all")
}

// TestEvalByEveryRuler adds to an evaluation what all rulers say, with intervals.
func TestEvalByEveryRuler(t *testing.T) {
	root := dataset(t)
	args := append([]string{"eval", "--data", root, "--layout", "mvtec", "--detector", "knn",
		"--json", "--metrics", "all", "--bootstrap", "10"}, quick[:2]...)
	stdout, stderr, code := adlab(append(args, "--crop", "64")...)
	require.Zero(t, code, stderr)
	var report struct {
		Mean   map[string]any
		Rulers []struct {
			Ruler     string
			Values    map[metric.Number]float64
			Intervals map[metric.Number]metric.Interval
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &report))
	require.Len(t, report.Rulers, len(metric.Rulers))
	require.Equal(t, "exact", report.Rulers[0].Ruler)
	for name, number := range map[string]metric.Number{"image_auroc": metric.ImageAUROC,
		"pixel_auroc": metric.PixelAUROC, "pixel_ap": metric.PixelAP,
		"pixel_f1max": metric.PixelF1, "aupro": metric.RegionArea} {
		require.InDelta(t, report.Mean[name], report.Rulers[0].Values[number], 1e-9, name)
		require.Contains(t, report.Rulers[0].Intervals, number)
	}
	differ := 0
	for _, r := range report.Rulers {
		if r.Values[metric.PixelAP] != report.Rulers[0].Values[metric.PixelAP] {
			differ++
		}
	}
	require.Greater(t, differ, 5)
}
