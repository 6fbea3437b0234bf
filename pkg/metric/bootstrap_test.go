package metric

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// drawnPictures are pictures with maps of that many different values, of which the last are
// anomalous.
func drawnPictures(seed uint64, normal, anomalous, side, levels int) (pictures []Picture) {
	rng := rand.New(rand.NewPCG(seed, 5))
	for i := range normal + anomalous {
		p := Picture{W: side, H: side, Scores: make([]float32, side*side),
			Mask: make([]uint8, side*side)}
		for k := range p.Scores {
			shift := 0.0
			if y, x := k/side, k%side; i >= normal && y < side/3 && x != side/2 {
				p.Mask[k], shift = 1, 0.25
			}
			p.Scores[k] = float32(math.Floor((0.7*rng.Float64()+shift)*float64(levels))) /
				float32(levels)
		}
		p.Score = float64(p.Scores[0]) + rng.Float64()
		if i >= normal {
			p.Label, p.Score = 1, p.Score+0.3
		}
		p.Regions = Ruler{}.regions(&Case{}, &p)
		pictures = append(pictures, p)
	}
	return pictures
}

// repeated are the pictures of a resample.
func repeated(pictures []Picture, times []int) (out []Picture) {
	for i, p := range pictures {
		for range times[i] {
			out = append(out, p)
		}
	}
	return out
}

// TestDrawsEqualMeasuringEachResample: with few different scores nothing is rounded.
func TestDrawsEqualMeasuringEachResample(t *testing.T) {
	pictures := drawnPictures(1, 6, 5, 12, 40)
	for _, name := range []string{"exact", "anomalib-2.6", "s-pro", "ader-100"} {
		found, err := FindRulers(name)
		require.NoError(t, err)
		r := found[0]
		draws, err := r.Bootstrap(pictures, 20, 7)
		require.NoError(t, err)
		for k, times := range resamples(pictures, 20, 7) {
			want, _, err := r.Measure(repeated(pictures, times))
			require.NoError(t, err)
			for number, x := range want {
				if name == "ader-100" && (number == PixelF1 || number == RegionArea) {
					continue // its thresholds lie between a resample's own extremes
				}
				require.InDelta(t, x, draws[number][k], 1e-9, "%s %s", name, number)
			}
		}
	}
}

// TestCoarseDrawsAreNear: with more different scores than Coarse, curves are cut at so many.
func TestCoarseDrawsAreNear(t *testing.T) {
	pictures := drawnPictures(2, 8, 8, 48, 1<<20)
	found, err := FindRulers("exact")
	require.NoError(t, err)
	draws, err := found[0].Bootstrap(pictures, 20, 3)
	require.NoError(t, err)
	for k, times := range resamples(pictures, 20, 3) {
		want, _, err := found[0].Measure(repeated(pictures, times))
		require.NoError(t, err)
		require.InDelta(t, want[PixelAUROC], draws[PixelAUROC][k], 0.5/Coarse)
		for _, number := range []Number{PixelAP, PixelF1, RegionArea} {
			require.InDelta(t, want[number], draws[number][k], 1e-3, number)
		}
		require.InDelta(t, want[ImageAUROC], draws[ImageAUROC][k], 1e-12)
		require.InDelta(t, want[ImageAP], draws[ImageAP][k], 1e-12)
		require.InDelta(t, want[ImageF1], draws[ImageF1][k], 1e-12)
	}
}

func TestResamplesKeepTheClasses(t *testing.T) {
	pictures := drawnPictures(3, 4, 3, 3, 10)
	for _, times := range resamples(pictures, 50, 1) {
		count := [2]int{}
		for i, n := range times {
			count[pictures[i].Label] += n
		}
		require.Equal(t, [2]int{4, 3}, count)
	}
	require.Equal(t, resamples(pictures, 5, 9), resamples(pictures, 5, 9))
	require.NotEqual(t, resamples(pictures, 5, 9), resamples(pictures, 5, 10))
	_, err := Rulers[0].Bootstrap(pictures, 0, 1)
	require.EqualError(t, err, "expected at least 1 resample, got 0")
}

