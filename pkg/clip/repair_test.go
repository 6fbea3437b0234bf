package clip

import (
	"encoding/json"
	"os"
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

// TestALongTextIsRepairedInParts cuts between the two halves of a letter, as ftfy does after a
// million characters.
func TestALongTextIsRepairedInParts(t *testing.T) {
	require.Equal(t, "a nut, Ã©, &eacute;", repairInParts("a nut, Ã©, &eacute;", 8))
	require.Equal(t, "a nut, é, é", repairInParts("a nut, Ã©, &eacute;", 19))
}
