package baseline

import (
	"math"
	"testing"

	"adlab/pkg/backend"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/stretchr/testify/require"
)

func TestPatchScoresByHand(t *testing.T) {
	bank := [][]float32{{0, 0}, {0, 3}, {0, 7}, {100, 0}}
	// the second picture is in the bank
	patches := [][][]float32{{{0, 0}, {4, 0}}, {{0, 3}, {0, 3}}}
	// of (4, 0) to (0, 0) and to (0, 3)
	near, far := math.Exp(4), math.Exp(5)
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		score := func(bank [][]float32, neighbours int) (scores []float32, distances [][]float32) {
			out, err := CallOnceN(b.Backend, func(x, bank *Node) []*Node {
				s, d := patchScores(x, bank, neighbours)
				return []*Node{s, d}
			}, patches, bank)
			require.NoError(t, err)
			return out[0].Value().([]float32), out[1].Value().([][]float32)
		}
		scores, distances := score(bank, 2)
		require.Equal(t, [][]float32{{0, 4}, {0, 0}}, distances)
		require.InDelta(t, 4*(1-near/(near+far)), scores[0], 1e-5)
		require.Zero(t, scores[1])
		scores, _ = score(bank, 3)
		require.InDelta(t, 4*(1-near/(near+far+math.Exp(math.Sqrt(16+49)))), scores[0], 1e-5)
		scores, _ = score(bank[:2], 9)
		require.InDelta(t, 4*(1-near/(near+far)), scores[0], 1e-5,
			"a bank smaller than b has the neighbours that it has")
		scores, _ = score(bank[:1], 9)
		require.Equal(t, float32(4), scores[0], "a single patch has no neighbours: no weight")
		scores, _ = score(bank, 1)
		require.Equal(t, float32(4), scores[0])
		scores, _ = score([][]float32{{0, 0}, {0, 0}}, 9)
		require.InDelta(t, 2, scores[0], 1e-5, "two equal patches share")
		scores, _ = score(bank, 4)
		require.InDelta(t, 4, scores[0], 1e-5, "a neighbour at 96 takes nearly all: no overflow")
	}
}

func TestNeighbourhoods(t *testing.T) {
	x := [][][]float32{{{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}, {6, 60}, {7, 70}, {8, 80},
		{9, 90}}}
	for _, name := range backend.Available() {
		b, err := backend.Open(name)
		require.NoError(t, err)
		out, err := CallOnce(b.Backend, func(x *Node) *Node { return neighbourhoods(x, 3) }, x)
		require.NoError(t, err)
		got := out.Value().([][][]float32)[0]
		require.InDelta(t, (1+2+4+5)/4.0, got[0][0], 1e-5, "the corner has four")
		require.InDelta(t, (1+2+3+4+5+6)/6.0, got[1][0], 1e-5, "the edge has six")
		require.InDelta(t, 5, got[4][0], 1e-5)
		require.InDelta(t, (50+60+80+90)/4.0, got[8][1], 1e-4)
		out, err = CallOnce(b.Backend, func(x *Node) *Node {
			return neighbourhoods(x, 1)
		}, [][][]float32{{{7, 8}}})
		require.NoError(t, err)
		require.Equal(t, [][][]float32{{{7, 8}}}, out.Value())
	}
}