func TestIntervalsByHand(t *testing.T) {
	var draws []float64
	for i := range 101 {
		draws = append(draws, float64(100-i))
	}
	i, ok := IntervalOf(50, draws, 0.95)
	require.True(t, ok)
	require.InDelta(t, 2.5, i.Low, 1e-12)
	require.InDelta(t, 97.5, i.High, 1e-12)
	require.Equal(t, 50.0, i.Value)
	i, ok = IntervalOf(1, []float64{math.NaN(), 3}, 0.95)
	require.True(t, ok)
	require.Equal(t, Interval{1, 3, 3}, i, "what is not defined is left out")
	_, ok = IntervalOf(1, nil, 0.95)
	require.False(t, ok)
	require.True(t, Interval{0.1, 0.05, 0.2}.Distinct())
	require.True(t, Interval{-0.1, -0.2, -0.05}.Distinct())
	require.False(t, Interval{0.1, -0.05, 0.2}.Distinct())
}

func TestDrawsOfMeansAndDifferences(t *testing.T) {
	a := Draws{PixelAP: {0.5, 0.7}, ImageAP: {1, 0}}
	b := Draws{PixelAP: {0.1, math.NaN()}}
	mean := MeanDraws([]Draws{a, b})
	require.InDeltaSlice(t, []float64{0.3, 0.7}, mean[PixelAP], 1e-12)
	require.Equal(t, []float64{1, 0}, mean[ImageAP], "of the category that defines it")
	d, err := a.Minus(Draws{PixelAP: {0.4, 0.9}})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0.1, -0.2}, d[PixelAP], 1e-12)
	require.Len(t, d, 1)
	_, err = a.Minus(Draws{PixelAP: {0.4}})
	require.ErrorIs(t, err, ErrLength)
}

// TestDrawsOutliveJSON: also those that are not defined.
func TestDrawsOutliveJSON(t *testing.T) {
	b, err := json.Marshal(map[string]Draws{"draws": {PixelAP: {0.5, math.NaN()}}, "none": nil})
	require.NoError(t, err)
	require.JSONEq(t, `{"draws": {"P-AP": [0.5, null]}, "none": null}`, string(b))
	var got map[string]Draws
	require.NoError(t, json.Unmarshal(b, &got))
	require.Equal(t, 0.5, got["draws"][PixelAP][0])
	require.True(t, math.IsNaN(got["draws"][PixelAP][1]))
	require.Nil(t, got["none"])
}

// TestTheSamePicturesAreDrawnForTwoDetectors: the other detector's maps are these upside down, as
// the curves see it, and their areas under ROC sum up to 1 on every resample.
func TestTheSamePicturesAreDrawnForTwoDetectors(t *testing.T) {
	pictures := drawnPictures(4, 10, 10, 6, 50)
	other := slices.Clone(pictures)
	for i, p := range pictures {
		other[i].Scores = make([]float32, len(p.Scores))
		for k, s := range p.Scores {
			other[i].Scores[k] = -s
		}
		other[i].Score = -p.Score
	}
	a, err := Rulers[0].Bootstrap(pictures, 100, 1)
	require.NoError(t, err)
	b, err := Rulers[0].Bootstrap(other, 100, 1)
	require.NoError(t, err)
	for _, number := range []Number{ImageAUROC, PixelAUROC} {
		wide, _ := IntervalOf(0, a[number], Level)
		require.Greater(t, wide.High-wide.Low, 0.01, number)
		for k, x := range a[number] {
			require.InDelta(t, 1-x, b[number][k], 1e-9, number)
		}
	}
}

// TestDrawsAreFractions: also where the shift for coarse cuts would take them beyond 1.
func TestDrawsAreFractions(t *testing.T) {
	one := func(p points) (float64, error) { return 1 - p.negatives/1000, p.defined() }
	pictures := drawnPictures(6, 4, 4, 6, 50)
	g := exactOnly(PixelAP, one)
	draws := Draws{}
	g.draw(draws, Values{PixelAP: 1.5}, newCounted(pictures), resamples(pictures, 5, 1))
	require.Equal(t, []float64{1, 1, 1, 1, 1}, draws[PixelAP])
	draws = Draws{}
	g.draw(draws, Values{PixelAP: -1}, newCounted(pictures), resamples(pictures, 5, 1))
	require.Equal(t, []float64{0, 0, 0, 0, 0}, draws[PixelAP])
}
