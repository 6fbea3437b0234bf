package view

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/datasets/synth"
	_ "adlab/pkg/backend/quick" // compiling is much of the work
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

// kept are the categories that the walk's benchmarks have.
var kept = map[string][]string{"mvtec": {"cloth"}, "visa": {"candles", "biscuit"}}

// generated writes small benchmarks where the smoke profile looks for them, and few sentences.
func generated(t *testing.T) (sentences string) {
	home := t.TempDir()
	t.Setenv("ADLAB_DATA", home)
	sentences = filepath.Join(home, "sentences.yaml")
	require.NoError(t, os.WriteFile(sentences, []byte("source: test\n"+
		"normal: [\"[cls]\", \"intact [cls]\"]\ntemplates: [\"a photo of [state].\"]\n"), 0o666))
	for _, b := range synth.Benchmarks() {
		b.Categories = slices.DeleteFunc(slices.Clone(b.Categories), func(c synth.Category) bool {
			return !slices.Contains(kept[b.Name], c.Name)
		})
		if len(b.Categories) > 0 {
			require.NoError(t, synth.Write(t.Context(), b, "smoke", 1,
				filepath.Join(home, "synth-smoke", b.Name), 0, nil))
		}
	}
	return sentences
}

// transfer is MultiADS from one smoke-sized benchmark to another.
func transfer(t *testing.T, v *experiment.Env, sentences string) experiment.Experiment {
	e := experiment.Default("visa").By("multiads")
	e.Profile = "smoke"
	source, err := v.Generated(t.Context(), "mvtec", "smoke")
	require.NoError(t, err)
	e.Data, err = v.Generated(t.Context(), "visa", "smoke")
	require.NoError(t, err)
	return experiment.With(e, func(s *multiads.Settings) {
		s.Sources, s.Sentences = []string{"mvtec=" + source}, sentences
	})
}

// TestTypeWalk takes every stage of MultiADS through smoke-sized benchmarks.
func TestTypeWalk(t *testing.T) {
	sentences := generated(t)
	t.Setenv("ADLAB_CACHE", t.TempDir())
	v, err := experiment.Open("", experiment.CacheDir(), progress.New(nil))
	require.NoError(t, err)
	e := transfer(t, v, sentences)
	w, err := NewTypeWalk(t.Context(), v, e)
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
	picture, err := w.Prompts(t.Context(), "biscuit")
	look("prompts", picture, err)
	picture, err = w.Levels(t.Context(), s, "crack")
	look("levels", picture, err)
	_, err = w.Levels(t.Context(), s, "sneeze")
	require.ErrorContains(t, err, `got "sneeze"`)
	picture, err = w.Training(t.Context(), 3)
	look("training", picture, err)
	picture, words, err := w.Types(t.Context(), two)
	look("types", picture, err)
	require.Regexp(t, `^\w.* [01]\.\d\d`, words)
	source, err := w.SourceSample("cloth", 0, "hole")
	require.NoError(t, err)
	text, err := w.Losses(t.Context(), source)
	require.NoError(t, err)
	require.Contains(t, text, "focal, before")
	text, err = w.FewShot(t.Context(), 0, 1)
	require.NoError(t, err)
	require.Contains(t, text, "references")
}
