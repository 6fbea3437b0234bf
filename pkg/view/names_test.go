package view

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestResultBases(t *testing.T) {
	root, out := "/data", t.TempDir()
	long := strings.Repeat("가", 80) // 240 bytes
	paths := []string{"/data/good/000.png", "/data/cut/000.png", "/data/cut/1.jpg",
		"/data/cut/1.PNG", "/data/cut/1.jpg.png", "/data/m\xb1\xea.png", "/data/" + long + "1.png",
		"/data/" + long + "2.png", "/data/a\nb.png", "/data/.png", "/elsewhere/x.png"}
	got, err := resultBases(paths, root, out)
	require.NoError(t, err)
	seen := map[string]bool{}
	for i, base := range got {
		require.True(t, strings.HasPrefix(base, out+"/"), base)
		require.LessOrEqual(t, len(filepath.Base(base)), longestStem)
		require.False(t, seen[base], base)
		require.True(t, holds(base), base)
		seen[base], got[i] = true, strings.TrimPrefix(base, out+"/")
	}
	require.Equal(t, []string{"good/000", "cut/000", "cut/1.jpg", "cut/1.PNG", "cut/1.jpg~2",
		"m\xb1\xea"}, got[:6])
	require.Equal(t, []string{"a\nb", ".png", "x"}, got[8:])
	require.True(t, strings.HasPrefix(got[6], "가가"))
}

// TestOwnNames: pictures of several folders lie side by side where their names differ.
func TestOwnNames(t *testing.T) {
	require.True(t, ownNames([]string{"good/a.png", "cut/b.png"}))
	require.False(t, ownNames([]string{"good/a.png", "cut/A.jpg"}))
	got, err := resultBases([]string{"good/a.png", "cut/b.png"}, "", "out")
	require.NoError(t, err)
	require.Equal(t, []string{"out/a", "out/b"}, got)
}

func TestADeepPathIsWrittenFlat(t *testing.T) {
	out := t.TempDir()
	deep := strings.Repeat("d/", 2000)
	a, b := writableName(deep+"a", out), writableName(deep+"e/a", out)
	require.NotEqual(t, a, b)
	require.Less(t, len(a), 20)
}

func TestLegible(t *testing.T) {
	require.Equal(t, `녹 m\xb1.png\u000a`, Legible("녹 m\xb1.png\n"))
}
