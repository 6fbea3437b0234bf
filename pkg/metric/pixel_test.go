package metric

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// bruteForce computes the pixel metrics from every distinct threshold.
func bruteForce(maps [][]float32, masks [][]uint8, side int, limit float64) (out PixelScores) {
	thresholds := slices.Concat(maps...)
	slices.Sort(thresholds)
	thresholds = slices.Compact(thresholds)
	slices.Reverse(thresholds)
	var px, py, lastFPR, lastRecall float64
	for _, at := range thresholds {
		var tp, fp, p, n, pro, regions float64
		for i, m := range maps {
			labels, areas := Regions(masks[i], side, 8)
			hits := make([]float64, len(areas))
			for k, s := range m {
				above := 0.0
				if s >= at {
					above = 1
				}
				if labels[k] != 0 {
					p, tp, hits[labels[k]-1] = p+1, tp+above, hits[labels[k]-1]+above
				} else {
					n, fp = n+1, fp+above
				}
			}
			for r := range hits {
				pro, regions = pro+hits[r]/float64(areas[r]), regions+1
			}
		}
		x, y, recall, precision := fp/n, pro/regions, tp/p, tp/(tp+fp)
		out.AUROC += (x - lastFPR) * (recall + lastRecall) / 2
		out.AP += (recall - lastRecall) * precision
		if f1 := 2 * precision * recall / (precision + recall + 1e-7); f1 > out.F1Max {
			out.F1Max, out.Threshold = f1, float64(at)
		}
		if px < limit && x > px {
			ex, ey := x, y
			if x > limit {
				ex, ey = limit, py+(y-py)*(limit-px)/(x-px)
			}
			out.AUPRO += (ex - px) * (py + ey) / 2 / limit
		}
		px, py, lastFPR, lastRecall = x, y, x, recall
	}
	return out
}

// stream is Pixel by hand, with a limit.
func stream(t require.TestingT, maps [][]float32, masks [][]uint8, side int,
	limit float64) PixelScores {
	p := NewPixels(side)
	for i := range maps {
		require.NoError(t, p.Positives(maps[i], masks[i]))
	}
	for i := range maps {
		require.NoError(t, p.Negatives(maps[i], masks[i]))
	}
	got, err := p.Scores(limit)
	require.NoError(t, err)
	return got
}

// random gives maps of few levels (heavy ties) and some width and height, with at least one pixel
// of each kind.
func random(rng *rand.Rand) (maps [][]float32, masks [][]uint8, side int) {
	side = 2 + rng.IntN(7)
	height := 1 + rng.IntN(8)
	levels := 1 + rng.IntN(40)
	for range 1 + rng.IntN(4) {
		m, mask := make([]float32, side*height), make([]uint8, side*height)
		for i := range m {
			m[i] = float32(rng.IntN(levels)-levels/2) / 7
			if rng.IntN(4) == 0 {
				mask[i] = uint8(1 + rng.IntN(255))
			}
		}
		maps, masks = append(maps, m), append(masks, mask)
	}
	masks[0][0], masks[0][1] = 1, 0
	return maps, masks, side
}

func requireClose(t require.TestingT, want, got PixelScores, message ...any) {
	require.InDelta(t, want.AUROC, got.AUROC, 1e-9, message...)
	require.InDelta(t, want.AP, got.AP, 1e-9, message...)
	require.InDelta(t, want.F1Max, got.F1Max, 1e-9, message...)
	require.InDelta(t, want.AUPRO, got.AUPRO, 1e-9, message...)
}

func TestPixelEqualsBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 100 {
		maps, masks, side := random(rng)
		got, err := Pixel(maps, masks, side)
		require.NoError(t, err)
		want := bruteForce(maps, masks, side, Limit)
		requireClose(t, want, got, trial)
		require.Equal(t, want.Threshold, got.Threshold, trial)
		for _, limit := range []float64{0.01, 0.3, 0.77, 1} {
			requireClose(t, bruteForce(maps, masks, side, limit),
				stream(t, maps, masks, side, limit), trial)
		}
	}
}

