package convnet

import (
	"fmt"
	"slices"

	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
)

// TokenStride is the usual number of image pixels between two patch tokens: the stride of the deepest blocks.
const TokenStride = 16

// FirstTap is the shallowest block that has channel statistics and can be a level.
const FirstTap = 2

// lastShallow is the last block of the first group where a Config names no groups.
const lastShallow = 7

// Config chooses what of the network becomes patch tokens. A field left zero takes Default's value; Groups left nil
// are the taps up to block 7 and those beyond it.
type Config struct {
	Image  int     // side of the square input in pixels, a multiple of 16
	Stride int     // image pixels between two tokens: 16, or 8 for four times the tokens
	Taps   []int   // blocks that are the levels, ascending, from FirstTap to 10
	Groups [][]int // indices into Taps: INP-Former's groups
}

// Default is what the trials chose: 224 pixels, 14 × 14 tokens, blocks 4 to 10, grouped 4-7 and 8-10.
func Default() Config { return Config{}.filled() }

// filled puts the defaults where nothing was chosen.
func (c Config) filled() Config {
	if c.Image == 0 {
		c.Image = 224
	}
	if c.Stride == 0 {
		c.Stride = TokenStride
	}
	if c.Taps == nil {
		c.Taps = []int{4, 5, 6, 7, 8, 9, 10}
	}
	if c.Groups == nil {
		var shallow, deep []int
		for level, tap := range c.Taps {
			if tap <= lastShallow {
				shallow = append(shallow, level)
			} else {
				deep = append(deep, level)
			}
		}
		c.Groups = slices.DeleteFunc([][]int{shallow, deep}, func(g []int) bool { return len(g) == 0 })
	}
	return c
}

// Validate says in one line which setting cannot be.
func (c Config) Validate() error {
	c = c.filled()
	ascending := len(c.Taps) > 0 && c.Taps[0] >= FirstTap && c.Taps[len(c.Taps)-1] < Blocks
	for i := 1; i < len(c.Taps); i++ {
		ascending = ascending && c.Taps[i-1] < c.Taps[i]
	}
	if !ascending {
		return fmt.Errorf("taps: expected ascending blocks from %d to %d, got %v", FirstTap, Blocks-1, c.Taps)
	}
	if c.Stride != 8 && c.Stride != TokenStride {
		return fmt.Errorf("stride: expected 8 or %d pixels between tokens, got %d", TokenStride, c.Stride)
	}
	if err := encoder.CheckGroups(c.Groups, len(c.Taps)); err != nil {
		return err
	}
	return c.transform().Validate(TokenStride)
}

// transform is the published network's preprocessing on the whole image.
func (c Config) transform() imageio.Transform {
	const mean, std = 127.0 / 255, 128.0 / 255
	return imageio.Transform{Resize: c.Image, Crop: c.Image, Mean: [3]float32{mean, mean, mean}, Std: [3]float32{std, std, std}}
}
