package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestImageByHand(t *testing.T) {
	s, err := Image([]float64{0.9, 0.8, 0.8, 0.1}, []int{1, 1, 0, 0})
	require.NoError(t, err)
	require.InDelta(t, 0.875, s.AUROC, 1e-12)        // one of four pairs is a tie
	require.InDelta(t, 0.5*1+0.5*2.0/3, s.AP, 1e-12) // steps at 0.9 and 0.8
	require.InDelta(t, 0.8, s.F1Max, 1e-6)           // precision 2/3, recall 1
	require.Equal(t, 0.8, s.Threshold)
	all, err := Image([]float64{1, 1, 1}, []int{1, 0, 0})
	require.NoError(t, err)
	require.InDelta(t, 0.5, all.AUROC, 1e-12)
	zero, err := Image([]float64{math.Copysign(0, -1), 0}, []int{1, 0})
	require.NoError(t, err)
	require.InDelta(t, 0.5, zero.AUROC, 1e-12, "-0 and 0 tie")
}

func TestUndefinedIsAnErrorNeverANumber(t *testing.T) {
	_, err := Image(nil, nil)
	require.ErrorIs(t, err, ErrEmpty)
	_, err = Image([]float64{1}, []int{1, 0})
	require.ErrorIs(t, err, ErrLength)
	_, err = Image([]float64{1, math.NaN()}, []int{1, 0})
	require.ErrorIs(t, err, ErrNotFinite)
	_, err = Image([]float64{1, math.Inf(1)}, []int{1, 0})
	require.ErrorIs(t, err, ErrNotFinite)
	_, err = Image([]float64{1, 2}, []int{1, 1})
	require.ErrorIs(t, err, ErrOneClass)
	_, err = Pixel([][]float32{{1, 2, 3, 4}}, [][]uint8{{0, 0, 0, 0}}, 2)
	require.ErrorIs(t, err, ErrNoPositivePixels)
	_, err = Pixel([][]float32{{1, 2, 3, 4}}, [][]uint8{{1, 1, 1, 1}}, 2)
	require.ErrorIs(t, err, ErrNoNegativePixels)
	_, err = Pixel([][]float32{{1, 2, 3, float32(math.NaN())}}, [][]uint8{{0, 1, 0, 0}}, 2)
	require.ErrorIs(t, err, ErrNotFinite)
	_, err = Pixel([][]float32{{1, 2, 3}}, [][]uint8{{0, 1, 0, 0}}, 2)
	require.ErrorIs(t, err, ErrLength)
	_, err = Pixel(nil, nil, 2)
	require.ErrorIs(t, err, ErrEmpty)
	p := NewPixels(1)
	require.NoError(t, p.Positives([]float32{1}, []uint8{1}))
	_, err = p.Scores(0)
	require.Error(t, err)
}

// bruteForce computes the pixel metrics from every distinct threshold.
func bruteForce(maps [][]float32, masks [][]uint8, side int, limit float64) (auroc, ap, aupro float64) {
	var thresholds []float32
	for _, m := range maps {
		thresholds = append(thresholds, m...)
	}
	slices.Sort(thresholds)
	thresholds = slices.Compact(thresholds)
	slices.Reverse(thresholds)
	var px, py, lastRecall float64
	var rx, ry float64
	for _, at := range thresholds {
		var tp, fp, p, n, pro, regions float64
		for i, m := range maps {
			labels, areas := Regions(masks[i], side, 8)
			hits := make([]float64, len(areas))
			for k, s := range m {
				if labels[k] != 0 {
					p++
					if s >= at {
						tp++
						hits[labels[k]-1]++
					}
				} else {
					n++
					if s >= at {
						fp++
					}
				}
			}
			for r := range hits {
				pro += hits[r] / float64(areas[r])
				regions++
			}
		}
		auroc += (fp/n - rx) * (tp/p + ry) / 2
		ap += (tp/p - lastRecall) * tp / (tp + fp)
		x, y := fp/n, pro/regions
		if px < limit && x > px {
			ex, ey := x, y
			if x > limit {
				ex, ey = limit, py+(y-py)*(limit-px)/(x-px)
			}
			aupro += (ex - px) * (py + ey) / 2
		}
		px, py, rx, ry, lastRecall = x, y, fp/n, tp/p, tp/p
	}
	return auroc, ap, aupro / limit
}

func TestExactEqualsBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 60 {
		side, levels := 3+rng.IntN(6), 2+rng.IntN(40) // few levels: heavy ties
		var maps [][]float32
		var masks [][]uint8
		for range 1 + rng.IntN(3) {
			m, mask := make([]float32, side*side), make([]uint8, side*side)
			for i := range m {
				m[i] = float32(rng.IntN(levels)-levels/2) / 7
				if rng.IntN(4) == 0 {
					mask[i] = 1
				}
			}
			maps, masks = append(maps, m), append(masks, mask)
		}
		masks[0][0], masks[0][1] = 1, 0
		got, err := Pixel(maps, masks, side)
		require.NoError(t, err)
		auroc, ap, aupro := bruteForce(maps, masks, side, Limit)
		require.InDelta(t, auroc, got.AUROC, 1e-9, "trial %d", trial)
		require.InDelta(t, ap, got.AP, 1e-9, "trial %d", trial)
		require.InDelta(t, aupro, got.AUPRO, 1e-9, "trial %d", trial)
	}
}

func TestRegions(t *testing.T) {
	mask := []uint8{1, 0, 0, 0, 1, 0, 1, 0, 1}
	_, areas := Regions(mask, 3, 8)
	require.Equal(t, []int{4}, areas)
	_, areas = Regions(mask, 3, 4)
	require.Equal(t, []int{1, 1, 1, 1}, areas)
	_, areas = Regions([]uint8{0, 1, 1, 0}, 2, 8) // neighbours across a row's end are none, diagonals are
	require.Equal(t, []int{2}, areas)
}

func BenchmarkPixel(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	p := make([]float32, 256*256)
	mask := make([]uint8, len(p))
	for i := range p {
		p[i] = rng.Float32()
		if i%256 < 3 {
			mask[i] = 1
		}
	}
	for b.Loop() {
		if _, err := Pixel([][]float32{p}, [][]uint8{mask}, 256); err != nil {
			b.Fatal(err)
		}
	}
}
