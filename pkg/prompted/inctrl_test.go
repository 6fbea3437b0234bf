package prompted

import (
	"math"
	"testing"

	"adlab/pkg/detector"
	"adlab/pkg/multiads"
	"adlab/pkg/train"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
)

// newInCTRL is a detector with so many references, untrained.
func newInCTRL(t *testing.T, b compute.Backend, shots int) *InCTRL {
	d, err := newInCTRLMethod(jobOn(t, b, shots, Learning{}))
	require.NoError(t, err)
	in := d.(*InCTRL)
	in.sentences.Templates = in.sentences.Templates[:1]
	return in
}

// TestDifferencesByALoop: a picture of a source is compared with other normal ones of its category.
func TestDifferencesByALoop(t *testing.T) {
	from := source(t, -1, 3, -1, -1)
	from[0].Samples = append(from[0].Samples, plates(t, "cup", -1)...) // with no other normal one
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		d := newInCTRL(t, b, 2)
		data, err := d.lessons(t.Context(), from)
		require.NoError(t, err)
		require.Equal(t, 4, data.Len())
		all := tokensOf(t, b, smallPair(t), from[0].Samples)
		for i, others := range [][]int{{2, 3}, {0, 2}, {0, 3}, {0, 2}} {
			for p, v := range all[i][1:] {
				nearest := math.Inf(1)
				for _, o := range others {
					for _, r := range all[o][1:] {
						nearest = min(nearest, 1-dot(v, r))
					}
				}
				require.InDelta(t, nearest, data.columns[0][i][p], 1e-5)
			}
			for c, x := range all[others[1]][0] {
				require.InDelta(t, x, data.columns[2][i][12+c], 1e-5)
			}
			require.Equal(t, float32(from[0].Samples[i].Label), data.columns[4][i][0])
		}
		require.Equal(t, []int{2, 2, 12}, data.Batch([]int{1, 3})[2].Shape().Dimensions)
		checkGradients(t, b, d.store, func(scope *model.Scope, x []*Node) *Node {
			label := Squeeze(x[4], 1)
			alone, whole := inScores(scope, x[0], x[1], x[2], Squeeze(x[3], 1))
			return Add(binaryEntropy(alone, label), binaryEntropy(whole, label))
		}, data.Batch([]int{0, 1, 2, 3}), "inctrl")
	})
}

func TestOthersBeginAnew(t *testing.T) {
	d := &InCTRL{count: 4}
	require.Equal(t, []int{2, 7, 2, 7}, d.others([]int{2, 5, 7}, 5))
	require.Nil(t, d.others([]int{5}, 5))
}

func TestBinaryEntropy(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		out, err := CallOnce(b, binaryEntropy, []float32{2, -3, 60}, []float32{1, 1, 0})
		require.NoError(t, err)
		want := (math.Log1p(math.Exp(-2)) + math.Log1p(math.Exp(3)) + 60) / 3
		require.InDelta(t, want, tensors.MustCopyFlatData[float32](out)[0], 1e-4)
	})
}

// TestInCTRLLearnsWhatDifferencesMean: squares on plates teach it to tell cups with one; without
// references the texts' answer is left.
func TestInCTRLLearnsWhatDifferencesMean(t *testing.T) {
	from := source(t, -1, 0, -1, 3, -1, 6, -1, 9, 12, -1)
	normal, test := plates(t, "cup", -1, -1), plates(t, "cup", -1, 7, 2)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		learned := func() (*InCTRL, []float64) {
			d, losses := newInCTRL(t, b, 2), []float64{}
			o := steps(20, 5, 1e-2)
			o.Report = func(s train.Step) { losses = append(losses, s.Loss) }
			require.NoError(t, d.learn(t.Context(), from, o))
			return d, losses
		}
		d, losses := learned()
		require.Less(t, losses[18]+losses[19], losses[0]+losses[1], "%v", losses)
		without, err := predictAll(t.Context(), d, test)
		require.NoError(t, err)
		require.Zero(t, detector.TopMean(without[1].Map))
		require.NoError(t, d.Remember(t.Context(), normal))
		got, err := predictAll(t.Context(), d, test)
		require.NoError(t, err)
		require.Greater(t, got[1].Score, got[0].Score)
		require.Greater(t, got[2].Score, got[0].Score)
		inside, outside := insideAndOutside(got[1].Map, 7)
		require.Greater(t, inside, outside)
		again, _ := learned()
		require.NoError(t, again.Remember(t.Context(), normal))
		repeated, err := predictAll(t.Context(), again, test)
		require.NoError(t, err)
		require.Equal(t, got, repeated, "same seed, same bits")
		require.NoError(t, d.Remember(t.Context(), nil))
		forgotten, err := predictAll(t.Context(), d, test)
		require.NoError(t, err)
		require.Equal(t, without, forgotten)
		_, err = d.lessons(t.Context(), []multiads.Source{})
		require.ErrorContains(t, err, "inctrl: expected images to learn from")
	})
}