func TestPixelByHand(t *testing.T) {
	// Two regions of areas 1 (at the border) and 3, four normal pixels... of a 3 x 3 map with one
	// pixel more.
	mask := []uint8{
		1, 0, 0,
		0, 0, 1,
		0, 1, 1}
	scores := []float32{
		6, 1, 2,
		1, 5, 5,
		1, 4, 3}
	// From the top: 6 takes region 1 whole; 5 takes a third of region 2 and one of five normal
	// pixels, tied: a diagonal; 4 and 3 the rest of region 2. AUPRO up to 0.3: fpr 0..0.2 from PRO
	// 1/2 to 2/3, then 1 from 0.2 to 0.3.
	got, err := Pixel([][]float32{scores}, [][]uint8{mask}, 3)
	require.NoError(t, err)
	require.InDelta(t, (0.2*(1./2+2./3)/2+0.1*1)/0.3, got.AUPRO, 1e-12)
	require.InDelta(t, 1-0.5/20-2./20, got.AUROC, 1e-12) // 20 pairs: one tie and two lost
	require.InDelta(t, 0.25*(1+2./3+3./4+4./5), got.AP, 1e-12)
	require.InDelta(t, 8./9, got.F1Max, 1e-6)
	require.Equal(t, 3.0, got.Threshold)
}

// TestThreeRowsOfTwo counts by hand a map whose pixels make one region, and two in rows of three.
func TestThreeRowsOfTwo(t *testing.T) {
	mask := []uint8{
		1, 0,
		1, 0,
		0, 1}
	scores := []float32{
		6, 1,
		4, 5,
		1, 3}
	// From the top: 6 takes a third of the region, 5 the first of three normal pixels.
	got, err := Pixel([][]float32{scores}, [][]uint8{mask}, 2)
	require.NoError(t, err)
	require.InDelta(t, 1./3, got.AUPRO, 1e-12)
	require.InDelta(t, 7./9, got.AUROC, 1e-12) // 9 pairs, two lost
	require.InDelta(t, 1./3*(1+2./3+3./4), got.AP, 1e-12)
	got, err = Pixel([][]float32{scores}, [][]uint8{mask}, 3)
	require.NoError(t, err)
	require.InDelta(t, 1./2, got.AUPRO, 1e-12, "6 takes one of two regions")
}

