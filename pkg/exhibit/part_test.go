package exhibit_test

import (
	"testing"

	. "adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/papers"

	"github.com/stretchr/testify/require"
)

// TestPartsAreASplit: whatever N, each cell of the registry is in exactly one part, cells of one
// head in the same, and no part has two heads more than another.
func TestPartsAreASplit(t *testing.T) {
	all, err := papers.Find("all")
	require.NoError(t, err)
	for _, name := range []string{"smoke", "tiny", "paper"} {
		p, err := experiment.ProfileOf(name)
		require.NoError(t, err)
		cells := Tasks(all, p)
		require.Greater(t, len(cells), 20, name)
		for i, c := range cells {
			for _, d := range cells[i+1:] {
				require.False(t, c.Equal(d.Measurement), "%s: %s is there twice", name, c)
			}
		}
		require.Equal(t, cells, Part{1, 1}.Of(cells))
		heads := map[string]bool{}
		for _, c := range cells {
			heads[c.Head()] = true
		}
		for _, n := range []int{2, 3, 4, 7, len(heads) + 1} {
			in, most, least, count := map[string]int{}, 0, len(heads), 0
			for k := 1; k <= n; k++ {
				own := Part{k, n}.Of(cells)
				require.Equal(t, own, Part{k, n}.Of(Tasks(all, p)), "again the same")
				of := map[string]bool{}
				for _, c := range own {
					if at, known := in[c.Head()]; known {
						require.Equal(t, at, k, "%s: one head in two parts", c)
					}
					in[c.Head()], of[c.Head()] = k, true
				}
				most, least, count = max(most, len(of)), min(least, len(of)), count+len(own)
			}
			require.Equal(t, len(cells), count, "%s in %d parts", name, n)
			require.LessOrEqual(t, most, least+1, "%s in %d parts", name, n)
		}
	}
}

// TestCellsHoldWhatIsMeasuredAndWhatIsDrawnWith: a head that a table measures is no cell of its
// own, and nothing is trained for what does not train.
func TestCellsHoldWhatIsMeasuredAndWhatIsDrawnWith(t *testing.T) {
	p, err := experiment.ProfileOf("tiny")
	require.NoError(t, err)
	both, err := papers.Find("inp-figure7", "inp-table2", "world-pair")
	require.NoError(t, err)
	alone := Tasks(both[:1], p)
	require.Len(t, alone, 1)
	require.True(t, alone[0].Drawn)
	for _, c := range Tasks(both, p) {
		require.False(t, c.Drawn, c)
	}
}

// TestPartsFillOneStore: parts of one list, filled one after another and again.
func TestPartsFillOneStore(t *testing.T) {
	cache := t.TempDir()
	found, err := papers.Find("inp-ablation-softmax", "inp-figure7")
	require.NoError(t, err)
	fill := func(part Part) (f Filled, told []bool) {
		r := Smoke(t)
		r.Env.Cache = cache
		f, err := r.Fill(t.Context(), part.Of(Tasks(found, r.Profile)),
			func(_ Task, fresh bool) { told = append(told, fresh) })
		require.NoError(t, err)
		return f, told
	}
	first, told := fill(Part{1, 2})
	require.Equal(t, []bool{true}, told)
	require.Equal(t, Filled{Measured: 1}, first, "the paper's, whose head Figure 7 draws with")
	again, told := fill(Part{1, 2})
	require.Equal(t, []bool{false}, told)
	require.Equal(t, Filled{Found: 1}, again)
	second, _ := fill(Part{2, 2})
	require.Equal(t, Filled{Measured: 1}, second)

	r := Smoke(t)
	r.Env.Cache = cache
	plans, err := r.Estimate(t.Context(), found)
	require.NoError(t, err)
	for _, p := range plans {
		require.Equal(t, p.Runs, p.Cached, p.ID)
	}
}

// TestAHeadIsTrainedToBeDrawnWith, also one on a pair of towers.
func TestAHeadIsTrainedToBeDrawnWith(t *testing.T) {
	found, err := papers.Find("inp-figure7", "mads-types")
	require.NoError(t, err)
	r := Smoke(t)
	f, err := r.Fill(t.Context(), Tasks(found, r.Profile), func(Task, bool) {})
	require.NoError(t, err)
	require.Equal(t, Filled{Heads: 2}, f)
}
