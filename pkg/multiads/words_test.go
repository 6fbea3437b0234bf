package multiads

import (
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/detector"

	"github.com/stretchr/testify/require"
)

// TestTextsAreAllThatTheSettingsRestOn takes the files away: the texts say the same.
func TestTextsAreAllThatTheSettingsRestOn(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		return path
	}
	own := Settings{KBA: file("mine.yaml", "types:\n  rust: [\"[cls] with rust\"]\n"),
		Extend: []string{file("more.yaml", "types:\n  hole: [\"[cls] with a hole\"]\n")}}
	own.Sentences = file("words.yaml", "normal: [\"[cls]\"]\ntemplates: [\"my [state].\"]\n")
	for name, s := range map[string]Settings{"files": own, "shipped": {},
		"shipped and one type": {Single: true}} {
		texts, err := s.Texts(detector.Common{Layout: "visa"})
		require.NoError(t, err)
		want, err := s.Knowledge("visa", nil)
		require.NoError(t, err)
		phrases, err := Phrases(s.Sentences, nil)
		require.NoError(t, err)
		if name == "files" {
			require.NoError(t, os.RemoveAll(dir))
			_, err = s.Knowledge("visa", nil)
			require.Error(t, err)
		}
		got, err := s.Knowledge("visa", texts)
		require.NoError(t, err)
		require.Equal(t, want.Base, got.Base, name)
		kept, err := Phrases(s.Sentences, texts)
		require.NoError(t, err)
		require.Equal(t, phrases, kept, name)
		for key := range texts { // what is kept is what is read
			texts[key] = ""
		}
		_, err = s.Knowledge("visa", texts)
		require.Error(t, err, name)
	}
	_, err := own.Texts(detector.Common{Layout: "visa"})
	require.ErrorContains(t, err, "words.yaml")
}