func TestNeitherOrderNorWorkersNorMonotoneTransformsChangeABit(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 40 {
		maps, masks, side := random(rng)
		want, err := Pixel(maps, masks, side)
		require.NoError(t, err)
		for _, workers := range []int{1, 3} {
			before := runtime.GOMAXPROCS(workers)
			got, err := Pixel(maps, masks, side)
			runtime.GOMAXPROCS(before)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		require.Equal(t, want, stream(t, maps, masks, side, Limit))
		for i := range maps {
			j := rng.IntN(i + 1)
			maps[i], maps[j], masks[i], masks[j] = maps[j], maps[i], masks[j], masks[i]
		}
		got, err := Pixel(maps, masks, side)
		require.NoError(t, err)
		require.Equal(t, want, got)

		// Levels become what floats have at their strangest: denormals, -0 beside 0, the largest
		// numbers.
		levels := slices.Concat(maps...)
		slices.Sort(levels)
		levels = slices.Compact(levels)
		strange := []float32{-math.MaxFloat32, -1, -math.SmallestNonzeroFloat32, 0,
			math.SmallestNonzeroFloat32, 2 * math.SmallestNonzeroFloat32, 1, math.MaxFloat32}
		if len(levels) > len(strange) {
			continue
		}
		for _, m := range maps {
			for i, s := range m {
				rank, _ := slices.BinarySearch(levels, s)
				if m[i] = strange[rank]; m[i] == 0 && rng.IntN(2) == 0 {
					m[i] = float32(math.Copysign(0, -1))
				}
			}
		}
		got, err = Pixel(maps, masks, side)
		require.NoError(t, err)
		rank, _ := slices.BinarySearch(levels, float32(want.Threshold))
		want.Threshold = float64(strange[rank])
		require.Equal(t, want, got)
	}
}

func TestUndefinedPixelsAreAnErrorNeverANumber(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name  string
		maps  [][]float32
		masks [][]uint8
		side  int
		want  error
		text  string
	}{
		{"nothing", nil, nil, 2, ErrEmpty, "no scores"},
		{"no mask", [][]float32{{1}}, nil, 1, ErrLength, "1 maps, 0 masks"},
		{"short map", [][]float32{{1, 2, 3}}, [][]uint8{{0, 1, 0, 0}}, 2, ErrLength,
			"map 0 has 3 scores and 4 mask pixels, expected 2 x 2"},
		{"short mask", [][]float32{{1, 2, 3, 4}}, [][]uint8{{0, 1, 0}}, 2, ErrLength,
			"map 0 has 4 scores and 3"},
		{"no side", [][]float32{{}}, [][]uint8{{}}, 0, ErrLength, "expected 0 x 0"},
		{"negative side", [][]float32{{1, 2, 3, 4}}, [][]uint8{{0, 1, 0, 0}}, -2, ErrLength,
			"expected -2 x -2"},
		{"other height", [][]float32{{1, 2, 3, 4}, {1, 2, 3, 4, 5, 6}},
			[][]uint8{{0, 1, 0, 0}, {0, 1, 0, 0, 0, 0}}, 2, ErrLength,
			"map 1 has 6 scores and 6 mask pixels, expected 2 x 2"},
		{"part of a row", [][]float32{{1, 2, 3, 4}}, [][]uint8{{0, 1, 0, 0}}, 3, ErrLength,
			"map 0 has 4 scores and 4 mask pixels, expected 3 x 1"},
		{"NaN", [][]float32{{1, 2, 3, 4}, {1, 2, 3, nan}}, [][]uint8{{0, 1, 0, 0}, {0, 0, 0, 0}}, 2,
			ErrNotFinite, "map 1, pixel 3 has NaN"},
		{"Inf", [][]float32{{1, float32(math.Inf(-1)), 3, 4}}, [][]uint8{{0, 1, 0, 0}}, 2,
			ErrNotFinite, "map 0, pixel 1 has -Inf"},
		{"no anomalous pixel", [][]float32{{1, 2, 3, 4}}, [][]uint8{{0, 0, 0, 0}}, 2,
			ErrNoPositivePixels, ""},
		{"no normal pixel", [][]float32{{1, 2, 3, 4}}, [][]uint8{{1, 1, 1, 1}}, 2,
			ErrNoNegativePixels, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			exact, err := Pixel(c.maps, c.masks, c.side)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.text)
			require.Zero(t, exact)
			histogram, err := Histogram(c.maps, c.masks, c.side)
			require.ErrorIs(t, err, c.want)
			require.Zero(t, histogram)
			_, err = HistogramCurves(c.maps, c.masks, c.side)
			require.ErrorIs(t, err, c.want)
			area, err := ThresholdAUPRO(c.maps, c.masks, c.side)
			require.ErrorIs(t, err, c.want)
			require.Zero(t, area)
		})
	}
}

func TestPassesInTheWrongOrder(t *testing.T) {
	scores, mask := []float32{2, 1, 0, 0}, []uint8{1, 0, 0, 0}
	p := NewPixels(2)
	require.ErrorIs(t, p.Negatives(scores, mask), ErrNoPositivePixels)
	require.NoError(t, p.Positives(scores, mask))
	_, err := p.Scores(Limit)
	require.ErrorIs(t, err, ErrPasses, "no second pass")
	require.NoError(t, p.Negatives(scores, mask))
	got, err := p.Scores(Limit)
	require.NoError(t, err)
	require.Equal(t, 1.0, got.AUROC)
	require.ErrorIs(t, p.Positives(scores, mask), ErrPasses, "a first pass after the second")
	require.NoError(t, p.Negatives(scores, mask))
	_, err = p.Scores(Limit)
	require.ErrorIs(t, err, ErrPasses, "a map counted twice")

	p = NewPixels(2)
	require.NoError(t, p.Positives(scores, mask))
	require.NoError(t, p.Negatives(scores, []uint8{1, 1, 0, 0}))
	_, err = p.Scores(Limit)
	require.ErrorIs(t, err, ErrPasses, "another mask")

	p = NewPixels(2)
	require.NoError(t, p.Positives(scores, mask))
	require.ErrorIs(t, p.Positives([]float32{1, 2, 3, float32(math.NaN())}, mask), ErrNotFinite)
	require.NoError(t, p.Negatives(scores, mask))
	_, err = p.Scores(Limit)
	require.NoError(t, err, "a refused map leaves no trace")
	for _, limit := range []float64{0, -1, 1.0001, math.NaN(), math.Inf(1)} {
		_, err = p.Scores(limit)
		require.ErrorIs(t, err, ErrLimit)
	}
}

