package backend

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestProbe: two runs of one machine agree in every operation, and no two operations give the same
// bytes. Sorting takes no rounding: its bytes are the same on every machine and backend.
func TestProbe(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles thirty graphs")
	}
	b, err := Open("")
	require.NoError(t, err)
	first, err := Probe(b.Backend)
	require.NoError(t, err)
	second, err := Probe(b.Backend)
	require.NoError(t, err)
	require.Equal(t, first, second)
	require.Len(t, first, len(probes))
	seen := map[string]string{}
	for _, d := range first {
		require.Empty(t, seen[d.Bytes], d.Operation)
		seen[d.Bytes] = d.Operation
		if d.Operation == "sort" {
			require.Equal(t, "1eaf02eadab9", d.Bytes)
		}
	}
}
