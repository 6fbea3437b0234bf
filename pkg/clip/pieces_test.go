package clip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPiecesAreWhatTheTokenizerGives(t *testing.T) {
	pieces := Pieces()
	require.Len(t, pieces, Vocabulary)
	for text, want := range map[string][]string{"a scratched screw": {"a", "scratched", "screw"},
		"é": {"é"}} {
		tokens := Tokenize(text)
		var got []string
		for _, id := range tokens.IDs[1 : 1+tokens.Length] {
			got = append(got, pieces[id])
		}
		require.Equal(t, want, got)
	}
	require.Empty(t, pieces[startID])
}