func FuzzPixel(f *testing.F) {
	f.Add([]byte{2, 1, 0, 0, 0, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0, 0})
	f.Add([]byte{1, 1, 0xff, 0xff, 0x7f, 0x7f, 0, 0xff, 0xff, 0x7f, 0xff})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) == 0 {
			return
		}
		side := 1 + int(raw[0]%4)
		var maps [][]float32
		var masks [][]uint8
		const pixel = 5 // bytes: mask, score
		for raw = raw[1:]; len(raw) >= side*side*pixel && len(maps) < 6; {
			m, mask := make([]float32, side*side), make([]uint8, side*side)
			for i := range m {
				mask[i], m[i] = raw[0]&1, math.Float32frombits(binary.LittleEndian.Uint32(raw[1:]))
				raw = raw[pixel:]
			}
			maps, masks = append(maps, m), append(masks, mask)
		}
		got, err := Pixel(maps, masks, side)
		if err != nil {
			require.Zero(t, got)
		} else {
			requireClose(t, bruteForce(maps, masks, side, Limit), got)
			require.Equal(t, got, stream(t, maps, masks, side, Limit))
		}
		if h, err := Histogram(maps, masks, side); err == nil {
			for _, v := range []float64{h.AUROC, h.AP, h.F1Max, h.AUPRO} {
				require.True(t, v >= -1e-9 && v <= 1+1e-9, "%v", h)
			}
		}
		if v, err := ThresholdAUPRO(maps, masks, side); err == nil {
			require.True(t, v >= 0 && v <= 1+1e-9, "%v", v)
		}
	})
}

// class is 115 maps of 256 x 256, as many as a class of MVTec AD has, with 1.1 % anomalous pixels.
func class() (maps [][]float32, masks [][]uint8) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 115 {
		m, mask := make([]float32, 256*256), make([]uint8, 256*256)
		for i := range m {
			m[i] = rng.Float32()
			if y, x := i/256, i%256; y >= 100 && y < 127 && x >= 30 && x < 57 {
				mask[i] = 1
				m[i] += 0.3
			}
		}
		maps, masks = append(maps, m), append(masks, mask)
	}
	return maps, masks
}

func BenchmarkPixel(b *testing.B) {
	maps, masks := class()
	for b.Loop() {
		if _, err := Pixel(maps, masks, 256); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStream(b *testing.B) {
	maps, masks := class()
	for b.Loop() {
		stream(b, maps, masks, 256, Limit)
	}
}

func BenchmarkHistogram(b *testing.B) {
	maps, masks := class()
	for b.Loop() {
		if _, err := Histogram(maps, masks, 256); err != nil {
			b.Fatal(err)
		}
	}
}

// TestLimitsThatCannotBe: AUPRO's limit lies above 0, up to 1.
func TestLimitsThatCannotBe(t *testing.T) {
	maps, masks := [][]float32{{1, 2, 3, 4}}, [][]uint8{{0, 0, 1, 1}}
	p := NewPixels(2)
	require.NoError(t, p.Positives(maps[0], masks[0]))
	require.NoError(t, p.Negatives(maps[0], masks[0]))
	for _, limit := range []float64{0, -0.3, 1.0000001, 1.5, math.NaN(), math.Inf(1)} {
		got, err := p.Scores(limit)
		require.ErrorIs(t, err, ErrLimit, "%v", limit)
		require.Zero(t, got)
	}
	got, err := p.Scores(1)
	require.NoError(t, err)
	require.Equal(t, 1.0, got.AUPRO)
}
