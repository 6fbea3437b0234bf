package experiment

import (
	"fmt"
	"os"
	"path/filepath"

	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/progress"
	"adlab/pkg/store"
)

// Env is where experiments run: an open backend, the folder of the cache, and who is told.
type Env struct {
	Backend  *backend.Choice
	Cache    string
	Progress *progress.Progress
	// Keep tells that features of pictures that a model is asked about are kept in the cache, too.
	Keep  bool
	texts detector.Texts // of the model that is being trained or opened; nil for none
	held  *encoder.Held  // features that are at hand; nil for none
}

// Open opens the backend that config names ("" for the default, see backend.Open), and says which
// it is. A cache that nothing can be written into is an error before any work.
func Open(config, cache string, told *progress.Progress) (*Env, error) {
	if err := store.Enter(cache); err != nil {
		return nil, fmt.Errorf("the cache %s cannot be written: %w; name another folder in "+
			"ADLAB_CACHE", cache, err)
	}
	backend.Keep(filepath.Join(cache, "compiled"))
	b, err := backend.Open(config)
	if err != nil {
		return nil, err
	}
	if b.Notice != "" {
		told.Say("%s", b.Notice)
	}
	return &Env{Backend: b, Cache: cache, Progress: told}, nil
}

// Quiet is the same, but tells nobody.
func (v *Env) Quiet() *Env {
	quiet := *v
	quiet.Progress = progress.New(nil)
	return &quiet
}

// Features computes and caches the encoder's features, with progress.
func (v *Env) Features(enc encoder.Encoder) *encoder.Cache {
	j := v.job(Experiment{})
	return j.Features(enc)
}

// job is what a method is told of an experiment.
func (v *Env) job(e Experiment) detector.Job {
	reading := e.Limit
	reading.TrainLimit, reading.TrainOnly = 0, false
	return detector.Job{Common: e.Common, Backend: v.Backend.Backend, Cache: v.Cache,
		Progress: v.Progress, Reading: reading, Settings: e.Own, Texts: v.texts, Held: v.held}
}

// CacheDir is where features and checkpoints are kept: $ADLAB_CACHE, or .cache beside the data.
func CacheDir() string {
	if dir := os.Getenv("ADLAB_CACHE"); dir != "" {
		return dir
	}
	return filepath.Join(filepath.Dir(datasets.Home()), ".cache")
}
