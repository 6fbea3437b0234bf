package multiads

import (
	"testing"

	"adlab/datasets"

	"github.com/stretchr/testify/require"
)

func TestVariants(t *testing.T) {
	deck, err := VariantOf("")
	require.NoError(t, err)
	require.Equal(t, Variants[0], deck)
	for _, v := range Variants {
		got, err := VariantOf(v.Name)
		require.NoError(t, err)
		require.Equal(t, v, got)
		require.NoError(t, v.Objective.Validate())
		require.NoError(t, v.Rule.Validate())
		require.NoError(t, v.Mosaic.Validate())
		require.NoError(t, v.Columns.Validate())
	}
	_, err = VariantOf("best")
	require.ErrorContains(t, err, `got "best"`)
	require.ErrorContains(t, ScoreRule("x").Validate(), `got "x"`)
	require.ErrorContains(t, ColumnOrder("x").Validate(), `got "x"`)
}

func TestColumnOrders(t *testing.T) {
	v, err := datasets.VocabularyOf("real-iad")
	require.NoError(t, err)
	met := func(o ColumnOrder, raw string) string {
		name, ok := o.Of("real-iad", v.Type)(raw)
		require.True(t, ok)
		return name
	}
	for raw, own := range map[string]string{"AK": "pit", "HS": "scratch", "BX": "deformation",
		"CH": "abrasion"} {
		require.Equal(t, own, met(ByName, raw))
	}
	require.Equal(t, []string{"pit", "abrasion", "scratch", "deformation"},
		[]string{met(FirstRelease, "AK"), met(FirstRelease, "HS"), met(FirstRelease, "BX"),
			met(FirstRelease, "CH")})
	mad, err := datasets.VocabularyOf("mad-sim")
	require.NoError(t, err)
	for o, want := range map[ColumnOrder]string{FirstRelease: "Burrs", LaterRevision: "Missing"} {
		name, _ := o.Of("mad-sim", mad.Type)("Burrs")
		require.Equal(t, want, name)
	}
}
