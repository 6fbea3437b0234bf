package render

import (
	"strings"
	"testing"

	"adlab/pkg/exhibit"

	"github.com/stretchr/testify/require"
)

// TestTablesNeedNoSheetOfStyles: every row and number says for itself what it looks like.
func TestTablesNeedNoSheetOfStyles(t *testing.T) {
	plain, err := HTML(&exhibit.Table{Columns: []string{"AP"}, Groups: []exhibit.Group{{
		Name: "set", Rows: []exhibit.Row{{Name: "ours", Cells: []exhibit.Cell{{Claim: "a"}}},
			{Name: "another's", Kind: "quoted", Cells: []exhibit.Cell{{Printed: "1.0"}}}}}}})
	require.NoError(t, err)
	out := Inline(plain)
	require.Equal(t, strings.Count(plain, `class="number"`),
		strings.Count(out, "text-align: right"))
	require.Contains(t, out, `<tr class="quoted" style=`)
	require.Contains(t, out, `<th scope="rowgroup" style="text-align: left"`)
	require.NotContains(t, out, "<style")
}
