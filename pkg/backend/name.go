package backend

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// Go is the name of the pure-Go backend.
const Go = "go"

// Name names a backend in results and in the keys of what is kept: two of one name give the same
// bits, as adlab sets them (see exactCUDA). It is Go, "xla" on the CPU or "xla-cuda" on a GPU.
func Name(b compute.Backend) string {
	x, ok := b.(*xla.Backend)
	switch {
	case !ok:
		return Go
	case pjrt.IsCUDAName(x.PluginName()):
		return x.Name() + "-cuda"
	}
	return x.Name()
}

// Short is Name of the open backend.
func (c *Choice) Short() string { return Name(c.Backend) }
