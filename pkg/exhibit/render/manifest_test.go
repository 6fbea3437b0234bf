package render

import (
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/metric"

	"github.com/stretchr/testify/require"
)

// TestAManifestRemovesNothingElsewhere: what an earlier gallery is said to have written is removed
// from the gallery's own folder, and from nowhere else.
func TestAManifestRemovesNothingElsewhere(t *testing.T) {
	top := t.TempDir()
	folder := filepath.Join(top, "figures")
	for _, name := range []string{"figures/old.csv", "figures/mine.txt", "figures/below/x.csv",
		"victim.csv"} {
		path := filepath.Join(top, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o666))
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, manifestFile), []byte(`{"exhibits": [
		{"tables": ["old", "../victim", "below/x", "..", ".", ""], "figures": [{"png": ""},
		{"png": ".."}, {"png": "`+filepath.Join(top, "victim.csv")+`"}]}]}`), 0o666))
	require.NoError(t, Clean(folder, nil))
	require.NoFileExists(t, filepath.Join(folder, "old.csv"))
	for _, name := range []string{"figures/mine.txt", "figures/below/x.csv", "victim.csv"} {
		require.FileExists(t, filepath.Join(top, name))
	}
}

func TestRunsOfAGalleryAreRuns(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, runsFile), []byte("[null]"), 0o666))
	_, err := ReadRuns(folder)
	require.ErrorContains(t, err, "expected runs, got a null among them")
	runs, err := ReadRuns(t.TempDir())
	require.NoError(t, err)
	require.Empty(t, runs)
}

// FuzzManifest fuzzes a gallery's manifest: what made a file is found, or it is one line.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"profile": "tiny", "exhibits": [{"id": "a", "tables": ["a"], "figures":
		[{"png": "a.png"}], "made": {"a": "b"}}]}`))
	f.Add([]byte(`{"exhibits": [null, {"tables": [""]}]}`))
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, manifestFile), b, 0o666))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "a.csv"), nil, 0o666))
		if _, err := MadeOf(filepath.Join(folder, "a.csv")); err != nil {
			require.ErrorContains(t, err, folder)
			require.NotContains(t, err.Error(), "\n")
		}
		_ = Beside(folder, nil)
	})
}

// Resamples stay in the store; their intervals are shown.
func TestAGallerysRunsKeepIntervalsAlone(t *testing.T) {
	run := &exhibit.Run{Key: "k", Rulers: []experiment.Ruled{{Ruler: "exact",
		Draws:     metric.Draws{metric.ImageAUROC: {0.1, 0.2}},
		Intervals: map[metric.Number]metric.Interval{metric.ImageAUROC: {Low: 0.1, High: 0.2}}}}}
	of := runsOf([]Entry{{measured: []*exhibit.Run{run}}, {measured: []*exhibit.Run{run}}})
	require.Len(t, of, 1)
	require.Nil(t, of[0].Rulers[0].Draws)
	require.Equal(t, run.Rulers[0].Intervals, of[0].Rulers[0].Intervals)
	require.Len(t, run.Rulers[0].Draws[metric.ImageAUROC], 2, "the run's own stay")
}
