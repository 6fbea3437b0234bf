package prompted

import (
	"adlab/pkg/detector"
	"adlab/pkg/multiads"
	"adlab/pkg/setting"
)

// Learning says what is learned from.
type Learning struct {
	Sources []string // data sets to learn from, KEY=FOLDER with a data set's key
}

// Validate satisfies detector.Settings.
func (l Learning) Validate(c detector.Common) error {
	return multiads.Learning{Sources: l.Sources}.Validate(c)
}

// Settings are the prompt learners' own.
type Settings struct {
	Learning
	Context int // learned vectors of a phrase; 0 for the method's own
}

// mostContext leaves room for a product's name in every text tower.
const mostContext = 24

// Validate satisfies detector.Settings.
func (s Settings) Validate(c detector.Common) error {
	if s.Context < 0 || s.Context > mostContext {
		return setting.Errorf("Context", "expected 1 to %d learned vectors, got %d", mostContext,
			s.Context)
	}
	return s.Learning.Validate(c)
}
