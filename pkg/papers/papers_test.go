package papers

import (
	"testing"

	"adlab/datasets/published"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/papers/inpformer"

	"github.com/stretchr/testify/require"
)

func TestRegistryIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range All() {
		require.False(t, seen[e.ID], e.ID)
		seen[e.ID] = true
		require.Contains(t, []string{exhibit.KindTable, exhibit.KindFigure,
			exhibit.KindAblation}, e.Kind, e.ID)
		require.Contains(t, []string{"INP-Former", "MultiADS", "small world"}, e.Paper, e.ID)
		for _, w := range []exhibit.Words{e.Title, e.Caption} {
			require.NotEmpty(t, w.EN, e.ID)
			require.Regexp(t, `\p{Hangul}`, w.KO, e.ID)
		}
		require.Equal(t, e.Apart, e.Notebook == "", "%s: what is apart is no cell", e.ID)
		require.True(t, e.Table != nil || e.Draw != nil, e.ID)
	}
	require.Len(t, texts, len(seen), "no caption is left over")
	found, err := Find("inp-table2", "inp-figure6")
	require.NoError(t, err)
	require.Len(t, found, 2)
	_, err = Find("inp-table99")
	require.ErrorContains(t, err, `no exhibit "inp-table99"; `+"`adlab list` shows them")
}

// TestEveryClaimHasOneCellAndEveryCellItsClaim walks the tables in every profile.
func TestEveryClaimHasOneCellAndEveryCellItsClaim(t *testing.T) {
	for _, name := range experiment.Profiles() {
		p := profile(t, name)
		cells := map[string]string{}
		for _, e := range All() {
			table := e.Layout(p)
			if table == nil {
				require.Empty(t, e.Claims(), e.ID)
				continue
			}
			own := map[string]bool{}
			for _, row := range table.Rows() {
				require.Len(t, row.Cells, len(table.Columns))
				if row.Kind == exhibit.Claimed {
					require.NotEmpty(t, row.Of, "%s, %s", e.ID, row.Name)
				}
				for i, c := range row.Cells {
					claim, ok := published.Find(c.Claim)
					switch {
					case row.Kind == exhibit.Beside:
						require.Empty(t, c.Claim, "%s, %s: not printed, so no claim", e.ID,
							row.Name)
						continue
					case c.Printed == "" && c.Claim == "":
						continue // the paper prints a dash
					}
					require.True(t, ok, "%s, %s, %s: a cell without a claim", e.ID, row.Name,
						table.Columns[i])
					require.Equal(t, claim.Printed, c.Printed)
					require.Equal(t, claim.Metric, table.Columns[i])
					require.Empty(t, cells[c.Claim], "%s: two cells", c.Claim)
					cells[c.Claim], own[c.Claim] = e.ID, true
				}
			}
			for _, claim := range e.Claims() {
				require.True(t, own[claim.ID], "%s: claim %s has no cell", e.ID, claim.ID)
			}
			require.Len(t, own, len(e.Claims()), e.ID)
		}
		require.Len(t, cells, len(published.Claims()), "every claim is some exhibit's")
	}
}

func TestFigure6AndTheAblationsShareTheHeadOfTable2(t *testing.T) {
	for _, name := range experiment.Profiles() {
		p := profile(t, name)
		shared := inpformer.MultiClass(p, "mvtec", p.Seeds[0])
		for _, id := range []string{"inp-table2", "inp-tableS5", "inp-figure3", "inp-figure6",
			"inp-figure7", "inp-coherence", "inp-figureS2", "inp-ablation-inps",
			"inp-ablation-softmax"} {
			found, err := Find(id)
			require.NoError(t, err)
			same := 0
			for _, m := range found[0].Measurements(p) {
				if m.Equal(shared) {
					same++
				}
			}
			require.Equal(t, 1, same, "%s in %s", id, name)
		}
	}
}
