package inpformer

import (
	"fmt"
	"math"

	"adlab/pkg/setting"
)

// Prototypes is where the decoder's keys and values (6a) come from: the paper's INPs, or one of the
// ablations.
type Prototypes string

const (
	FromImage Prototypes = "inp" // the paper: extracted from the image's own tokens
	// ablation: the learned table T itself, the same for every image
	FromTable     Prototypes = "table"
	SelfAttention Prototypes = "self-attention" // ablation: the decoder attends to its own tokens
)

// Config is INP-Former's shape and its switches, which SPEC 16 lists. The zero value is not valid:
// start from Default.
type Config struct {
	Width  int // channels of a token, C
	Heads  int // attention heads; divides Width
	INPs   int // prototypes, M; the paper uses 6
	Blocks int // decoder blocks; the paper uses 8
	Grid   int // patch tokens per side, s

	CoherenceWeight float64 // λ of the coherence loss (7c); 0.2
	MiningPower     float64 // γ of soft mining (7a); 3. Zero gives the plain global cosine loss

	Prototypes Prototypes // FromImage
	Residual   bool       // ablation: x + attention in the decoder; the paper has none
	Softmax    bool       // ablation: softmax over the prototypes where the paper has ReLU
}

// mostBlocks is more than any decoder of this kind has; a damaged model file may ask for a million.
const mostBlocks = 64

// Default is the paper's setting for an encoder of the given width and grid: M = 6, eight blocks,
// heads of 64 channels.
func Default(width, grid int) Config {
	return Config{Width: width, Heads: max(1, width/64), INPs: 6, Blocks: 8, Grid: grid,
		CoherenceWeight: 0.2, MiningPower: 3, Prototypes: FromImage}
}

// Validate says in one line which setting cannot be, with what was expected and what was given.
func (c Config) Validate() error {
	tokens := c.Grid * c.Grid
	switch {
	case c.Width < 1:
		return fmt.Errorf("width: expected at least 1 channel, got %d", c.Width)
	case c.Heads < 1 || c.Width%c.Heads != 0:
		return fmt.Errorf("heads: expected a divisor of the width %d, got %d", c.Width, c.Heads)
	case c.Grid < 1:
		return fmt.Errorf("grid: expected at least 1 patch token per side, got %d", c.Grid)
	case c.INPs < 1 || c.INPs > tokens:
		return setting.Errorf("INPs", "expected 1 to %d prototypes (the number of patch "+
			"tokens), got %d", tokens, c.INPs)
	case c.Blocks < 2 || c.Blocks > mostBlocks || c.Blocks%2 != 0:
		return fmt.Errorf("decoder blocks: expected an even number of 2 to %d, got %d", mostBlocks,
			c.Blocks)
	case !(c.CoherenceWeight >= 0) || math.IsInf(c.CoherenceWeight, 1):
		return fmt.Errorf("coherence weight: expected 0 or more, got %g", c.CoherenceWeight)
	case !(c.MiningPower >= 0) || math.IsInf(c.MiningPower, 1):
		return fmt.Errorf("soft-mining power: expected 0 or more, got %g", c.MiningPower)
	case c.Prototypes != FromImage && c.Prototypes != FromTable && c.Prototypes != SelfAttention:
		return fmt.Errorf("prototypes: expected %s, %s or %s, got %q", FromImage, FromTable,
			SelfAttention, c.Prototypes)
	}
	return nil
}
