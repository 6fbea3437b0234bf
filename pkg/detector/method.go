package detector

import (
	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/progress"

	"github.com/gomlx/compute"
)

// Sees is what a method looks through.
type Sees string

// What methods look through.
const (
	Pixels Sees = "pixels" // the picture itself
	Tokens Sees = "tokens" // the patch tokens of an encoder
	Pair   Sees = "pair"   // a vision and a text tower with a common space
)

// Method is one entry of the table of methods: all that adlab has to know of a detector by its
// name. Listing, help, refusal of foreign settings, construction and the common tests read it.
type Method struct {
	Name  string
	About string // one line
	Sees  Sees
	// Trains tells that it learns by steps; its detector is Trainable then.
	Trains bool
	// Sources tells that it learns from other data sets than the target, and needs some.
	Sources bool
	// Settings are its own, at their defaults; nil where it has none.
	Settings Settings
	// New makes the detector, untrained. It reads no data.
	New func(Job) (Detector, error)
}

// Settings are a method's own.
type Settings interface {
	// Validate checks all that can be checked before data are read. Its errors are setting.Errors.
	Validate(Common) error
}

// Common are the settings that every method understands. Zero means the method's own.
type Common struct {
	Layout string // how the target lies on disk
	Seed   uint64
	Steps  int
	Batch  int     // images a step
	Rate   float64 // largest learning rate
	// normal images of each category to learn from, or references; 0 for all, or none
	Shots int
}

// Texts are the words that settings rest on, by how the settings call them: a model file carries
// them, so that it needs no other file and nobody's edits change what it says.
type Texts map[string]string

// Wordy is of settings that rest on words: on a file of them, or on what the program ships.
type Wordy interface {
	Settings
	// Texts reads them.
	Texts(Common) (Texts, error)
}

// TextsOf are the texts that settings rest on; none for settings without words.
func TextsOf(s Settings, c Common) (Texts, error) {
	if w, ok := s.(Wordy); ok {
		return w.Texts(c)
	}
	return nil, nil
}

// Job is what a method makes a detector for.
type Job struct {
	Common
	Backend  compute.Backend
	Cache    string // folder
	Progress *progress.Progress
	// Encoder is what the method sees through: of tokens, or an encoder.Pair; nil for
	// methods that see pixels.
	Encoder encoder.Encoder
	// Train is what it will be fitted on, and part of the address of its checkpoint; nil for a
	// detector that will be given its parameters.
	Train []datasets.Sample
	// Target is the set that it will be asked about; nil where that is not known.
	Target *datasets.Set
	// Alone tells that it will be asked about single pictures: scores stand by themselves, and
	// types come with each.
	Alone bool
	// Reading says how the sources are read: the limit of test images, and what is allowed.
	Reading  datasets.Options
	Settings Settings // of the method's own type
	// Texts are the words that the settings rest on, where a model file brings them; nil where the
	// settings say where they are.
	Texts Texts
	// Passing tells that features of pictures are not kept once they have served.
	Passing bool
	Held    *encoder.Held // features that are at hand, or nil
}

// Features computes and caches the features of an encoder, with progress.
func (j *Job) Features(e encoder.Encoder) *encoder.Cache {
	bar := j.Progress.Bar("features of " + e.Name())
	dir := j.Cache
	if j.Passing {
		dir = ""
	}
	return &encoder.Cache{Backend: j.Backend, Encoder: e, Dir: dir, Held: j.Held,
		Tell: func(done, total int) { bar(done, total, "images") }}
}
