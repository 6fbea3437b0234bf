package align

import (
	"math"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/pretrain/sentence"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/stretchr/testify/require"
)

// run is the number that a graph function of some arrays makes.
func run[F ExecGraphFnOneOutput](t *testing.T, fn F, inputs ...any) float64 {
	b, err := backend.Open("go")
	require.NoError(t, err)
	out, err := ExecOnce(b.Backend, fn, inputs...)
	require.NoError(t, err)
	return float64(out.Value().(float32))
}

// One picture of three patches: wholly flaw, a quarter of that, and sound; three states.
func TestDenseByHand(t *testing.T) {
	logits := [][][]float32{{{0, 2, 0}, {1, 0, 0}, {3, 0, 1}}}
	log := func(row []float32, c int) float64 {
		sum := 0.0
		for _, v := range row {
			sum += math.Exp(float64(v))
		}
		return float64(row[c]) - math.Log(sum)
	}
	cover, named := [][]float32{{0.5, Shown / 4, 0}}, [][]float32{{0, 1, 0}}
	patches := logits[0]
	own := (log(patches[0], 1) + log(patches[1], 1)/4) / (1.25 + 0.3)
	flaws := own / (1.25/(1.25+0.3) + 1e-3)
	normal := (log(patches[1], 0)*0.75 + log(patches[2], 0)) / (1.75 + 1e-3)
	require.InDelta(t, -(flaws+normal)/2, run(t, Dense, logits, cover, named), 1e-5)

	sound := [][]float32{{0, 0, 0}}
	all := (log(patches[0], 0) + log(patches[1], 0) + log(patches[2], 0)) / (3 + 1e-3)
	require.InDelta(t, -all/2, run(t, Dense, logits, sound, sound), 1e-5,
		"without a flaw the normal half alone counts")
}

// It wants the flaw where it is, by its name.
func TestDenseWantsTheFlawWhereItIs(t *testing.T) {
	cover, named := [][]float32{{0, 1}}, [][]float32{{0, 0, 1}}
	value := func(logits ...[]float32) float64 {
		return run(t, Dense, [][][]float32{logits}, cover, named)
	}
	require.Less(t, value([]float32{9, 0, 0}, []float32{0, 0, 9}), 0.01)
	require.Greater(t, value([]float32{9, 0, 0}, []float32{0, 9, 0}), 4.0, "another type")
	require.Greater(t, value([]float32{0, 0, 9}, []float32{9, 0, 0}), 8.0, "another place")
}

// To miss a small flaw costs about as much as to miss a large one.
func TestDenseCountsPicturesAlike(t *testing.T) {
	flaw, sound := []float32{0, 4, 0}, []float32{4, 0, 0}
	small, large := [][]float32{flaw, sound, sound, sound}, [][]float32{flaw, flaw, flaw, sound}
	none := [][]float32{sound, sound, sound, sound}
	value := func(pictures ...[][]float32) float64 {
		return run(t, Dense, pictures, [][]float32{{1, 0, 0, 0}, {1, 1, 1, 0}},
			[][]float32{{0, 1, 0}, {0, 1, 0}})
	}
	found := value(small, large)
	require.InEpsilon(t, value(small, none)-found, value(none, large)-found, 0.2)
}

func TestCrossEntropyByHand(t *testing.T) {
	logits := [][]float32{{0, 0}, {float32(math.Log(3)), 0}}
	target := [][]float32{{0.5, 0.5}, {1, 0}}
	require.InDelta(t, (math.Log(2)+math.Log(4.0/3))/2, run(t, CrossEntropy, logits, target), 1e-6)
}

// Each state is a distribution over states, itself but for the two that are drawn alike.
func TestTwins(t *testing.T) {
	twins := Twins()
	require.Len(t, twins, 1+len(sentence.Types()))
	halves := 0
	for i, row := range twins {
		sum := float32(0)
		for k, v := range row {
			require.Equal(t, v, twins[k][i], "of two each counts as the other")
			sum += v
		}
		require.EqualValues(t, 1, sum)
		require.Positive(t, row[i])
		if row[i] != 1 {
			halves++
		}
	}
	require.Equal(t, 2, halves)
}
