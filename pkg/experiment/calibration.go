package experiment

import (
	"encoding/json"
	"fmt"
	"slices"

	"adlab/pkg/metric"
	"adlab/pkg/verdict"
)

// Calibration is what a model knows of pictures that it did not learn from: how it tells OK from
// NG.
type Calibration struct {
	Image verdict.Threshold `json:"image"` // of scores
	// of the largest value of a map: at most the promised share of new normal pictures has a pixel
	// above it
	Pixel  verdict.Threshold `json:"pixel"`
	Scores []float64         `json:"scores"` // of held-out normals, ascending
	Peaks  []float64         `json:"peaks"`  // the largest value of each one's map, ascending
	Folds  int               `json:"folds"`
	// where bad pictures were given
	Bad    []float64           `json:"bad,omitempty"` // their scores, ascending
	Told   *verdict.Told       `json:"told,omitempty"`
	Pixels *metric.PixelScores `json:"pixels,omitempty"` // where their masks were
}

// NewCalibration makes thresholds of what a detector says of held-out normals.
func NewCalibration(scores, peaks []float64, rate float64) (c *Calibration, err error) {
	c = &Calibration{Scores: slices.Sorted(slices.Values(scores)),
		Peaks: slices.Sorted(slices.Values(peaks))}
	return c.At(rate)
}

// At is the calibration with thresholds for another rate of false alarms.
func (c *Calibration) At(rate float64) (*Calibration, error) {
	out := *c
	var err error
	if out.Image, err = verdict.Conformal(c.Scores, rate); err != nil {
		return nil, err
	}
	if out.Pixel, err = verdict.Conformal(c.Peaks, rate); err != nil {
		return nil, err
	}
	return &out, nil
}

// Promise says in a line what the thresholds promise, and what would be needed for what was asked.
func (c *Calibration) Promise() string {
	t := c.Image
	if t.Promised() {
		return fmt.Sprintf("at most %s of new normal pictures are called NG (%d held-out normals)",
			percent(t.Rate), t.Normals)
	}
	return fmt.Sprintf("at most %s of new normal pictures are called NG, the least that %d "+
		"held-out normals can promise; %s needs %d good pictures", percent(t.Rate), t.Normals,
		percent(t.Asked), t.Needed)
}

// percent is a share as a person reads it.
func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }

// Verdict is OK or NG, and the p-value of a score.
func (c *Calibration) Verdict(score float64) (answer string, p float64) {
	return verdict.Answer(c.Image.NG(score)), verdict.PValue(c.Scores, score)
}

// readCalibration reads what a model file says; nil where it has none.
func readCalibration(path, text string) (*Calibration, error) {
	if text == "" {
		return nil, nil
	}
	c := &Calibration{}
	if err := json.Unmarshal([]byte(text), c); err != nil {
		return nil, fmt.Errorf("%s: thresholds: %w", path, err)
	}
	if len(c.Scores) == 0 || len(c.Scores) != len(c.Peaks) || !slices.IsSorted(c.Scores) {
		return nil, fmt.Errorf("%s: thresholds: expected the scores of held-out normals in "+
			"ascending order, got %d scores and %d peaks; fit it again", path, len(c.Scores),
			len(c.Peaks))
	}
	return c, nil
}
