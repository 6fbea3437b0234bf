package clip

import (
	"fmt"

	"adlab/pkg/encoder"
)

// Tower is the shape of one transformer.
type Tower struct{ Width, Heads, Layers int }

// Config is the shape of a pair of towers.
type Config struct {
	Vision, Text Tower
	Embed        int // channels of the common space
	Patch        int // pixels per patch side
	StoredGrid   int // side of the stored position grid
	Grid         int // patch tokens per side in use
	Words        int // rows of the token table
	// Taps are the blocks after which the patch tokens are taken, counted from 1 as the papers do,
	// ascending.
	Taps []int
	// QuickGELU is x·σ(1.702x) where the default is the exact GELU. OpenAI's weights were trained
	// with it, but the official MultiADS runs at 518 pixels without it, and its numbers need the
	// exact one.
	QuickGELU bool
}

// Validate says in one line which setting cannot be.
func (c Config) Validate() error {
	for name, t := range map[string]Tower{"vision": c.Vision, "text": c.Text} {
		if t.Heads < 1 || t.Width%t.Heads != 0 {
			return fmt.Errorf("clip: expected heads to divide the width %d of the %s tower, got %d",
				t.Width, name, t.Heads)
		}
	}
	if c.Grid < 1 || c.Patch < 1 {
		return fmt.Errorf("clip: grid %d and patch %d: expected at least 1", c.Grid, c.Patch)
	}
	return encoder.CheckTaps(c.Taps, 1, c.Vision.Layers)
}
