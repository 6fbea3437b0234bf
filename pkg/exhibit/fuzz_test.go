package exhibit

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestARunIsOfTheKeyThatItsFileHas: what lies among the runs and is none is an error in one line.
func TestARunIsOfTheKeyThatItsFileHas(t *testing.T) {
	const key = "0123456789012345678901234567890123456789"
	for content, want := range map[string]string{
		"null":                    "expected the run of that key, got none or another one",
		"{}":                      "expected the run of that key",
		`{"key": "0123"`:          "delete it and run again",
		`{"key": "` + key + `0"}`: "expected the run of that key",
		`{"key": "` + key + `"}`:  "",
	} {
		cache := t.TempDir()
		file := filepath.Join(RunsDir(cache), key+".json")
		require.NoError(t, os.MkdirAll(RunsDir(cache), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o666))
		runs, err := Runs(cache)
		if want == "" {
			require.NoError(t, err)
			require.Len(t, runs, 1)
			continue
		}
		require.ErrorContains(t, err, file)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
}

// FuzzRun fuzzes a stored run: it is read and looked into, or refused in one line.
func FuzzRun(f *testing.F) {
	const key = "0123456789012345678901234567890123456789"
	f.Add([]byte("null"))
	f.Add([]byte(`{"key": "` + key + `", "measurement": {"set": "mvtec", "experiment": {"Detector":
		"inp-former", "Own": {"INPs": 6}}}, "mean": {"image_auroc": 0.5}, "categories": [{"name":
		"a"}], "types": {"mean": {}, "by_type": [{"type": "dent"}]}}`))
	f.Add([]byte(`{"key": "` + key + `", "measurement": {"experiment": {"Detector": "knn",
		"Own": {"INPs": 1}}}, "types": {}}`))
	cache := f.TempDir()
	file := filepath.Join(RunsDir(cache), key+".json")
	require.NoError(f, os.MkdirAll(RunsDir(cache), 0o777))
	f.Fuzz(func(t *testing.T, b []byte) {
		require.NoError(t, os.WriteFile(file, b, 0o666))
		runs, err := Runs(cache)
		if err != nil {
			require.ErrorContains(t, err, file)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		for _, r := range runs {
			_ = r.Measurement.String()
			for _, metric := range []string{"I-AUROC", "P-F1 (macro)", "P-AUROC", "AUPRO", ""} {
				_, _ = r.Value(metric, "")
				_, _ = r.Value(metric, "dent")
				_, _ = r.of(metric, "a", "")
			}
		}
	})
}
