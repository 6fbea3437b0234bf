package metric

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestImageByHand(t *testing.T) {
	negativeZero := math.Copysign(0, -1)
	for _, c := range []struct {
		name   string
		scores []float64
		labels []int
		want   Scores // F1Max without the 1e-7
	}{
		{"one of four pairs is a tie", []float64{0.9, 0.8, 0.8, 0.1}, []int{1, 1, 0, 0},
			Scores{0.875, 0.5*1 + 0.5*2/3, 0.8, 0.8}},
		{"perfect", []float64{2, 1, -1}, []int{1, 1, 0}, Scores{1, 1, 1, 1}},
		{"all wrong", []float64{1, 2, 3}, []int{1, 0, 0}, Scores{0, 1. / 3, 0.5, 1}},
		{"all equal", []float64{1, 1, 1}, []int{1, 0, 0}, Scores{0.5, 1. / 3, 0.5, 1}},
		{"-0 and 0 tie", []float64{negativeZero, 0}, []int{1, 0}, Scores{0.5, 0.5, 2. / 3, 0}},
		{"denormals differ", []float64{5e-324, 0}, []int{1, 0}, Scores{1, 1, 1, 5e-324}},
		{"the largest numbers differ", []float64{math.MaxFloat64, -math.MaxFloat64}, []int{1, 0},
			Scores{1, 1, 1, math.MaxFloat64}},
		{"F1 alike at two thresholds: the higher", []float64{4, 3, 2, 1}, []int{1, 0, 0, 1},
			Scores{0.5, 0.75, 2. / 3, 4}},
	} {
		got, err := Image(c.scores, c.labels)
		require.NoError(t, err, c.name)
		require.InDelta(t, c.want.AUROC, got.AUROC, 1e-15, c.name)
		require.InDelta(t, c.want.AP, got.AP, 1e-15, c.name)
		require.InDelta(t, c.want.F1Max, got.F1Max, 1e-7, c.name)
		require.Equal(t, c.want.Threshold, got.Threshold, c.name)
	}
}

func TestUndefinedIsAnErrorNeverANumber(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name   string
		scores []float64
		labels []int
		want   error
		text   string
	}{
		{"nothing", nil, nil, ErrEmpty, "no scores"},
		{"no label", []float64{1}, nil, ErrLength, "1 scores, 0 labels"},
		{"no score", nil, []int{1}, ErrLength, "0 scores, 1 labels"},
		{"NaN", []float64{1, nan}, []int{1, 0}, ErrNotFinite, "image 1 has NaN"},
		{"Inf", []float64{-inf, 1}, []int{1, 0}, ErrNotFinite, "image 0 has -Inf"},
		{"anomalous only", []float64{1, 2}, []int{1, 1}, ErrOneClass, "0 normal and 2 anomalous"},
		{"normal only", []float64{1, 2, 3}, []int{0, 0, 0}, ErrOneClass,
			"3 normal and 0 anomalous"},
		{"a third label", []float64{1, 2, 3}, []int{0, 1, -1}, ErrLabel, "image 2 has -1"},
	} {
		got, err := Image(c.scores, c.labels)
		require.ErrorIs(t, err, c.want, c.name)
		require.ErrorContains(t, err, c.text, c.name)
		require.Zero(t, got, c.name)
	}
}

// bruteImage asks every pair and every threshold.
func bruteImage(scores []float64, labels []int) (out Scores) {
	var wins, pairs, all float64
	for i := range scores {
		all += float64(labels[i])
		for j := range scores {
			if labels[i] == 1 && labels[j] == 0 {
				pairs++
				if scores[i] > scores[j] {
					wins++
				} else if scores[i] == scores[j] {
					wins += 0.5
				}
			}
		}
	}
	out.AUROC = wins / pairs
	thresholds, last := slices.Clone(scores), 0.0
	slices.Sort(thresholds)
	slices.Reverse(thresholds)
	for _, at := range thresholds { // a threshold met again adds no recall
		var tp, taken float64
		for i, s := range scores {
			if s >= at {
				taken++
				tp += float64(labels[i])
			}
		}
		precision, recall := tp/taken, tp/all
		out.AP += (recall - last) * precision
		last = recall
		out.F1Max = max(out.F1Max, 2*precision*recall/(precision+recall+1e-7))
	}
	return out
}

func TestImageEqualsBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for trial := range 200 {
		n, levels := 2+rng.IntN(40), 1+rng.IntN(12)
		scores, labels := make([]float64, n), make([]int, n)
		for i := range n {
			scores[i], labels[i] = float64(rng.IntN(levels)-levels/2)/7, rng.IntN(2)
		}
		labels[0], labels[1] = 0, 1
		checkImage(t, scores, labels, trial)
	}
}

func checkImage(t *testing.T, scores []float64, labels []int, trial int) {
	got, err := Image(scores, labels)
	require.NoError(t, err)
	want := bruteImage(scores, labels)
	require.InDelta(t, want.AUROC, got.AUROC, 1e-12, "trial %d", trial)
	require.InDelta(t, want.AP, got.AP, 1e-12, "trial %d", trial)
	require.InDelta(t, want.F1Max, got.F1Max, 1e-12, "trial %d", trial)
}

func FuzzImage(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var scores []float64
		var labels []int
		count := [2]int{}
		finite := true
		for ; len(raw) >= 9 && len(scores) < 50; raw = raw[9:] {
			s, label := math.Float64frombits(binary.LittleEndian.Uint64(raw[1:])), int(raw[0]&1)
			scores, labels, finite = append(scores, s), append(labels, label), finite && s-s == 0
			count[label]++
		}
		if finite && count[0] > 0 && count[1] > 0 {
			checkImage(t, scores, labels, 0)
			return
		}
		got, err := Image(scores, labels)
		require.Error(t, err)
		require.Zero(t, got)
	})
}
