package render

import (
	"fmt"
	"slices"
	"strings"
)

// runOf is what the page says of a run behind a number.
type runOf struct {
	What      string `json:"what"` // detector, setting, data set
	Seed      uint64 `json:"seed"`
	Steps     int    `json:"steps,omitempty"` // 0 where they follow from the data
	Encoder   string `json:"encoder"`         // with the digest of its weights
	Data      string `json:"data"`            // with digests
	Processor string `json:"processor"`
	Code      string `json:"code"`
}

// digestShown is how many digits of a digest the page shows, as Made does.
const digestShown = 16

// addRuns adds those of a gallery to those given, by key.
func addRuns(runs map[string]runOf, folder string) error {
	read, err := ReadRuns(folder)
	for _, r := range read {
		x := r.Measurement.Experiment
		var data []string
		for set, digest := range r.Data {
			data = append(data, set+" "+shortened(digest))
		}
		slices.Sort(data)
		what := fmt.Sprintf("%s, %s, %s", x.Detector, x.Setting, r.Measurement.Set)
		if x.Shots > 0 {
			what += fmt.Sprintf(", %d shots", x.Shots)
		}
		runs[r.Key] = runOf{what, x.Seed, x.Steps, r.Encoder + " " + shortened(r.Weights),
			strings.Join(data, ", "), r.Processor, r.Code}
	}
	return err
}

func shortened(digest string) string { return digest[:min(len(digest), digestShown)] }
