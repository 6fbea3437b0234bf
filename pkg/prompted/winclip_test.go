package prompted

import (
	"context"
	"math"
	"strings"
	"testing"

	"adlab/pkg/baseline"
	"adlab/pkg/detector"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
)

// TestWinCLIPByHand computes score and corner of the map by loops over the towers' features, with
// references and without.
func TestWinCLIPByHand(t *testing.T) {
	test, references := plates(t, "cup", -1, 0, 5), plates(t, "cup", -1, -1, 7)
	const grid = 4
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		for _, shots := range []int{0, 2} {
			j := jobOn(t, b, shots, baseline.CLIPSettings{})
			pair := smallPair(t)
			w, err := NewWinCLIP(j, fewSentences(t))
			require.NoError(t, err)
			require.NoError(t, w.Fit(t.Context(), references))
			got, err := predictAll(t.Context(), w, test)
			require.NoError(t, err)
			require.Len(t, got, len(test))

			matrix, err := w.text.Matrix(t.Context(), w.Base.Columns(w.Sentences, "cup"))
			require.NoError(t, err)
			columns := tensors.MustCopyFlatData[float32](matrix)
			probability := func(v []float64) float64 {
				difference := 0.0
				for i, x := range v {
					difference += x * float64(columns[2*i]-columns[2*i+1])
				}
				return 1 / (1 + math.Exp(difference/winTemperature))
			}
			var banks [][][]float64 // by scale
			for _, k := range scales {
				var bank [][]float64
				for _, tokens := range tokensOf(t, b, pair, references[:2]) {
					bank = append(bank, windowsByLoop(tokens[1:], grid, k)...)
				}
				banks = append(banks, bank)
			}
			for i, tokens := range tokensOf(t, b, pair, test) {
				score := probability(tokens[0])
				inverse := make([]float64, grid*grid)
				for p := range inverse {
					inverse[p] = 1 / score
				}
				for _, k := range windows {
					var values []float64
					for _, v := range windowsByLoop(tokens[1:], grid, k) {
						values = append(values, probability(v))
					}
					for p, v := range spreadByLoop(values, grid, k) {
						inverse[p] += 1 / v
					}
				}
				near, largest := make([]float64, grid*grid), 0.0
				for s, k := range scales {
					var values []float64
					for _, v := range windowsByLoop(tokens[1:], grid, k) {
						best := math.Inf(1)
						for _, r := range banks[s] {
							best = min(best, (1-dot(v, r))/2)
						}
						values = append(values, max(best, 1e-6))
					}
					for p, v := range spreadByLoop(values, grid, k) {
						near[p] += v / float64(len(scales))
					}
				}
				for _, v := range near {
					largest = max(largest, v)
				}
				corner := 3 / inverse[0]
				if shots > 0 {
					score, corner = (score+largest)/2, (corner+near[0])/2
				}
				require.InDelta(t, score, got[i].Score, 1e-4, "shots %d, picture %d", shots, i)
				require.InDelta(t, corner, got[i].Map[0], 1e-4, "shots %d, picture %d", shots, i)
				require.Len(t, got[i].Map, detector.MapSide*detector.MapSide)
			}
			if shots > 0 {
				require.Greater(t, got[2].Score, got[0].Score)
				inside, outside := insideAndOutside(got[2].Map, 5)
				require.Greater(t, inside, outside)
			}
		}
	})
}

// TestReferences: so many of each category, no fewer, and those of the category in question.
func TestReferences(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		w, err := NewWinCLIP(jobOn(t, b, 2, baseline.CLIPSettings{}), fewSentences(t))
		require.NoError(t, err)
		cups, plain := plates(t, "cup", -1, -1), plates(t, "plate", -1)
		require.ErrorContains(t, w.Fit(t.Context(), append(plain, cups...)),
			`winclip: expected 2 normal references of "plate", got 1`)
		require.NoError(t, w.Fit(t.Context(), cups))
		_, err = predictAll(t.Context(), w, plain)
		require.ErrorContains(t, err, `expected normal references of "plate", got none`)
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = predictAll(cancelled, w, cups)
		require.ErrorIs(t, err, context.Canceled)
		itself, err := predictAll(t.Context(), w, cups[:1])
		require.NoError(t, err)
		zero, err := NewWinCLIP(jobOn(t, b, 0, baseline.CLIPSettings{}), fewSentences(t))
		require.NoError(t, err)
		require.NoError(t, zero.Fit(t.Context(), nil), "zero-shot")
		plainly, err := predictAll(t.Context(), zero, cups[:1])
		require.NoError(t, err)
		require.InDelta(t, plainly[0].Score/2, itself[0].Score, 1e-4,
			"a reference is at no distance from itself")
	})
}

// TestEnsemble: both states have as many phrases, all name the product, and none is of both.
func TestEnsemble(t *testing.T) {
	base, sentences := Ensemble(fewSentences(t))
	columns := base.Columns(sentences, "zipper")
	require.Len(t, columns, 2)
	require.Len(t, columns[0], len(columns[1]))
	for _, column := range columns {
		for _, s := range column {
			require.True(t, strings.Contains(s, "zipper") && !strings.Contains(s, "["), s)
		}
	}
	for _, s := range columns[1] {
		require.NotContains(t, columns[0], s)
	}
	require.Len(t, baseline.Anomaly().Types[0].Prompts, 8, "the base that it begins with is not "+
		"touched")
}

// TestCLIPACIsCLIPWithMoreWords: with plain CLIP's texts in place of the ensemble it is plain CLIP.
func TestCLIPACIsCLIPWithMoreWords(t *testing.T) {
	test := plates(t, "cup", -1, 3)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		d, err := newCLIPACMethod(jobOn(t, b, 0, baseline.CLIPSettings{}))
		require.NoError(t, err)
		require.Equal(t, "clip-ac", d.Name())
		ac := d.(clipAC)
		ac.Sentences.Templates = ac.Sentences.Templates[:2]
		ensemble, err := predictAll(t.Context(), d, test)
		require.NoError(t, err)
		plain, err := baseline.NewPlainCLIP(b, smallPair(t), fewSentences(t), "", nil)
		require.NoError(t, err)
		want, err := predictAll(t.Context(), plain, test)
		require.NoError(t, err)
		require.NotEqual(t, want[1].Score, ensemble[1].Score)
		ac.Base, ac.Sentences = baseline.Anomaly(), fewSentences(t)
		got, err := predictAll(t.Context(), ac, test)
		require.NoError(t, err)
		for i := range want {
			require.InDelta(t, want[i].Score, got[i].Score, 1e-6)
			require.InDeltaSlice(t, want[i].Map, got[i].Map, 1e-6)
		}
	})
}
