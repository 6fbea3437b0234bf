package baseline

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Pixels is an encoder that encodes nothing: a token is a patch of 16 × 16 pixels as it is. Nearest neighbour on it says
// what raw patches are worth. It satisfies encoder.Encoder and has no weights.
type Pixels struct{ weightless }

const pixelsPatch = 16

// NewPixels is for whole images at 224 pixels.
func NewPixels() *Pixels { return &Pixels{weightless{model.NewStore()}} }

// Name is "pixels".
func (p *Pixels) Name() string { return "pixels" }

// Digest names the definition.
func (p *Pixels) Digest() string { return "pixels 224 patch 16 v1" }

// Grid is 14.
func (p *Pixels) Grid() int { return side / pixelsPatch }

// Width is 768 values a patch.
func (p *Pixels) Width() int { return pixelsPatch * pixelsPatch * 3 }

// Forward gives one level: [B, 224, 224, 3] to [B, 196, 768].
func (p *Pixels) Forward(_ *model.Scope, images *Node) []*Node {
	b, n, k := images.Shape().Dimensions[0], p.Grid(), pixelsPatch
	patches := TransposeAllAxes(Reshape(images, b, n, k, n, k, 3), 0, 1, 3, 2, 4, 5)
	return []*Node{Reshape(patches, b, n*n, k*k*3)}
}
