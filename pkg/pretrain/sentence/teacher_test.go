package sentence

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestVocabularyOfThePackage: its marks of beginnings become BERT's marks of what goes on.
func TestVocabularyOfThePackage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vocab.json")
	require.NoError(t, os.WriteFile(file, []byte(`["[PAD]","[UNK]","[CLS]","[SEP]","▁scr","atch",
		"▁a","▁,","▁cafe"]`), 0o666))
	w, err := readPieces(file)
	require.NoError(t, err)
	require.Equal(t, []int32{2, 6, 4, 5, 7, 8, 1, 3, 0}, w.IDs("A scratch, CAFÉ xyz", 9))
	require.NoError(t, os.WriteFile(file, []byte(`{}`), 0o666))
	_, err = readPieces(file)
	require.ErrorContains(t, err, "expected a list of pieces")
}
