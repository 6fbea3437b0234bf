// Package backend opens the machine that runs adlab's graphs: in a browser, and in Node, GoMLX's
// backend in Go, on one thread.
package backend

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers "go"
)

// The names of the pure-Go backend and of XLA on a GPU, which is never open here.
const (
	Go   = "go"
	CUDA = "xla-cuda"
)

// Choice is an open backend. Notice is empty.
type Choice struct {
	Backend compute.Backend
	Notice  string
}

// Open opens the Go backend: config is "" or its name.
func Open(config string) (*Choice, error) {
	if config != "" && config != Go {
		return nil, fmt.Errorf("backend %q: expected %s, which alone runs in a browser", config, Go)
	}
	b, err := compute.NewWithConfig("go:ops_sequential") // as everywhere else
	if err != nil {
		return nil, errors.New("backend go: " + err.Error())
	}
	return &Choice{Backend: b}, nil
}

// Keep has nothing to keep: the Go backend compiles no machine code.
func Keep(string) {}

// Name is the name of the backend.
func Name(compute.Backend) string { return Go }

// Bits is what the bits of a result depend on.
func Bits(compute.Backend) string { return Go + " " + runtime.GOARCH }

// Bits is the same of the open backend.
func (c *Choice) Bits() string { return Bits(c.Backend) }

// Short is Name of the open backend.
func (c *Choice) Short() string { return Name(c.Backend) }
