package experiment

import (
	"testing"

	"adlab/pkg/detector"
	"adlab/pkg/plot"
	"adlab/pkg/verdict"

	"github.com/stretchr/testify/require"
)

// FuzzModelFile fuzzes what a model file says of itself: it is refused in one line that names the
// file, or it can be asked.
func FuzzModelFile(f *testing.F) {
	c, err := NewCalibration([]float64{3, 1, 2}, []float64{1, 1, 5}, 0.3)
	require.NoError(f, err)
	for _, detectorName := range []string{"inp-former", "multiads", "knn"} {
		r := record{Experiment: Default("visa").By(detectorName), Encoder: "d",
			Texts: detector.Texts{"kba x": "y"}, Scale: plot.Scale{Low: 1, High: 2}, Calibration: c}
		made, err := r.metadata()
		require.NoError(f, err)
		f.Add(made["experiment"], made["texts"], made["scale"], made["calibration"])
	}
	f.Add(`{"Detector": "x\ny", "Own": {}}`, "null", "NaN Inf", `{"scores": [1], "peaks": [null]}`)
	f.Add(`{"Detector": "knn", "Own": {"INPs": 1}}`, `{"a": 1}`, "1", `{"scores": [2, 1]}`)
	f.Add("null", "", "1 2\n", "null")
	f.Fuzz(func(t *testing.T, settings, texts, scale, calibration string) {
		made := map[string]string{"format": modelVersion, "experiment": settings, "texts": texts,
			"scale": scale, "calibration": calibration, "encoder": "d"}
		r, err := readRecord("part.model", made)
		if err != nil {
			require.ErrorContains(t, err, "part.model")
			require.NotContains(t, err.Error(), "\n")
			return
		}
		e := r.Experiment
		if err := e.Validate(); err != nil {
			require.NotContains(t, err.Error(), "\n")
		}
		if c := r.Calibration; c != nil {
			require.NotEmpty(t, c.Promise())
			answer, p := c.Verdict(0.5)
			require.Contains(t, []string{verdict.Answer(true), verdict.Answer(false)}, answer)
			require.True(t, p > 0 && p <= 1, "%g", p)
			at, err := c.At(0.1)
			require.NoError(t, err)
			require.NotEmpty(t, at.Promise())
		}
	})
}
