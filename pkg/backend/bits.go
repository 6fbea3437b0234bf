package backend

import "github.com/gomlx/compute"

// Bits names everything outside adlab's code on which bits depend.
func Bits(b compute.Backend) string { return Name(b) }

// Bits is that of the open backend.
func (c *Choice) Bits() string { return Bits(c.Backend) }
