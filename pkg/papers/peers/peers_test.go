package peers

import (
	"math"
	"testing"

	"adlab/pkg/bench"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/progress"
	"adlab/pkg/store"

	"github.com/stretchr/testify/require"
)

// runner is one of a profile with an empty cache.
func runner(t *testing.T, name string) *exhibit.Runner {
	v, err := experiment.Open("", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	p, err := experiment.ProfileOf(name)
	require.NoError(t, err)
	return exhibit.NewRunner(v, p)
}

// TestWorksAreToldApart: each has names of its own, peers that the table can name, and goals about
// them alone.
func TestWorksAreToldApart(t *testing.T) {
	for _, name := range []string{"smoke", "tiny"} {
		p, err := experiment.ProfileOf(name)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, of := range []func(experiment.Profile) []work{metrics, forwards, steps, looks} {
			for _, w := range of(p) {
				require.False(t, seen[w.name] || seen[w.short], w.name)
				seen[w.name], seen[w.short] = true, true
				require.NotEmpty(t, w.peers)
				for _, peer := range w.peers {
					require.NotEmpty(t, called[peer])
					require.Contains(t, coloured, called[peer])
				}
				for _, g := range w.goals {
					require.Subset(t, w.peers, g.peers, w.name)
					require.False(t, g.cached && w.cached == nil, w.name)
				}
				require.Positive(t, w.budget.Rounds)
			}
		}
	}
}

// TestATableSaysWhatWasMeasured: from stored series, without measuring.
func TestATableSaysWhatWasMeasured(t *testing.T) {
	t.Setenv(EnvPeers, "/no/such/peer")
	r := runner(t, "smoke")
	all := quick(metrics(r.Profile))
	require.False(t, measured(r, all))
	for _, w := range all {
		sides, err := w.sides(r.Env)
		require.NoError(t, err)
		require.Len(t, sides, 3)
		require.NoError(t, store.WriteJSON(w.path(r.Env, sides), []bench.Series{
			{Side: asSet, Version: "adlab", Seconds: []float64{0.1, 0.1, 0.2}, Peak: 1e8},
			{Side: called[scikit], Version: "scikit 1", Seconds: []float64{7, 7, 12}, Start: 2},
			{Side: called[adeval], Version: "adeval 1", Seconds: []float64{0.1, 0.2, 0.2}}}))
	}
	require.True(t, measured(r, all))
	figures, tables, err := draw(t.Context(), r, all)
	require.NoError(t, err)
	require.Len(t, figures, 1)
	require.Len(t, tables, 2)
	rows := tables[0].Rows()
	require.Len(t, rows, 6)
	require.Equal(t, called[scikit], rows[1].Name)
	var cells []string
	for _, c := range rows[1].Cells {
		cells = append(cells, c.Own())
	}
	require.Equal(t, []string{"7000", "70.00", "65.00 to 70.00", "0", "2.0", "3"}, cells)
	require.Contains(t, tables[0].Notes[2], "adeval 1; adlab; scikit 1")
	goals := tables[1].Rows()
	require.Equal(t, "met", goals[0].Cells[2].Text)
	require.Equal(t, "not met", goals[1].Cells[2].Text)
}

func TestTheFastestPeerCounts(t *testing.T) {
	series := []bench.Series{{Side: asSet, Seconds: []float64{2}},
		{Side: fromCache, Seconds: []float64{0.5}}, {Side: called[eager], Seconds: []float64{3}},
		{Side: called[compile], Seconds: []float64{2.5}}}
	row, ok := goal{peers: []string{eager, compile}, ratio: 1.2}.reached(series)
	require.True(t, ok)
	require.Equal(t, "PyTorch, torch.compile over adlab", row.Name)
	require.Equal(t, []float64{1.25}, row.Cells[0].Ours)
	row, _ = goal{peers: []string{eager}, ratio: 7, cached: true}.reached(series)
	require.Equal(t, []float64{6}, row.Cells[0].Ours)
	require.Equal(t, "not met", row.Cells[2].Text)
	_, ok = goal{peers: []string{ov}, ratio: 1}.reached(series)
	require.False(t, ok)
}

// TestWithoutPeersNothingIsCompared.
func TestWithoutPeersNothingIsCompared(t *testing.T) {
	t.Setenv(EnvPeers, "")
	r := runner(t, "tiny")
	_, _, err := draw(t.Context(), r, metrics(r.Profile))
	require.ErrorContains(t, err, "`make bench` sets them up")
	t.Setenv(EnvPeers, "/no/such/peer")
	_, _, err = draw(t.Context(), r, metrics(r.Profile))
	require.ErrorContains(t, err, "not by peers.test")
}

// TestExponents: a power is found again, with an interval that noise widens.
func TestExponents(t *testing.T) {
	x := []float64{1, 2, 4, 8, 16}
	var exact, noisy []float64
	for i, v := range x {
		exact = append(exact, 3*math.Pow(v, 1.5))
		noisy = append(noisy, exact[i]*[]float64{1.1, 0.9, 1, 1.1, 0.95}[i])
	}
	k, low, high := exponent(x, exact)
	require.InDelta(t, 1.5, k, 1e-9)
	require.InDelta(t, 0, high-low, 1e-6)
	k, low, high = exponent(x, noisy)
	require.InDelta(t, 1.5, k, 0.1)
	require.Greater(t, high-low, 0.1)
	require.Less(t, low, 1.5)
	require.Greater(t, high, 1.5)
}

// TestGrowthInSmoke measures for real, what takes no time.
func TestGrowthInSmoke(t *testing.T) {
	r := runner(t, "smoke")
	figures, tables, err := drawGrowth(t.Context(), r, nil)
	require.NoError(t, err)
	require.Len(t, figures, 4)
	require.Len(t, tables[0].Rows(), 5)
}
