package baseline

import (
	"adlab/pkg/imageio"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Pixels is an encoder that encodes nothing: a token is a patch of 16 × 16 pixels as it is. Nearest
// neighbour on it says what raw patches are worth. It satisfies encoder.Encoder and has no weights.
type Pixels struct {
	weightless
	half bool // patches at half the resolution
}

const pixelsPatch = 16

// NewPixels is for whole images at 224 pixels.
func NewPixels() *Pixels { return &Pixels{weightless: weightless{model.NewStore()}} }

// NewHalfPixels is the same with patches averaged to 8 × 8 pixels: 192 values a token, as many as
// the small encoders have, for detectors whose cost grows with the square of the width.
func NewHalfPixels() *Pixels { return &Pixels{weightless{model.NewStore()}, true} }

// Name is "pixels" or "pixels-half".
func (p *Pixels) Name() string {
	if p.half {
		return "pixels-half"
	}
	return "pixels"
}

// Digest names the definition.
func (p *Pixels) Digest() string { return p.Name() + " 224 patch 16 v1" }

// Grid is 14.
func (p *Pixels) Grid() int { return side / pixelsPatch }

// patch is a token's side, in values.
func (p *Pixels) patch() int {
	if p.half {
		return pixelsPatch / 2
	}
	return pixelsPatch
}

// Width is 768 values a patch, or 192.
func (p *Pixels) Width() int { return p.patch() * p.patch() * 3 }

// Forward gives one level: [B, 224, 224, 3] to [B, 196, 768], or [B, 196, 192].
func (p *Pixels) Forward(_ *model.Scope, images *Node) []*Node {
	b, n, k := images.Shape().Dimensions[0], p.Grid(), p.patch()
	if pool := pixelsPatch / k; pool > 1 {
		images = ReduceMean(Reshape(images, b, n*k, pool, n*k, pool, 3), 2, 4)
	}
	patches := TransposeAllAxes(Reshape(images, b, n, k, n, k, 3), 0, 1, 3, 2, 4, 5)
	return []*Node{Reshape(patches, b, n*n, k*k*3)}
}

// side is the number of pixels a side that the encoders without weights see.
const side = 224

// weightless is what the encoders without weights share: whole images at 224 pixels, one level,
// nothing to load.
type weightless struct{ store *model.Store }

// Transform keeps values in 0..1.
func (weightless) Transform() imageio.Transform {
	return imageio.Transform{Resize: side, Crop: side, Std: [3]float32{1, 1, 1}}
}

// Groups is the only level.
func (weightless) Groups() [][]int { return [][]int{{0}} }

// Store is empty.
func (w weightless) Store() *model.Store { return w.store }
