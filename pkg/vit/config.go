package vit

import (
	"fmt"
	"slices"

	"adlab/pkg/encoder"
)

// Config is a vision transformer's shape.
type Config struct {
	Width      int   // channels of a token, C
	Heads      int   // attention heads; 64 channels each in the released models
	Depth      int   // blocks in the checkpoint
	Patch      int   // pixels per patch side
	Registers  int   // register tokens between class token and patches
	StoredGrid int   // side of the stored position grid, n (37 in the released models); 0: none
	Grid       int   // patch tokens per side in use, s
	Taps       []int // blocks whose raw outputs are the levels, ascending
	Positions  Positions
}

// Positions are the rules by which a network tells where a patch is.
type Positions int

// The rules of the published codes.
const (
	// OffsetScale resizes the stored table with a scale of (s + 0.1)/n, without anti-aliasing:
	// DINOv2's official code without registers, and INP-Former's with them
	OffsetScale Positions = iota
	// BySizes resizes it with a scale of s/n, without anti-aliasing: Hugging Face's code without
	// registers
	BySizes
	// Rotary turns queries and keys of the patches by angles; there is no table: DINOv3
	Rotary
)

// String has all that a shape depends on. Rules that came later are told where they are in use.
func (c Config) String() string {
	s := fmt.Sprintf("{Width:%d Heads:%d Depth:%d Patch:%d Registers:%d StoredGrid:%d Grid:%d "+
		"Taps:%v}", c.Width, c.Heads, c.Depth, c.Patch, c.Registers, c.StoredGrid, c.Grid, c.Taps)
	if c.Positions != OffsetScale {
		s += fmt.Sprintf(" positions %d", c.Positions)
	}
	return s
}

// family is the network's name without its size.
func (c Config) family() string {
	switch {
	case c.Positions == Rotary:
		return "dinov3"
	case c.Registers > 0:
		return "dinov2-reg"
	}
	return "dinov2"
}

// epsilon of the layer norms.
func (c Config) epsilon() float64 {
	if c.Positions == Rotary {
		return 1e-5
	}
	return 1e-6
}

// officialTaps are the blocks that INP-Former taps, by encoder depth: 12 for small and base, 24 for
// large.
var officialTaps = map[int][]int{12: {2, 3, 4, 5, 6, 7, 8, 9}, 24: {4, 6, 8, 10, 12, 14, 16, 18}}

// TapsFor gives INP-Former's taps for an encoder of that depth; for depths the paper does not use,
// eight blocks (or as many as there are) from the middle on to two before the end.
func TapsFor(depth int) []int {
	if taps, ok := officialTaps[depth]; ok {
		return slices.Clone(taps)
	}
	last := max(0, depth-3)
	var taps []int
	for i := max(0, last-7); i <= last; i++ {
		taps = append(taps, i)
	}
	return taps
}

// Validate says in one line which setting cannot be.
func (c Config) Validate() error {
	switch {
	case c.Width < 1 || c.Heads < 1 || c.Width%c.Heads != 0:
		return fmt.Errorf("vision transformer: expected heads to divide the width %d, got %d",
			c.Width, c.Heads)
	case c.Positions == Rotary && c.Width/c.Heads%4 != 0:
		return fmt.Errorf("vision transformer: expected a head's width to be a multiple of 4 for "+
			"rotary positions, got %d", c.Width/c.Heads)
	case c.Patch < 1 || c.Grid < 1 || c.StoredGrid < 1 && c.Positions != Rotary || c.Depth < 1 ||
		c.Registers < 0:
		return fmt.Errorf("vision transformer: patch %d, grid %d, stored grid %d and depth %d "+
			"must be at least 1", c.Patch, c.Grid, c.StoredGrid, c.Depth)
	}
	return encoder.CheckTaps(c.Taps, 0, c.Depth-1)
}

// Halves is the two-group reconstruction's grouping of n levels: the shallow half and the deep
// half.
func Halves(n int) [][]int {
	groups := make([][]int, 2)
	for i := range n {
		g := 2 * i / n
		groups[g] = append(groups[g], i)
	}
	if len(groups[1]) == 0 {
		return groups[:1]
	}
	return groups
}
