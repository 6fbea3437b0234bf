package lab

import (
	"image"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTypeWalk takes every stage of MultiADS through smoke-sized benchmarks.
func TestTypeWalk(t *testing.T) {
	t.Setenv("ADLAB_DATA", t.TempDir())
	t.Setenv("ADLAB_CACHE", t.TempDir())
	t.Setenv("ADLAB_PROFILE", "smoke")
	l, err := Open("", NewProgress(nil))
	require.NoError(t, err)
	e, err := l.TransferExperiment(t.Context())
	require.NoError(t, err)
	w, err := l.TypeWalk(t.Context(), e)
	require.NoError(t, err)

	s, err := w.Sample("biscuit", 0, "crack")
	require.NoError(t, err)
	require.Equal(t, "biscuit", s.Category)
	two, err := w.Sample("candles", 0)
	require.NoError(t, err)
	require.Greater(t, len(two.DefectTypes()), 1, "several types in one image")
	_, err = w.Sample("biscuit", 99, "crack")
	require.ErrorContains(t, err, "no image 99")
	_, err = w.Sample("sofa", 0)
	require.ErrorContains(t, err, `no category "sofa"`)

	seen := map[string]bool{}
	look := func(name string, picture image.Image, err error) {
		require.NoError(t, err, name)
		require.Greater(t, picture.Bounds().Dx(), 300, name)
		seen[name] = true
	}
	picture, err := w.Prompts("biscuit")
	look("prompts", picture, err)
	picture, err = w.Levels(s, "crack")
	look("levels", picture, err)
	_, err = w.Levels(s, "sneeze")
	require.ErrorContains(t, err, `got "sneeze"`)
	picture, err = w.Training(3)
	look("training", picture, err)
	picture, words, err := w.Types(two)
	look("types", picture, err)
	require.Regexp(t, `^\w.* [01]\.\d\d`, words)
	source, err := w.SourceSample("cloth", 0, "hole")
	require.NoError(t, err)
	text, err := w.Losses(source)
	require.NoError(t, err)
	require.Contains(t, text, "focal, before")
	text, err = w.FewShot(0, 1)
	require.NoError(t, err)
	require.Contains(t, text, "references")
}
