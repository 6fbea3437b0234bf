// Package lab is what a notebook types.
package lab

import (
	"adlab/pkg/experiment"
	"adlab/pkg/progress"
)

// Lab is where a notebook's experiments run.
type Lab struct{ *experiment.Env }

// Open opens a lab on the backend that config names, with the usual cache.
func Open(config string, told *progress.Progress) (*Lab, error) {
	v, err := experiment.Open(config, experiment.CacheDir(), told)
	return &Lab{v}, err
}
