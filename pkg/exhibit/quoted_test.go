package exhibit

import (
	"testing"

	"adlab/datasets/published"

	"github.com/stretchr/testify/require"
)

// TestReasonsAreOfPrintedSystems: each has a claim, and a table says why a row is quoted alone,
// once, and not of one that is measured.
func TestReasonsAreOfPrintedSystems(t *testing.T) {
	printed := map[string]bool{}
	for _, c := range published.Claims() {
		printed[c.Method] = true
	}
	for name := range QuotedFor {
		require.True(t, printed[name], name)
	}
	table := &Table{Groups: []Group{{Rows: []Row{{Name: "DiAD", Kind: Quoted},
		{Name: "UniAD", Kind: Quoted}, {Name: "MambaAD", Kind: Claimed}}},
		{Rows: []Row{{Name: "DiAD", Kind: Quoted}}}}}
	require.Equal(t, []string{"DiAD is quoted alone: " + QuotedFor["DiAD"]}, table.quotedNotes())
}
