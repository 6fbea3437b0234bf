package world

import (
	"testing"

	"adlab/datasets"
	"adlab/pkg/view"

	"github.com/stretchr/testify/require"
)

// A grid of two by two tokens and two prototypes; the flaw lies in the last token.
func TestReasonsByHand(t *testing.T) {
	mask := make([]uint8, mapSide*mapSide)
	for i := range mask {
		if i/mapSide >= mapSide/2 && i%mapSide >= mapSide/2 {
			mask[i] = 1
		}
	}
	w := &view.Trace{Sample: datasets.Sample{ID: "a", Category: "box",
		DefectType: datasets.Logical},
		Attention: []float32{0.25, 0.25, 0.25, 0.25, 0.1, 0.1, 0, 0.8},
		Distance:  []float32{0.1, 0.3, 0.2, 0.4},
		Error:     [][]float32{{0.1, 0.1, 0.1, 0.1}, {0.1, 0.3, 0.2, 0.2}}}
	all := reasons(w, []flaw{{"extra part", mask}, {"nothing", make([]uint8, len(mask))}}, 2)
	require.Len(t, all, 1, "an empty mask has no reason")
	x := all[0]
	require.InDelta(t, 2, x.distance(), 1e-6, "0.4 against 0.2")
	require.InDelta(t, 1, x.mistake(), 1e-6, "0.15 against 0.15")
	require.Equal(t, 1, x.Taker)
	require.InDelta(t, 3.2, x.Lift, 1e-6, "0.8 against a quarter")

	worse := x
	worse.ID, worse.Error = "b", 1
	require.Equal(t, []reason{x}, covered([]reason{worse, x}, datasets.Logical))
	require.Empty(t, covered([]reason{x}, datasets.Structural))
	rows := whyTable([]reason{x, worse}).Groups[0].Rows
	require.Equal(t, []string{"2", "2.00", "1.00", "3.2"}, texts(rows[0]))
}

func TestASmallMaskHasTheTokenThatItCoversMost(t *testing.T) {
	mask := make([]uint8, mapSide*mapSide)
	mask[0] = 1
	require.Equal(t, []int{0}, within(covers(mask, 4)))
	require.Nil(t, within(make([]float64, 4)))
}

func TestLogicalFlawsInSmoke(t *testing.T) {
	result, _ := smoked(t, "inp-logical")
	require.Len(t, result.Figures, 2)
	require.Len(t, result.Tables, 4)
	require.Len(t, result.Tables[1].Groups[0].Rows, 2)
	require.Len(t, result.Tables[3].Groups, 2)
}
