package clip

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDamagedTextIsRepairedPieceByPiece holds texts, most of them damaged in one place and whole in
// another, against what ftfy 6.3.1's fix_text makes of them, and against the ids that CLIP's own
// tokenizer gives then.
func TestDamagedTextIsRepairedPieceByPiece(t *testing.T) {
	b, err := os.ReadFile("testdata/damaged.json")
	require.NoError(t, err)
	var cases []struct {
		Text, Fixed string
		IDs         []int32
	}
	require.NoError(t, json.Unmarshal(b, &cases))
	require.Len(t, cases, 40)
	for _, c := range cases {
		require.Equal(t, c.Fixed, repair(c.Text), "%+q", c.Text)
		got := Tokenize(c.Text)
		require.Equal(t, c.IDs, got.IDs[:got.Length+2], "%+q", c.Text)
	}
}

// TestUnescapeIsPythons has what Go's html.UnescapeString answers otherwise.
func TestUnescapeIsPythons(t *testing.T) {
	for text, want := range map[string]string{
		"&#0": "\ufffd", "&#1;x": "x", "&#x7f;": "", "&#xd800;": "\ufffd", "&#1114112;": "\ufffd",
		"&#128;": "€", "&#129;": "\u0081", "&#xFFFE;": "", "&#13;": "\r", "&amp;#65;": "&#65;",
		"&eacute&lt": "é<", "&#;": "&#;", "& &;": "& &;", "&notit;": "¬it;",
	} {
		require.Equal(t, want, unescape(text), text)
	}
}

func TestALongTextIsRepairedInParts(t *testing.T) {
	long := strings.Repeat("Ã©", 1_000_000) // 2,000,000 characters: two parts, none cut in between
	require.Equal(t, strings.Repeat("é", 1_000_000), repair(long))
}
