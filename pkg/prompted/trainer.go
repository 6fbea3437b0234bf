package prompted

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"path/filepath"

	"adlab/pkg/baseline"
	"adlab/pkg/detector"
	"adlab/pkg/multiads"
	"adlab/pkg/train"
)

// trainer is how all that learn from other data sets than their target are taught: by MultiADS's
// sources with every defect called anomaly, and by its options with Adam.
type trainer struct {
	*multiads.Transfer // reads the sources, and addresses a training by them
	job                detector.Job
	rate               float64 // where no other is set
	what               string  // is learned: part of the address
}

// newTrainer is for a detector of that name.
func newTrainer(name string, j detector.Job, from Learning, rate float64, what string) (*trainer,
	error) {
	phrases, err := multiads.Phrases("", nil)
	if err != nil {
		return nil, err
	}
	d, err := multiads.New(j.Backend, multiads.ConfigFor(j, baseline.Anomaly(), phrases))
	if err != nil {
		return nil, err
	}
	t := multiads.NewTransfer(name, d, j, multiads.Learning{Sources: from.Sources})
	t.As = baseline.Untyped
	return &trainer{t, j, rate, name + " " + what}, nil
}

// options are MultiADS's on those sources, at the trainer's rate, under an address of its own.
func (t *trainer) options(sources []multiads.Source) (train.Options, error) {
	o, err := t.Options(sources)
	if err != nil {
		return o, err
	}
	rate := cmp.Or(t.job.Rate, t.rate)
	o.Schedule = train.WarmCosine{Base: rate, Final: rate, Total: o.Steps}
	return addressed(o, t.job.Cache, "%s %g\n%s", t.what, rate, o.Fingerprint), nil
}

// addressed are options with a checkpoint in a cache, at an address of what is said.
func addressed(o train.Options, cache, format string, args ...any) train.Options {
	sum := sha256.Sum256(fmt.Appendf([]byte("prompted 1\n"), format, args...))
	o.Fingerprint = fmt.Sprintf("%x", sum)[:40]
	o.Checkpoint = filepath.Join(cache, "runs", o.Fingerprint+".safetensors")
	return o
}
