package world

import (
	"adlab/datasets"
	"adlab/pkg/backend"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
)

// Demo is the main job: INP-Former on ELPV, one model for both kinds of cell, with as few decoder
// blocks as the tables have: it is a run of the first table of world-foundation. On the pure-Go
// backend, where the encoder is some thirty times slower, it uses a part of the images and fewer
// steps, and says so. In profile smoke it is smoke's.
func Demo(v *experiment.Env, profile string) experiment.Experiment {
	e := experiment.Default("elpv")
	if profile == "smoke" {
		e.Profile = profile
	}
	p, err := experiment.ProfileOf(e.Profile)
	if err != nil {
		panic(err) // it is one of two that are there
	}
	e = experiment.With(e, func(own *inpformer.Settings) { own.Blocks = p.Blocks })
	if v.Backend.Short() == backend.Go && e.Profile == "tiny" {
		e.Steps, e.Batch, e.Limit = 40, 8, datasets.Options{TrainLimit: 120, TestLimit: 30}
		v.Progress.Say("pure-Go backend: 120 images to learn from, 30 a label to test on, %d "+
			"steps of %d; the figures are rougher for it", e.Steps, e.Batch)
	}
	return e
}
