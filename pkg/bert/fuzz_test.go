package bert

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzPieces fuzzes a vocabulary and a text: the vocabulary is refused in one line, or the text's
// pieces are in it, between the marks, as many as there is room for.
func FuzzPieces(f *testing.F) {
	f.Add(strings.Join(vocabulary, "\n"), "A scratch, CAFÉ 文 €\u200b", uint8(7))
	f.Add("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\na\r\n##a", "aaaa\xff\x00aa", uint8(0))
	f.Add("[UNK]", "a", uint8(1))
	f.Add("[PAD]\n[UNK]\n[CLS]\n[SEP]\n\n##", "İΣ'S \ufb01", uint8(200))
	path := filepath.Join(f.TempDir(), "vocab.txt")
	f.Fuzz(func(t *testing.T, words, text string, room uint8) {
		require.NoError(t, os.WriteFile(path, []byte(words), 0o666))
		p, err := ReadPieces(path)
		if err != nil {
			require.ErrorContains(t, err, path)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		n := int(room) + 2 // the marks
		ids, length := p.IDs(text, n), p.Length(text)
		require.Len(t, ids, n)
		require.Equal(t, p.first, ids[0])
		last := min(length, n) - 1
		require.Equal(t, p.last, ids[last])
		for i, id := range ids {
			require.True(t, id >= 0 && int(id) <= strings.Count(words, "\n"), "%d", id)
			require.True(t, i <= last || id == 0)
		}
		for _, word := range p.Unknown(text) {
			require.NotEmpty(t, word)
		}
	})
}
