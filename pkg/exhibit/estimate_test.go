package exhibit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEstimateCountsSharedHeadsOnce(t *testing.T) {
	r := smoke(t)
	found, err := Find("inp-ablation-softmax", "inp-ablation-inps", "inp-table1")
	require.NoError(t, err)
	plans, err := r.Estimate(t.Context(), found)
	require.NoError(t, err)
	set, err := r.set(t.Context(), "mvtec")
	require.NoError(t, err)
	require.Equal(t, 2, plans[0].Heads)
	require.Equal(t, 2*r.Steps, plans[0].Steps)
	require.Equal(t, len(set.All()), plans[0].Images)
	require.Positive(t, plans[0].Seconds)
	require.Equal(t, 2, plans[1].Heads, "the paper's head is the first exhibit's")
	require.Zero(t, plans[1].Images)
	require.Zero(t, plans[2].Steps)
	require.Contains(t, plans[0].String(), "2 heads, 6 steps")
	require.Contains(t, Plan{ID: "x", Missing: []string{"weights"}}.String(), "missing: weights")
}
