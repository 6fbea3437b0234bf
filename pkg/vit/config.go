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
	StoredGrid int   // side of the stored position grid, n (37 in the released models)
	Grid       int   // patch tokens per side in use, s
	Taps       []int // blocks whose raw outputs are the levels, ascending
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
	case c.Patch < 1 || c.Grid < 1 || c.StoredGrid < 1 || c.Depth < 1 || c.Registers < 0:
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
